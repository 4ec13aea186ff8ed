@since-0.1 @cap-federation @alone
Feature: What nodes were told, after a crash or a restart
  Other nodes go on from what a node has told them. It may forget none of that.

  Background:
    Given Alice has a public room
    And Pat is a member of the room

  @FED-013 @HOST-025 @needs-kill @must
  Scenario: What another node was told stands in the log after a crash
    When Pat's node submits the message "taken" to the room
    Then the event is sequenced
    When Alice sends "sent" to the room, and the node is killed the moment it reaches the peer
    Then "taken" is in the room 1 time, as Alice sees it
    And "sent" is in the room 1 time, as Alice sees it
    And Alice can verify the whole log of the room
    When Pat's node submits the message "after" to the room
    Then the event is sequenced
    And "sent" reaches the peer

  @FED-029 @AUTH-027 @needs-restart @must
  Scenario: What waits for a node is sent after a restart, and what it had sent does not come twice
    When Pat's node submits the message "one" to the room with a nonce that it keeps
    Given the peer takes no more transactions
    And Alice sends "hello" to the room
    When the node is restarted
    And Pat's node submits the message "two" to the room with the nonce that was kept
    Then the request is refused with ECCP_REPLAY
    When the peer takes transactions again
    And the peer sends an empty transaction
    Then the peer has been sent "hello"
    And "hello" reaches the peer
