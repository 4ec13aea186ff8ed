@since-0.1
Feature: Acting in a room takes being joined
  Power says what a member may do. It allows nothing to who is not one, however high.

  @RULE-002 @RULE-001 @must
  Scenario Outline: The power 100 allows nothing to somebody who <is>
    Given Alice has an invite-only room
    And Carol is a member of the room
    And Dave is banned from the room
    And Erin is invited to the room
    And Carol sends "hello" to the room
    And <before>
    And the power level "users Bob" of the room is 100
    And Alice remembers the room
    When Bob sends an "eccp.room.message" event to the room
    And Bob sends an "org.example.poll" event to the room
    And Bob sets the "eccp.room.name" state of the room
    And Bob sets the "eccp.room.visibility" state of the room
    And Bob sets the "eccp.room.history_visibility" state of the room
    And Bob sets the "eccp.room.power_levels" state of the room
    And Bob sets the "org.example.status" state of the room with the key "{{Bob}}"
    And Bob invites Frank to the room
    And Bob kicks Carol from the room
    And Bob kicks Erin from the room
    And Bob bans Carol from the room
    And Bob unbans Dave from the room
    And Bob redacts "hello" in the room
    Then the room refuses all of it with ECCP_FORBIDDEN

    Examples:
      | is              | before                      |
      | was never there | Bob has an account          |
      | is invited      | Bob is invited to the room  |
      | knocks          | Bob knocks on the room      |
      | left            | Bob has left the room       |
      | is banned       | Bob is banned from the room |

  @RULE-002 @must
  Scenario: Somebody who was kicked may not even take back what they said
    Given Alice has a private room
    And Bob is a member of the room
    And Bob sends "mine" to the room
    And Alice kicks Bob from the room
    And Alice remembers the room
    When Bob redacts "mine" in the room
    And Bob sends an "eccp.room.message" event to the room
    Then the room refuses all of it with ECCP_FORBIDDEN

  @RULE-002 @must
  Scenario: Somebody who left may not even take back what they said
    Given Alice has a public room
    And Bob is a member of the room
    And Bob sends "mine" to the room
    And Bob leaves the room
    And Alice remembers the room
    When Bob redacts "mine" in the room
    Then the room refuses it with ECCP_FORBIDDEN

  @RULE-002 @must
  Scenario: The creator who left rules no more
    Given Alice has a public room
    And Bob is a member of the room
    And Alice leaves the room
    And Bob remembers the room
    When Alice sets the "eccp.room.name" state of the room
    And Alice kicks Bob from the room
    And Alice sends an "eccp.room.message" event to the room
    Then the room refuses all of it with ECCP_FORBIDDEN

  @RULE-001 @must
  Scenario: The same, joined, is allowed all of it
    Given Alice has an invite-only room
    And Bob and Carol are members of the room
    And Dave is banned from the room
    And Erin is invited to the room
    And Carol sends "hello" to the room
    And the power level "users Bob" of the room is 100
    When Bob sends an "eccp.room.message" event to the room
    And Bob sends an "org.example.poll" event to the room
    And Bob sets the "eccp.room.name" state of the room
    And Bob sets the "eccp.room.visibility" state of the room
    And Bob sets the "eccp.room.history_visibility" state of the room
    And Bob sets the "eccp.room.power_levels" state of the room
    And Bob sets the "org.example.status" state of the room with the key "{{Bob}}"
    And Bob invites Frank to the room
    And Bob redacts "hello" in the room
    And Bob kicks Carol from the room
    And Bob kicks Erin from the room
    And Bob unbans Dave from the room
    And Bob bans Carol from the room
    Then every request succeeds
