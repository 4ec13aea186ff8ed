@since-0.1 @cap-federation
Feature: What users do in rooms that other nodes host
  Users notice little of where a room is hosted. What they do there is signed by their node, ordered by the host, and shown once their
  node has it back and has checked it.

  @HOST-050 @HOST-051 @HOST-053 @PULL-033 @must
  Scenario: A public room on another node is joined by its id
    Given Pat's node hosts a public room
    And Alice has an account
    When Alice joins the room
    Then it succeeds
    And the answer's "status" is "sequenced"
    And the join of Alice came to the peer with one key document, in place of "nothing"
    And the peer was asked for the log of the room
    And Alice's node holds the same log of the room as the peer
    And Alice sees 2 members in the room

  @HOST-050 @HOST-054 @must
  Scenario: What the host refuses is refused
    Given Pat's node hosts a private room
    And Alice has an account
    And the peer refuses submissions with ECCP_NOT_FOUND
    When Alice joins the room
    Then the request is refused with ECCP_NOT_FOUND

  @HOST-050 @RULE-029 @must
  Scenario: A knock reaches the host
    Given Pat's node hosts an invite-only room
    And Alice has an account
    When Alice knocks on the room
    Then it succeeds
    And Alice's membership in the room is "knock" for the peer

  @HOST-052 @must
  Scenario: A join that goes by an old state is made again
    Given Pat's node hosts a public room
    And Alice has an account
    And the peer hands on nothing by itself
    And Pat bans Alice in the room
    And Pat unbans Alice in the room
    And the peer hands on everything by itself again
    When Alice joins the room
    Then it succeeds
    And Alice's membership in the room is "join" for the peer
    And Alice has submitted 2 joins to the peer

  @HOST-052 @must
  Scenario: It is made again three times at most
    Given Pat's node hosts a public room
    And Alice has an account
    And the peer refuses submissions with ECCP_STATE_CONFLICT, each time by another event
    When Alice joins the room
    Then the request is refused with ECCP_STATE_CONFLICT
    And Alice has submitted 4 joins to the peer

  @HOST-053 @PULL-033 @PULL-032 @must
  Scenario: Nobody joins a room whose log does not hold
    Given Pat's node hosts a public room
    And Alice has an account
    And the peer signs an entry with "another state_root" into the log of the room
    When Alice begins to join the room
    Then the peer is asked for the log of the room before long
    And the node has refused the join of Alice that the peer handed over
    And Alice has not been told that she joined
    When Alice reads the messages of the room
    And Alice sends "hello" to the room
    Then every request is refused with ECCP_NOT_FOUND or ECCP_FORBIDDEN or ECCP_ROOM_FROZEN

  @HOST-001 @HOST-055 @HOST-057 @ROOM-071 @must
  Scenario: A message goes to the host and comes back
    Given Pat's node hosts a public room
    And Alice and Bob are members of the room
    And Bob has synced
    When Alice sends "hello" to the room
    Then it succeeds
    And the answer's "status" is "sequenced"
    And "hello" is in the room of the peer
    And Bob's sync shows "hello" in the room
    And Alice's node holds the same log of the room as the peer

  @HOST-001 @HOST-054 @must
  Scenario: What the host refuses is not in the room
    Given Pat's node hosts a public room
    And Alice is a member of the room
    And the peer refuses submissions with ECCP_FORBIDDEN
    When Alice sends "hello" to the room
    Then the request is refused with ECCP_FORBIDDEN
    When Alice renames the room to "Harbour"
    Then the request is refused with ECCP_FORBIDDEN

  @HOST-001 @RULE-001 @must
  Scenario: What the rules refuse the host is not asked for
    Given Pat's node hosts a public room
    And Alice is a member of the room
    When Alice renames the room to "Harbour"
    Then the request is refused with ECCP_FORBIDDEN
    And the peer was sent no submission of "eccp.room.name"

  @HOST-063 @should
  Scenario: State that goes by an old state is made again
    Given Pat's node hosts a public room
    And Alice is a member of the room
    And Pat gives Alice power 50 in the room on the peer
    And the node has taken everything from the peer
    And Pat renames the room to "theirs" just before the next submission comes
    When Alice renames the room to "hers"
    Then it succeeds
    And the name of the room is "hers" for the peer

  @HOST-001 @RULE-035 @RULE-051 @RULE-032 @must
  Scenario: Kicks, redactions and leaves go the same way
    Given Pat's node hosts a public room
    And Alice and Bob are members of the room
    And Pat gives Alice power 50 in the room on the peer
    And the node has taken everything from the peer
    When Bob sends "regret" to the room
    And Alice redacts "regret" in the room
    Then it succeeds
    And "regret" is redacted in the room, as Alice sees it
    When Alice kicks Bob from the room
    Then it succeeds
    And Bob's membership in the room is "leave" for the peer
    When Alice leaves the room
    Then it succeeds
    And Alice's membership in the room is "leave" for the peer

  @HOST-055 @HOST-057 @HOST-060 @HOST-061 @FED-025 @FED-028 @must
  Scenario: A message waits for a host that is away
    Given Pat's node hosts a public room
    And Alice and Bob are members of the room
    And Bob has synced
    And the peer takes no more transactions
    When Alice sends "one" to the room with the transaction id "t1"
    Then the answer's "status" is "queued"
    When Alice sends "one" to the room with the transaction id "t1"
    Then both answers have the same "event_id"
    When the peer takes transactions again
    And the peer sends an empty transaction
    Then Bob's sync shows "one" in the room
    When Alice sends "two" to the room
    Then it succeeds
    And "one" is in the room 1 time, as Bob sees it
    And "one" has the transaction id "t1" for Alice
    And "one" is in the room of the peer

  @HOST-056 @must
  Scenario: State does not wait
    Given Pat's node hosts a public room
    And Alice is a member of the room
    And Pat gives Alice power 50 in the room on the peer
    And the node has taken everything from the peer
    And the peer takes no more transactions
    When Alice tries to rename the room to "Harbour" for up to 20000 ms
    Then the request is refused with ECCP_UNREACHABLE
    When the peer takes transactions again
    And the peer sends an empty transaction
    And Alice sends "hello" to the room
    Then it succeeds
    And the peer was sent no submission of "eccp.room.name" since it takes transactions again

  @HOST-058 @SYNC-052 @must
  Scenario: A message that the host refuses later is told to who sent it
    Given Pat's node hosts a public room
    And Alice is a member of the room
    And Alice has synced
    And the peer takes no more transactions
    When Alice sends "one" to the room with the transaction id "t1"
    Then the answer's "status" is "queued"
    Given the peer refuses submissions with ECCP_FORBIDDEN
    And the peer sends an empty transaction
    Then Alice's sync tells that "one" with the transaction id "t1" was rejected with ECCP_FORBIDDEN

  @HOST-062 @must
  Scenario: A leave acts at once, whether the host knows or not
    Given Pat's node hosts a public room
    And Alice and Bob are members of the room
    And Alice has synced
    And the peer takes no more transactions
    When Alice leaves the room
    Then the answer's "status" is "queued"
    And Alice's sync lists the room under "left"
    When Alice sends "hello" to the room
    Then the request is refused with ECCP_FORBIDDEN
    When Pat says "afterwards" in the room
    Then the node has taken everything from the peer
    And Alice cannot read "afterwards" in the room
    When the peer takes transactions again
    And the peer sends an empty transaction
    Then Alice's membership in the room is "leave" for the peer

  @HOST-065 @must
  Scenario: A room that nobody of the node is in is not there
    Given Pat's node hosts a public room
    And Alice has an account
    When Alice looks at the room
    And Alice reads the messages of the room
    And Alice reads the state of the room
    And Alice sends "hello" to the room
    And Alice leaves the room
    Then every request is refused with ECCP_NOT_FOUND
