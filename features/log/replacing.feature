@since-0.1
Feature: What a state event replaces
  A sender says which state it saw. Where that is no longer the state, the event would undo what its sender never knew of.

  @LOG-031 @must
  Scenario: State that has changed meanwhile is not replaced
    Given Alice has a private room
    And Alice renames the room to "Harbour"
    And the answer's "event_id" is kept as "first"
    And Alice renames the room to "Pier"
    And the answer's "event_id" is kept as "second"
    And Alice remembers the room
    When Alice calls putState with:
      | eventType | eccp.room.name                                                   |
      | body      | { "content": { "name": "Quay" }, "replaces": "{{saved first}}" } |
    Then the room refuses it with ECCP_STATE_CONFLICT
    And the answer's "current" is "{{saved second}}"

  @LOG-031 @must
  Scenario: State that is there is not taken for missing
    Given Alice has a private room
    And Alice renames the room to "Harbour"
    And Alice remembers the room
    When Alice puts the state "eccp.room.name" in the room, replacing "nothing":
      """
      { "name": "Quay" }
      """
    Then the room refuses it with ECCP_STATE_CONFLICT
    And the answer's "current" is "{{event eccp.room.name}}"

  @LOG-031 @must
  Scenario: State that is not there is not replaced
    Given Alice has a private room
    And Alice sends "hello" to the room
    And Alice remembers the room
    When Alice puts the state "eccp.room.topic" in the room, replacing "hello":
      """
      { "topic": "ships" }
      """
    Then the room refuses it with ECCP_STATE_CONFLICT
    And the answer's "current" is null

  @LOG-031 @must
  Scenario: State of another type, or of another key, is not what is replaced
    Given Alice has a private room
    And Alice renames the room to "Harbour"
    And Alice puts the state "org.example.status" with the key "a" in the room:
      """
      { "mood": "good" }
      """
    And the answer's "event_id" is kept as "a"
    And Alice puts the state "org.example.status" with the key "b" in the room:
      """
      { "mood": "bad" }
      """
    And the answer's "event_id" is kept as "b"
    And Alice remembers the room
    When Alice calls putKeyedState with:
      | eventType | org.example.status                           |
      | stateKey  | b                                            |
      | body      | { "content": {}, "replaces": "{{saved a}}" } |
    Then the room refuses it with ECCP_STATE_CONFLICT
    And the answer's "current" is "{{saved b}}"
    And the room is as it was

  @LOG-031 @must
  Scenario: Power levels that were read before a change are not put over it
    Given Alice has a private room
    And Bob is a member of the room
    And the power level "kick" of the room is 40
    And the power level "users Bob" of the room is 20
    And the answer's "event_id" is kept as "newest"
    And Alice calls getStateEvent with:
      | eventType | eccp.room.power_levels |
    And the answer's "event.replaces" is kept as "older"
    And Alice remembers the room
    When Alice calls putState with:
      | eventType | eccp.room.power_levels                                                          |
      | body      | { "content": { "users": { "{{Alice}}": 100 } }, "replaces": "{{saved older}}" } |
    Then the room refuses it with ECCP_STATE_CONFLICT
    And the answer's "current" is "{{saved newest}}"

  @LOG-030 @must
  Scenario Outline: Who does not say what is replaced, replaces what is in force: <state>
    Given Alice has a private room
    And Alice sets the <state>
    And Alice remembers the room
    When Alice sets the <state>
    Then the room takes it
    And Alice finds the "replaces" of every entry of the room right
    And Alice finds the "form" of every entry of the room right

    Examples:
      | state                                                           |
      | "eccp.room.name" state of the room                              |
      | "eccp.room.history_visibility" state of the room                |
      | "org.example.status" state of the room with the key "{{Alice}}" |

  @LOG-030 @must
  Scenario: Invitations, joins and leaves replace each other
    Given Alice has a private room
    When Alice invites Bob to the room
    And Bob joins the room
    And Bob leaves the room
    And Alice invites Bob to the room
    And Bob leaves the room
    And Alice bans Bob from the room
    And Alice unbans Bob from the room
    Then every request succeeds
    And Alice finds the "replaces" of every entry of the room right

  @LOG-030 @LOG-031 @must
  Scenario: State is replaced by who knows what is in force
    Given Alice has a private room
    And Alice puts the state "eccp.room.name" in the room, replacing "nothing":
      """
      { "name": "Harbour" }
      """
    And Alice remembers the room
    When Alice puts the state "eccp.room.name" in the room, replacing "eccp.room.name":
      """
      { "name": "Quay" }
      """
    Then the room takes it
    And Alice finds the "replaces" of every entry of the room right

  @LOG-030 @LOG-031 @must
  Scenario: Redacted state is still what is replaced
    Given Alice has a private room
    And Alice renames the room to "Harbour"
    And Alice redacts "eccp.room.name" in the room
    And Alice remembers the room
    When Alice puts the state "eccp.room.name" in the room, replacing "nothing":
      """
      { "name": "Quay" }
      """
    Then the room refuses it with ECCP_STATE_CONFLICT
    And the answer's "current" is "{{event eccp.room.name}}"
    And Alice puts the state "eccp.room.name" in the room, replacing "eccp.room.name":
      """
      { "name": "Quay" }
      """
