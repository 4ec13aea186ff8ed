@since-0.1 @cap-e2ee @needs-kill @alone
Feature: What devices leave with their node, after a crash
  A one-time prekey that two people got would give neither of them what it is for. What waits for a device waits for it alone.

  @PRE-024 @TDM-026 @must
  Scenario: No prekey is handed out again, and no message is lost
    Given Alice has a public room
    And Bob and Carol are members of the room
    And Alice can be written to
    And Alice has left 200 one-time prekeys
    And Bob has synced
    And Alice hands "one" to Bob
    And Alice hands "two" to Bob
    When Bob and Carol claim prekeys of Alice until the node is killed, and it is started again
    Then Bob claims the rest of Alice's prekeys, and nobody was given one that somebody had been given before
    And Bob gets:
      | one |
      | two |
