@since-0.1
Feature: What a refusal looks like
  Programs branch on the code of a refusal, people read its sentence, and whoever attacks the node learns nothing else.

  @ERR-001 @ERR-002 @must
  Scenario Outline: A refusal has its code's status, and the members of its code only
    Given Alice has a private room
    And Bob has an account
    When <request>
    Then the request is refused with <code>
    And the answer has status <status>
    And the answer has only the members "<members>"

    Examples:
      | request                                                                      | code                        | status | members               |
      | Alice sends the body "{" to createRoom                                       | ECCP_BAD_JSON               | 400    | errcode, error        |
      | Alice sends the bytes "7b2261223a22ff227d" to createRoom                     | ECCP_BAD_ENCODING           | 400    | errcode, error        |
      | Alice requests GET "/_eccp/client/v1/rooms/nonsense"                         | ECCP_BAD_PARAM              | 400    | errcode, error, path  |
      | Alice sends the body "x" as "text/plain" to createRoom                       | ECCP_UNSUPPORTED_MEDIA_TYPE | 415    | errcode, error        |
      | Alice sends an object with 1048575 spaces after it to createRoom                      | ECCP_TOO_LARGE              | 413    | errcode, error        |
      | Alice requests DELETE "/_eccp/client/v1/account"                             | ECCP_METHOD_NOT_ALLOWED     | 405    | errcode, error        |
      | A stranger calls getAccount                                                  | ECCP_MISSING_TOKEN          | 401    | errcode, error        |
      | someone with the token "abc" calls getAccount                                | ECCP_UNKNOWN_TOKEN          | 401    | errcode, error        |
      | Alice forgets the room                                                       | ECCP_FORBIDDEN              | 403    | errcode, error        |
      | Bob looks at the room                                                        | ECCP_NOT_FOUND              | 404    | errcode, error        |
      | Alice requests GET "/_eccp/client/v1/{{unique}}"                             | ECCP_NOT_FOUND              | 404    | errcode, error        |
      | Alice sends the body "{}" to sendEventWithTxn                                | ECCP_BAD_EVENT              | 400    | errcode, error, path? |
      | someone registers as "{{Bob.username}}"                                      | ECCP_USER_IN_USE            | 409    | errcode, error        |
      | someone registers as "{{unique}}" with the password "short"                  | ECCP_WEAK_PASSWORD          | 400    | errcode, error        |
      | someone logs in as "{{unique}}" with the password "wrong {{unique}}"         | ECCP_BAD_AUTH               | 401    | errcode, error        |

  @ERR-001 @ERR-002 @must
  Scenario: A refused change of state tells what is in force
    Given Alice has a private room
    And Alice renames the room to "Harbour"
    When Alice puts the state "eccp.room.name" in the room, replacing "nothing":
      """
      { "name": "Quay" }
      """
    Then the request is refused with ECCP_STATE_CONFLICT
    And the answer has only the members "errcode, error, current"
    And the answer's "current" is "{{event eccp.room.name}}"

  @ERR-001 @ERR-002 @ERR-003 @ERR-005 @ERR-020 @must
  Scenario: Every answer of every operation has the form of an answer
    Given Alice has a private room
    When Alice calls every operation
    Then each refusal has the members of its code and no others
    And each of the answers has a request id of its own
    And each of the answers with a body is declared as "application/json"
    And each of the answers has the header "Access-Control-Allow-Origin" with "*"

  @ERR-003 @must
  Scenario: A request id is the node's own, whatever the request calls itself
    Given Alice has an account
    When Alice requests GET "/_eccp/client/v1/account" with the headers:
      | X-Request-Id | 0123456789abcdef |
    And Alice requests GET "/_eccp/client/v1/account" with the headers:
      | X-Request-Id | 0123456789abcdef |
    Then it succeeds
    And both answers have different request ids

  @ERR-004 @ERR-016 @must
  Scenario: However odd a request is, the refusal gives nothing of the node away
    Given Alice has a private room
    When Alice sends every operation whatever might upset it
    Then no refusal shows internals
    And none of them makes the node fail
    And each refusal has the members of its code and no others

  @ERR-007 @ERR-016 @must
  Scenario Outline: A refused parameter or member is named: <path>
    Given Alice has a private room
    When Alice calls <operation> with:
      | <key> | <value> |
    Then the request is refused with ECCP_BAD_PARAM
    And the answer's "path" is "<path>"

    Examples:
      | operation      | key              | value                                           | path            |
      | getRoom        | roomId           | nonsense                                        | roomId          |
      | listMessages   | ?limit           | 0                                               | limit           |
      | listMessages   | ?limit           | 101                                             | limit           |
      | listMessages   | ?limit           | ten                                             | limit           |
      | listMessages   | ?limit           | 1.5                                             | limit           |
      | listMessages   | ?limit           |                                                 | limit           |
      | listMessages   | ?dir             | up                                              | dir             |
      | listMessages   | ?dir             | B                                               | dir             |
      | listMessages   | ?from            | -1                                              | from            |
      | listMembers    | ?membership      | joined                                          | membership      |
      | sync           | ?timeout         | -1                                              | timeout         |
      | sync           | ?timeout         | 60001                                           | timeout         |
      | sync           | ?limit           | 0                                               | limit           |
      | createRoom     | bad body         | { "name": "" }                                  | /name           |
      | createRoom     | bad body         | { "invite": ["{{Alice}}", 7] }                  | /invite/1       |
      | createRoom     | bad body         | { "direct": "yes" }                             | /direct         |
      | createRoom     | bad body         | { "visibility": "secret" }                      | /visibility     |
      | inviteMember   | bad body         | { "user_id": "alice" }                          | /user_id        |
      | inviteMember   | bad body         | {}                                              | /user_id        |
      | inviteMember   | bad body         | { "user_id": "{{Alice}}", "reason": 7 }         | /reason         |
      | putTyping      | bad body         | { "typing": true, "timeout_ms": 0 }             | /timeout_ms     |
      | putTyping      | bad body         | { "typing": true, "timeout_ms": 60001 }         | /timeout_ms     |
      | putTyping      | bad body         | { "typing": "true" }                            | /typing         |

  @ERR-007 @ERR-016 @must
  Scenario: A refused header is named
    Given Alice has a private room
    When Alice calls sendEvent with:
      | eventType        | org.example.poll |
      | Idempotency-Key: | not a key        |
      | body             | {}               |
    Then the request is refused with ECCP_BAD_PARAM
    And the answer's "path" is "Idempotency-Key"

  @ERR-007 @ERR-016 @ERR-017 @must
  Scenario: A malformed parameter of a path is refused by every operation, by its name
    Given Alice has a private room
    And Alice remembers all that the node holds of her and the room
    When Alice gives every operation a malformed value for each parameter of its path, one at a time
    Then each of them is refused with ECCP_BAD_PARAM
    And each of them names in "path" what is at fault
    And all that the node holds of Alice and the room is as she remembers it

  @ERR-007 @ERR-016 @ERR-017 @must
  Scenario: A member of the wrong type is refused by every operation, by its pointer
    Given Alice has a private room
    And Alice remembers all that the node holds of her and the room
    When Alice gives every operation a body in which one member has the wrong type, member by member
    Then each of them is refused with ECCP_BAD_PARAM
    And each of them names in "path" what is at fault
    And all that the node holds of Alice and the room is as she remembers it

  @ERR-007 @ERR-016 @ERR-017 @must
  Scenario: A missing member is refused by every operation, by the pointer that it would have
    Given Alice has a private room
    And Alice remembers all that the node holds of her and the room
    When Alice gives every operation a body in which one member is missing, member by member
    Then each of them is refused with ECCP_BAD_PARAM
    And each of them names in "path" what is at fault
    And all that the node holds of Alice and the room is as she remembers it

  @ERR-009 @must
  Scenario Outline: Where the refusal of an event says what is at fault, it points into the event: <place> of <type>
    Given Alice has a private room
    When Alice calls sendEvent with:
      | eventType | <type>    |
      | body      | <content> |
    Then the request is refused with ECCP_BAD_EVENT
    And the answer's "path", where it has one, leads to "<place>" of an event

    Examples:
      | type                 | content                               | place         |
      | eccp.room.message    | {}                                    | /content/body |
      | eccp.room.message    | { "body": 7 }                         | /content/body |
      | eccp.room.unheard_of | {}                                    | /event/type   |
      | eccp.room.redaction  | {}                                    | /event/type or /content/redacts |
      | eccp.room.name       | { "name": "Harbour" }                 | /event/type or /event/state_key |

  @ERR-009 @must
  Scenario Outline: Also where the event is state: <place> of <type>
    Given Alice has a private room
    And Alice reads the state "eccp.room.power_levels" of the room
    And the answer's "event_id" is kept as "levels"
    When Alice calls putState with:
      | eventType | <type>   |
      | body      | { "content": <content>, "replaces": <replaces> } |
    Then the request is refused with ECCP_BAD_EVENT
    And the answer's "path", where it has one, leads to "<place>" of an event

    Examples:
      | type                   | content                               | replaces           | place                    |
      | eccp.room.name         | { "name": 7 }                         | null               | /content/name            |
      | eccp.room.topic        | {}                                    | null               | /content/topic           |
      | eccp.room.power_levels | { "users": { "{{Alice}}": "all" } }   | "{{saved levels}}" | /content/users/{{Alice}} |
      | eccp.room.create       | { "room_version": "1" }               | null               | /event/type              |
      | eccp.room.unheard_of   | {}                                    | null               | /event/type              |
