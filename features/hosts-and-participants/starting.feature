@since-0.1 @cap-federation @alone
Feature: A host that starts
  A host that lost the end of a log would give places away a second time. Those who take part in its rooms have what it lost: it asks
  them before it gives the next place to anything.

  Background:
    Given Alice has a public room
    And Pat is a member of the room

  @HOST-092 @HOST-095 @needs-restart @must
  Scenario: Nothing is sequenced before the participants have told what they hold
    Given Alice sends "before" to the room
    And the peer does not tell heads
    When the node is restarted
    And Alice sends "meanwhile" to the room while she tries to rename it to "Harbour"
    Then the message is queued, and the name is refused with ECCP_UNAVAILABLE
    And the peer is asked for the head of the room, as the node has started
    And Alice can read "before" in the room
    When Pat's node submits the message "too early" to the room
    Then the event is refused with ECCP_UNAVAILABLE
    When the peer tells heads and serves logs again
    And the peer sends an empty transaction
    Then "meanwhile" reaches the peer within 40000 ms
    And "meanwhile" is in the room 1 time, as Alice sees it
    And Alice can verify the whole log of the room

  @HOST-093 @HOST-094 @needs-older-data @must
  Scenario: What a host has lost comes back from those who have it
    Given a copy is made of the node's data
    And Alice sends "lost" to the room
    And the peer has all of the room that Alice sees
    And the peer does not serve logs
    When the node starts from that copy
    Then the peer is asked for the log of the room, as the node has started
    When Pat's node submits the message "too early" to the room
    Then the event is refused with ECCP_UNAVAILABLE
    When the peer tells heads and serves logs again
    And the peer sends an empty transaction
    Then "lost" is in the room again, as Alice sees it
    When Alice sends "after" to the room
    Then "after" reaches the peer
    And Alice can verify the whole log of the room
    And the whole log of the room holds, as the peer has it

  @HOST-096 @POL-050 @POL-051 @cap-admin @needs-older-copy @must
  Scenario: After a restore that was declared all have to answer, unless the operator goes on without them
    Given Ruth is a member of the room
    And a copy is made of the node's data
    And Alice sends "lost" to the room
    And the peer has all of the room that Alice sees
    And the peer "two" does not tell heads
    When the node starts from that copy, as its operator declares
    Then the room waits for the peer "two" alone
    When the node is restarted
    Then the room waits for the peer "two" alone
    When Pat's node submits the message "too early" to the room
    Then the event is refused with ECCP_UNAVAILABLE
    When the operator resumes the room
    Then it succeeds
    And the room does not wait
    And "lost" is in the room again, as Alice sees it
    When Alice sends "after" to the room
    Then "after" reaches the peer
    And Alice can verify the whole log of the room
