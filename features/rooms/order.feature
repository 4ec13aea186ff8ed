@since-0.1
Feature: Which refusal of a room comes first
  Whoever has no business in a room is told so before anything else; what is wrong with an event, before who may send it.

  Background:
    Given Alice has an invite-only room
    And Bob is a member of the room
    And Alice has noted the end of the log of the room

  @ROOM-035 @must
  Scenario Outline: The standing in the room comes before all else: who <is> the room calls <operation>
    Given Carol <is> the room
    And Alice remembers the room
    When Carol calls <operation> with:
      | eventType | <type> |
      | body      | <body> |
    Then the room refuses it with ECCP_FORBIDDEN

    Examples:
      | is             | operation    | type                 | body                                                                                          |
      | has left       | inviteMember | x.y                  | { "user_id": "@nobody-{{unique}}:{{node}}" }                                                  |
      | has left       | sendEvent    | eccp.room.message    | {}                                                                                            |
      | has left       | sendEvent    | eccp.room.unheard_of | {}                                                                                            |
      | has left       | putState     | eccp.room.name       | { "content": { "name": 7 }, "replaces": "$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" }      |
      | has left       | putState     | eccp.room.name       | { "content": { "name": "mine" }, "replaces": "$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" } |
      | has left       | putState     | eccp.room.create     | { "content": {}, "replaces": null }                                                           |
      | is invited to  | inviteMember | x.y                  | { "user_id": "@nobody-{{unique}}:{{node}}" }                                                  |
      | is invited to  | sendEvent    | eccp.room.message    | {}                                                                                            |
      | knocks on      | sendEvent    | eccp.room.name       | {}                                                                                            |
      | knocks on      | putState     | eccp.room.name       | { "content": { "name": "mine" }, "replaces": "$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" } |
      | is banned from | inviteMember | x.y                  | { "user_id": "@nobody-{{unique}}:{{node}}" }                                                  |
      | is banned from | sendEvent    | eccp.room.message    | {}                                                                                            |

  @ROOM-035 @must
  Scenario Outline: So it does for an outsider: <operation>
    When Mallory calls <operation> with:
      | eventType | <type> |
      | body      | <body> |
    Then the request is refused with ECCP_FORBIDDEN
    And the log of the room has grown by 0 entries since, as Alice reads it

    Examples:
      | operation    | type              | body                                                                                          |
      | inviteMember | x.y               | { "user_id": "@nobody-{{unique}}:{{node}}" }                                                  |
      | sendEvent    | eccp.room.message | {}                                                                                            |
      | putState     | eccp.room.name    | { "content": { "name": "mine" }, "replaces": "$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" } |

  @ROOM-035 @ROOM-062 @must
  Scenario: The standing comes before the transaction id
    Given Bob sends "hello" to the room with the transaction id "t1"
    And Bob leaves the room
    When Bob sends "something else" to the room with the transaction id "t1"
    And Bob sends "hello" to the room with the transaction id "t1"
    And Bob redacts "hello" in the room with the idempotency key "t1"
    Then every request is refused with ECCP_FORBIDDEN
    And the log of the room has grown by 2 entries since, as Alice reads it

  @ROOM-035 @ROOM-064 @must
  Scenario Outline: The transaction id comes before type, content and size: <type>
    Given Bob sends "hello" to the room with the transaction id "t1"
    When Bob calls <operation> with:
      | eventType        | <type>    |
      | txnId            | t1        |
      | Idempotency-Key: | t1        |
      | body             | <content> |
    Then the request is refused with ECCP_BAD_PARAM
    And the log of the room has grown by 1 entry since, as Alice reads it

    Examples:
      | operation        | type                 | content            |
      | sendEventWithTxn | eccp.room.message    | {}                 |
      | sendEvent        | eccp.room.message    | { "body": 7 }      |
      | sendEventWithTxn | eccp.room.name       | { "name": "mine" } |
      | sendEvent        | eccp.room.unheard_of | {}                 |
      | sendEventWithTxn | eccp.room.redaction  | {}                 |

  @ROOM-035 @ROOM-064 @must
  Scenario: The transaction id comes before the size, and before the rules of the room
    Given Bob sends "hello" to the room with the transaction id "t1"
    And Alice has raised the level of messages in the room to 50
    When Bob sends a message of 61440 bytes to the room under "t1"
    And Bob sends "something else" to the room with the transaction id "t1"
    And Bob redacts "hello" in the room with the idempotency key "t1"
    Then every request is refused with ECCP_BAD_PARAM
    And the log of the room has grown by 2 entries since, as Alice reads it

  @ROOM-035 @ROOM-023 @must
  Scenario: Whether a user exists comes before who may invite
    When Bob calls inviteMember with the body:
      """
      { "user_id": "@nobody-{{unique}}:{{node}}" }
      """
    Then the request is refused with ECCP_NOT_FOUND
    When Bob invites Carol to the room
    Then the request is refused with ECCP_FORBIDDEN
    And the log of the room has grown by 0 entries since, as Alice reads it

  @ROOM-035 @ROOM-053 @must
  Scenario Outline: Type, size and content come before what is replaced, and before who may do it: <type> by <who>
    When <who> calls putState with:
      | eventType | <type>                                                                                   |
      | body      | { "content": <content>, "replaces": "$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" } |
    Then the request is refused with ECCP_BAD_EVENT
    And the log of the room has grown by 0 entries since, as Alice reads it

    Examples:
      | who   | type                   | content                            |
      | Alice | eccp.room.name         | { "name": 7 }                      |
      | Alice | eccp.room.unheard_of   | {}                                 |
      | Alice | eccp.room.create       | { "room_version": "1" }            |
      | Alice | eccp.room.power_levels | { "users": { "{{Alice}}": "all" } } |
      | Bob   | eccp.room.name         | { "name": 7 }                      |
      | Bob   | eccp.room.unheard_of   | {}                                 |
      | Bob   | eccp.room.power_levels | { "users": { "{{Alice}}": "all" } } |

  @ROOM-035 @LOG-018 @must
  Scenario Outline: So does the size of state: by <who>
    When <who> puts a state of 61440 bytes in the room, replacing what is not there
    Then the request is refused with ECCP_TOO_LARGE
    And the log of the room has grown by 0 entries since, as Alice reads it

    Examples:
      | who   |
      | Alice |
      | Bob   |

  @ROOM-035 @ROOM-053 @must
  Scenario: What is replaced comes before who may replace it
    Given Alice renames the room to "Harbour"
    When Bob puts the state "eccp.room.name" in the room, replacing "nothing":
      """
      { "name": "mine" }
      """
    Then the request is refused with ECCP_STATE_CONFLICT
    And the answer's "current" is "{{event eccp.room.name}}"
    When Bob puts the state "eccp.room.name" in the room, replacing "eccp.room.name":
      """
      { "name": "mine" }
      """
    Then the request is refused with ECCP_FORBIDDEN
    And the log of the room has grown by 1 entry since, as Alice reads it

  @ROOM-035 @must
  Scenario Outline: What is wrong with a message comes before who may send it: <type>
    Given Alice has raised the level of messages in the room to 50
    When Bob sends "hello" to the room
    Then the request is refused with ECCP_FORBIDDEN
    When Bob calls sendEvent with:
      | eventType | <type>    |
      | body      | <content> |
    Then the request is refused with ECCP_BAD_EVENT
    And the log of the room has grown by 1 entry since, as Alice reads it

    Examples:
      | type                 | content            |
      | eccp.room.message    | {}                 |
      | eccp.room.unheard_of | {}                 |
      | eccp.room.name       | { "name": "mine" } |

  @ROOM-035 @must
  Scenario: The size of a message comes before who may send it
    Given Alice has raised the level of messages in the room to 50
    When Bob sends a message of 61440 bytes to the room without a transaction id
    Then the request is refused with ECCP_TOO_LARGE
    And the log of the room has grown by 1 entry since, as Alice reads it
