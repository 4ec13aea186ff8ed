@since-0.1 @cap-e2ee @needs-older-copy @alone
Feature: Prekeys after a restore

  @PRE-027 @must
  Scenario: What may have been handed out before is not handed out again
    Given Alice has a public room
    And Bob is a member of the room
    And Alice can be written to
    And Alice has left 3 one-time prekeys
    And Alice has left a fallback prekey
    And a copy is made of the node's data
    When the node starts from that copy, as its operator declares
    And Bob claims a prekey of Alice
    Then Bob got what Alice published, and the fallback prekey
    When Alice leaves 1 one-time prekey
    And Bob claims a prekey of Alice
    Then Bob got what Alice published, and a one-time prekey
