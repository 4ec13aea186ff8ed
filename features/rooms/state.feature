@since-0.1
Feature: The state of a room
  The state is the newest event of each kind. Whoever replaces one can say which one is meant, and is told when somebody else was faster.

  @ROOM-050 @must
  Scenario: The whole state, in the order of the log
    Given Alice has a room:
      """
      { "name": "Engine room" }
      """
    And Bob is a member of the room
    And Alice sends "not state" to the room
    And Alice puts the state "org.example.lamp" with the key "left" in the room:
      """
      { "on": true }
      """
    And Alice puts the state "org.example.lamp" with the key "right" in the room:
      """
      { "on": true }
      """
    And Alice renames the room to "Boiler room"
    And Alice puts the state "org.example.lamp" with the key "left" in the room:
      """
      { "on": false }
      """
    When Bob reads the state of the room
    Then the answer's state is, in this order:
      | eccp.room.create             |           |
      | eccp.room.member             | {{Alice}} |
      | eccp.room.power_levels       |           |
      | eccp.room.visibility         |           |
      | eccp.room.history_visibility |           |
      | eccp.room.member             | {{Bob}}   |
      | org.example.lamp             | right     |
      | eccp.room.name               |           |
      | org.example.lamp             | left      |
    And the state "eccp.room.name" of the room contains, as Bob sees it:
      """
      { "name": "Boiler room" }
      """
    And the state "org.example.lamp" with the key "left" of the room contains, as Bob sees it:
      """
      { "on": false }
      """

  @ROOM-050 @must
  Scenario: Members who left stand in the state with their leave
    Given Alice has a private room
    And Bob has left the room
    When Alice reads the state "eccp.room.member" with the key "{{Bob}}" of the room
    Then the answer's "event_id" is "{{event Bob's leave}}"
    And the answer's "content.membership" is "leave"

  @ROOM-051 @must
  Scenario: One state event
    Given Alice has a private room
    And Bob is a member of the room
    And Alice renames the room to "Engine room"
    And Alice puts the state "org.example.lamp" with the key "left" in the room:
      """
      { "on": true }
      """
    When Bob reads the state "eccp.room.name" of the room
    Then the answer's "event_id" is "{{event eccp.room.name}}"
    And the answer's "content" is { "name": "Engine room" }
    And the answer's "event.state_key" is ""
    When Bob reads the state "org.example.lamp" with the key "left" of the room
    Then the answer's "event_id" is "{{event org.example.lamp}}"
    And the answer's "event.state_key" is "left"

  @ROOM-051 @must
  Scenario: A state event that is not there
    Given Alice has a private room
    And Alice puts the state "org.example.lamp" with the key "left" in the room:
      """
      {}
      """
    And Alice sends the event "org.example.poll" to the room:
      """
      {}
      """
    When Alice reads the state "org.example.lamp" with the key "right" of the room
    Then the request is refused with ECCP_NOT_FOUND
    When Alice reads the state "org.example.lamp" of the room
    Then the request is refused with ECCP_NOT_FOUND
    When Alice reads the state "org.example.poll" of the room
    Then the request is refused with ECCP_NOT_FOUND
    When Alice reads the state "eccp.room.topic" of the room
    Then the request is refused with ECCP_NOT_FOUND

  @ROOM-052 @must
  Scenario: Putting state
    Given Alice has a private room
    When Alice renames the room to "Engine room"
    Then the answer says that "eccp.room.name" was sequenced at the end of the log of the room, as Alice reads it
    And Alice finds "eccp.room.name" in the log of the room with:
      | type      | "eccp.room.name"          |
      | state_key | ""                        |
      | sender    | "{{Alice}}"               |
      | content   | { "name": "Engine room" } |
    When Alice puts the state "org.example.lamp" with the key "left" in the room:
      """
      { "on": true }
      """
    Then the answer says that "org.example.lamp" was sequenced at the end of the log of the room, as Alice reads it
    And Alice finds "org.example.lamp" in the log of the room with:
      | type      | "org.example.lamp" |
      | state_key | "left"             |
      | content   | { "on": true }     |

  @ROOM-052 @must
  Scenario: The same content again is a new event
    Given Alice has a private room
    And Alice renames the room to "Engine room"
    And Alice has noted the end of the log of the room
    When Alice renames the room to "Engine room"
    Then the log of the room has grown by 1 entry since, as Alice reads it

  @ROOM-052 @must
  Scenario: Who may not put state does not
    Given Alice has a private room
    And Bob is a member of the room
    And Alice has noted the end of the log of the room
    When Bob renames the room to "Bob's room"
    Then the request is refused with ECCP_FORBIDDEN
    And the log of the room has grown by 0 entries since, as Alice reads it
    And the room has no state "eccp.room.name", as Alice sees it

  @ROOM-053 @must
  Scenario: Replacing what is in force
    Given Alice has a private room
    When Alice puts the state "eccp.room.name" in the room, replacing "nothing":
      """
      { "name": "one" }
      """
    And Alice puts the state "eccp.room.name" in the room, replacing "eccp.room.name":
      """
      { "name": "two" }
      """
    Then the state "eccp.room.name" of the room contains, as Alice sees it:
      """
      { "name": "two" }
      """

  @ROOM-053 @must
  Scenario Outline: Replacing what is not in force any more
    Given Alice has a private room
    And Alice renames the room to "one"
    And the answer's "event_id" is kept as "the first name"
    And Alice renames the room to "two"
    And Alice has noted the end of the log of the room
    When Alice calls putState with:
      | eventType | eccp.room.name                                              |
      | body      | { "content": { "name": "three" }, "replaces": <replaces> } |
    Then the request is refused with ECCP_STATE_CONFLICT
    And the answer's "current" is "{{event eccp.room.name}}"
    And the log of the room has grown by 0 entries since, as Alice reads it
    And the state "eccp.room.name" of the room contains, as Alice sees it:
      """
      { "name": "two" }
      """

    Examples:
      | replaces                   |
      | "{{saved the first name}}" |
      | null                       |

  @ROOM-053 @must
  Scenario: Replacing something where there is nothing
    Given Alice has a private room
    And Alice renames the room to "one"
    When Alice puts the state "eccp.room.topic" in the room, replacing "eccp.room.name":
      """
      { "topic": "ships" }
      """
    Then the request is refused with ECCP_STATE_CONFLICT
    And the answer's "current" is null
    And the room has no state "eccp.room.topic", as Alice sees it

  @ROOM-053 @must
  Scenario: Keyed state is replaced by its key
    Given Alice has a private room
    And Alice puts the state "org.example.lamp" with the key "left" in the room:
      """
      { "on": true }
      """
    When Alice calls putKeyedState with:
      | eventType | org.example.lamp                                                          |
      | stateKey  | right                                                                     |
      | body      | { "content": { "on": true }, "replaces": "{{event org.example.lamp}}" } |
    Then the request is refused with ECCP_STATE_CONFLICT
    And the answer's "current" is null
    When Alice calls putKeyedState with:
      | eventType | org.example.lamp                                   |
      | stateKey  | left                                               |
      | body      | { "content": { "on": false }, "replaces": null } |
    Then the request is refused with ECCP_STATE_CONFLICT
    And the answer's "current" is "{{event org.example.lamp}}"

  @ROOM-053 @must
  Scenario: Of several who replace the same at once, one does
    Given Alice has a private room
    And Alice renames the room to "old"
    And Alice has noted the end of the log of the room
    When Alice names the room 5 times at once, each time instead of "eccp.room.name"
    Then one of them succeeds and the others are refused with ECCP_STATE_CONFLICT, naming what the first one put
    And the log of the room has grown by 1 entry since, as Alice reads it

  @ROOM-054 @must
  Scenario: Without naming what to replace, what is in force is replaced
    Given Alice has a private room
    When Alice renames the room to "one"
    And the answer's "event_id" is kept as "the first name"
    And Alice reads the state "eccp.room.name" of the room
    Then the answer's "event.replaces" is null
    When Alice renames the room to "two"
    And Alice reads the state "eccp.room.name" of the room
    Then the answer's "event.replaces" is "{{saved the first name}}"

  @ROOM-055 @must
  Scenario: Power levels always say what they replace
    Given Alice has a private room
    And Alice has noted the end of the log of the room
    When Alice calls putState with:
      | eventType | eccp.room.power_levels                               |
      | body      | { "content": { "users": { "{{Alice}}": 100 } } } |
    Then the request is refused with ECCP_BAD_PARAM
    And the log of the room has grown by 0 entries since, as Alice reads it
    When Alice calls putState with:
      | eventType | eccp.room.power_levels                                                 |
      | body      | { "content": { "users": { "{{Alice}}": 100 } }, "replaces": null } |
    Then the request is refused with ECCP_STATE_CONFLICT
    When Alice gives Bob power 50 in the room
    Then it succeeds
    And the log of the room has grown by 1 entry since, as Alice reads it

  @ROOM-056 @must
  Scenario Outline: What has an operation of its own is not put as state
    Given Alice has a private room
    And Bob is a member of the room
    And Alice sends "hello" to the room
    And Alice has noted the end of the log of the room
    When Alice calls <operation> with:
      | eventType | <type>                     |
      | stateKey  | {{<key>}}                  |
      | body      | { "content": <content> } |
    Then the request is refused with ECCP_BAD_EVENT
    And the log of the room has grown by 0 entries since, as Alice reads it

    Examples:
      | operation     | type                | key   | content                                                                       |
      | putKeyedState | eccp.room.member    | Bob   | { "membership": "leave" }                                                     |
      | putKeyedState | eccp.room.member    | Carol | { "membership": "invite" }                                                    |
      | putKeyedState | eccp.room.member    | Alice | { "membership": "join" }                                                      |
      | putState      | eccp.room.member    | Alice | { "membership": "join" }                                                      |
      | putState      | eccp.room.create    | Alice | { "room_version": "1" }                                                       |
      | putState      | eccp.room.redaction | Alice | { "redacts": { "event_id": "{{event hello}}", "sender": "{{Alice}}" } } |
      | putKeyedState | eccp.room.redaction | Alice | { "redacts": { "event_id": "{{event hello}}", "sender": "{{Alice}}" } } |

  @ROOM-057 @must
  Scenario Outline: Who is no longer joined sees the state as it was at the end
    Given Alice has a room:
      """
      { "name": "old name", "historyVisibility": "shared" }
      """
    And Bob is a member of the room
    And Bob has power 10 in the room
    And <who> <ends it> the room
    And Alice renames the room to "new name"
    And Alice sets the topic of the room to "new topic"
    And Alice gives Bob power 0 in the room
    And Carol is a member of the room
    When Bob reads the state of the room
    Then the answer's state is, in any order:
      | eccp.room.create             |           |
      | eccp.room.member             | {{Alice}} |
      | eccp.room.power_levels       |           |
      | eccp.room.visibility         |           |
      | eccp.room.history_visibility |           |
      | eccp.room.name               |           |
      | eccp.room.member             | {{Bob}}   |
    And the state "eccp.room.name" of the room contains, as Bob sees it:
      """
      { "name": "old name" }
      """
    And the room has no state "eccp.room.topic", as Bob sees it
    And the state "eccp.room.member" with the key "{{Bob}}" of the room contains, as Bob sees it:
      """
      { "membership": "<membership>" }
      """
    When Bob calls listMembers with:
      | ?membership | <membership> |
    Then the answer lists the members:
      | {{Bob}} | <membership> | 10 |
    When Bob calls listMembers with:
      | ?membership | join |
    Then the answer lists the members:
      | {{Alice}} | join | 100 |
    When Bob reads the state "eccp.room.member" with the key "{{Carol}}" of the room
    Then the request is refused with ECCP_NOT_FOUND

    Examples:
      | who   | ends it        | membership |
      | Bob   | leaves         | leave      |
      | Alice | kicks Bob from | leave      |
      | Alice | bans Bob from  | ban        |

  @ROOM-057 @must
  Scenario Outline: What follows the end shows no more of the state
    Given Alice has a room:
      """
      { "name": "old name", "visibility": "invite_only", "historyVisibility": "shared" }
      """
    And Bob is a member of the room
    And Alice bans Bob from the room
    And Alice renames the room to "new name"
    And Alice unbans Bob from the room
    And <who> <goes on> the room
    When Bob reads the state "eccp.room.name" of the room
    Then the answer's "content" is { "name": "old name" }
    When Bob reads the state "eccp.room.member" with the key "{{Bob}}" of the room
    Then the answer's "content.membership" is "ban"

    Examples:
      | who   | goes on        |
      | Alice | looks at       |
      | Alice | invites Bob to |
      | Bob   | knocks on      |

  @ROOM-057 @must
  Scenario: Who comes back sees the state of today
    Given Alice has a room:
      """
      { "name": "old name" }
      """
    And Bob has left the room
    And Alice renames the room to "new name"
    And Alice invites Bob to the room
    When Bob joins the room
    Then the state "eccp.room.name" of the room contains, as Bob sees it:
      """
      { "name": "new name" }
      """
