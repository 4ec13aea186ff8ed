@since-0.1
Feature: Redaction
  A redaction takes the content of an event away for good. That there was an event stays visible.

  @ROOM-080 @must
  Scenario: A redaction names the event and its sender
    Given Alice has a private room
    And Bob is a member of the room
    And Bob sends "oops" to the room
    When Alice redacts "oops" in the room because "off topic"
    Then the answer says that "the redaction of oops" was sequenced at the end of the log of the room, as Bob reads it
    And Bob finds "the redaction of oops" in the log of the room with:
      | type    | "eccp.room.redaction"                                                                             |
      | sender  | "{{Alice}}"                                                                                       |
      | content | { "redacts": { "event_id": "{{event oops}}", "sender": "{{Bob}}" }, "reason": "off topic" } |

  @ROOM-080 @must
  Scenario: Without a reason it has none
    Given Alice has a private room
    And Alice sends "oops" to the room
    When Alice redacts "oops" in the room
    Then Alice finds "the redaction of oops" in the log of the room with:
      | content | { "redacts": { "event_id": "{{event oops}}", "sender": "{{Alice}}" } } |

  @ROOM-080 @must
  Scenario: Who may not redact does not
    Given Alice has a private room
    And Bob is a member of the room
    And Alice sends "mine" to the room
    And Alice has noted the end of the log of the room
    When Bob redacts "mine" in the room
    Then the request is refused with ECCP_FORBIDDEN
    And the log of the room has grown by 0 entries since, as Alice reads it
    And Bob can read "mine" in the room

  @ROOM-081 @must
  Scenario: A redacted message has no content wherever one reads, and keeps its headers
    Given Alice has a private room with "shared" history
    And Bob is a member of the room
    And Bob sends "the secret" to the room
    And Bob reads the event "the secret" of the room
    And the answer's "event" is kept as "the headers"
    And the answer's "signature" is kept as "the signature"
    And the answer's "entry" is kept as "the entry"
    When Alice redacts "the secret" in the room
    And Alice sends "after" to the room
    Then "the secret" is redacted in the room, as Alice sees it
    And "the secret" is redacted in the room, as Bob sees it
    When Bob reads the event "the secret" of the room
    Then the answer has no "content"
    And the answer has no "nonce"
    And the answer's "redacted_by" is "{{event the redaction of the secret}}"
    And the answer's "event" is {{saved the headers}}
    And the answer's "signature" is "{{saved the signature}}"
    And the answer's "entry" is {{saved the entry}}
    When Bob syncs anew
    Then the answer mentions "the secret" nowhere
    When Bob reads the messages of the room
    Then the answer mentions "the secret" nowhere
    When Bob calls exportAccount
    Then the answer mentions "the secret" nowhere
    When Carol is brought into the room and reads its messages
    Then the answer mentions "the secret" nowhere
    And the answer lists the messages:
      | after        |
      | (no content) |

  @ROOM-081 @must
  Scenario: Redacted state stays in force without content
    Given Alice has a room:
      """
      { "name": "the secret name", "visibility": "public" }
      """
    And Bob is a member of the room
    And Bob reads the state "eccp.room.name" of the room
    And the answer's "event_id" is kept as "the name"
    When Alice calls redactEvent with:
      | eventId | {{saved the name}} |
      | body    | {}                 |
    And Bob reads the state "eccp.room.name" of the room
    Then the answer's "event_id" is "{{saved the name}}"
    And the answer has no "content"
    And the answer has a "redacted_by"
    When Bob reads the state of the room
    Then the answer mentions "the secret name" nowhere
    When Bob looks at the room
    Then the answer mentions "the secret name" nowhere
    When Bob syncs anew
    Then the answer mentions "the secret name" nowhere
    When Alice invites Carol to the room
    And Carol syncs anew
    Then the answer mentions "the secret name" nowhere

  @ROOM-081 @cap-directory @must
  Scenario: Nor does the directory keep a redacted name
    Given Alice has a room:
      """
      { "name": "secret {{unique}}", "visibility": "public" }
      """
    And Alice reads the state "eccp.room.name" of the room
    And the answer's "event_id" is kept as "the name"
    When Alice calls listDirectory with:
      | ?search | secret {{unique}} |
    Then the answer lists 1 "rooms"
    When Alice calls redactEvent with:
      | eventId | {{saved the name}} |
      | body    | {}                 |
    And Alice calls listDirectory with:
      | ?search | secret {{unique}} |
    Then the answer lists 0 "rooms"
    When Alice calls listDirectory with:
      | ?limit | 100 |
    Then the answer mentions "secret {{unique}}" nowhere

  @ROOM-081 @must
  Scenario: Only the event that was meant loses its content
    Given Alice has a private room
    And Alice sends "one" to the room
    And Alice sends "two" to the room
    And Alice sends "three" to the room
    When Alice redacts "two" in the room
    And Alice reads the messages of the room with:
      | dir | f |
    Then the answer lists the messages:
      | one          |
      | (no content) |
      | three        |

  @ROOM-082 @must
  Scenario: What one may not read, one does not redact
    Given Alice has a private room
    And Alice sends "before" to the room
    And Bob is a member of the room
    And Bob has power 50 in the room
    And Alice has noted the end of the log of the room
    When Bob redacts "before" in the room
    Then the request is refused with ECCP_NOT_FOUND
    And the log of the room has grown by 0 entries since, as Alice reads it
    And Alice can read "before" in the room

  @ROOM-082 @must
  Scenario: Nor what is not there
    Given Alice has a private room
    And Alice has a private room "den"
    And Alice sends "elsewhere" to the room "den"
    And Alice has noted the end of the log of the room
    When Alice calls redactEvent with:
      | eventId | {{event elsewhere}} |
      | body    | {}                  |
    Then the request is refused with ECCP_NOT_FOUND
    When Alice calls redactEvent with:
      | eventId | $AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA |
      | body    | {}                                           |
    Then the request is refused with ECCP_NOT_FOUND
    And the log of the room has grown by 0 entries since, as Alice reads it
    And Alice can read "elsewhere" in the room "den"

  @ROOM-083 @must
  Scenario Outline: What the state is made of is not redacted
    Given Alice has a private room
    And Alice reads the state "<type>" with the key "<key>" of the room
    And the answer's "event_id" is kept as "the event"
    And Alice has noted the end of the log of the room
    When Alice calls redactEvent with:
      | eventId | {{saved the event}} |
      | body    | {}                  |
    Then the request is refused with ECCP_BAD_EVENT
    And the log of the room has grown by 0 entries since, as Alice reads it
    When Alice reads the state "<type>" with the key "<key>" of the room
    Then the answer has a "content"

    Examples:
      | type                         | key       |
      | eccp.room.member             | {{Alice}} |
      | eccp.room.power_levels       |           |
      | eccp.room.visibility         |           |
      | eccp.room.history_visibility |           |

  @ROOM-083 @must
  Scenario: A redaction is not redacted
    Given Alice has a private room
    And Alice sends "oops" to the room
    And Alice redacts "oops" in the room
    And Alice has noted the end of the log of the room
    When Alice redacts "the redaction of oops" in the room
    Then the request is refused with ECCP_BAD_EVENT
    And the log of the room has grown by 0 entries since, as Alice reads it

  @ROOM-084 @must
  Scenario: Redacting twice changes nothing
    Given Alice has a private room
    And Bob is a member of the room
    And Bob sends "oops" to the room
    And Bob redacts "oops" in the room
    And the answer's "event_id" is kept as "the redaction"
    And Alice has noted the end of the log of the room
    When Bob redacts "oops" in the room
    And Alice redacts "oops" in the room because "off topic"
    Then both answers are the same, byte for byte
    And the answer contains:
      """
      { "event_id": "{{saved the redaction}}", "status": "sequenced", "seq": 8 }
      """
    And the log of the room has grown by 0 entries since, as Alice reads it

  @ROOM-085 @must
  Scenario: A redaction that is repeated is answered as the first time
    Given Alice has a private room
    And Alice sends "one" to the room
    And Alice sends "two" to the room
    And Alice has noted the end of the log of the room
    When Alice redacts "one" in the room with the idempotency key "r1"
    And Alice redacts "one" in the room with the idempotency key "r1"
    Then both answers are the same, byte for byte
    And the log of the room has grown by 1 entry since, as Alice reads it
    When Alice redacts "two" in the room with the idempotency key "r1"
    Then the request is refused with ECCP_BAD_PARAM
    And Alice can read "two" in the room

  @ROOM-084 @ROOM-086 @must
  Scenario: A redaction that changes nothing leaves its transaction id unused
    Given Alice has a private room
    And Alice sends "one" to the room
    And Alice sends "two" to the room
    And Alice redacts "one" in the room
    And Alice has noted the end of the log of the room
    When Alice redacts "one" in the room with the idempotency key "r1"
    And Alice redacts "one" in the room with the idempotency key "r1"
    Then both answers are the same, byte for byte
    And the log of the room has grown by 0 entries since, as Alice reads it
    When Alice redacts "two" in the room with the idempotency key "r1"
    Then it succeeds
    And the log of the room has grown by 1 entry since, as Alice reads it

  @ROOM-085 @must
  Scenario: Repetitions of a redaction at the same time are one event
    Given Alice has a private room
    And Alice sends "oops" to the room
    And Alice has noted the end of the log of the room
    When Alice redacts "oops" in the room 4 times at once with the idempotency key "r1"
    Then all of them get the same answer
    And the log of the room has grown by 1 entry since, as Alice reads it

  @ROOM-085 @ROOM-063 @ROOM-064 @must
  Scenario: Sends and redactions have one space of transaction ids
    Given Alice has a private room
    And Alice sends "one" to the room with the transaction id "t1"
    And Alice has noted the end of the log of the room
    When Alice redacts "one" in the room with the idempotency key "t1"
    Then the request is refused with ECCP_BAD_PARAM
    And the log of the room has grown by 0 entries since, as Alice reads it
    When Alice redacts "one" in the room with the idempotency key "t2"
    And Alice sends "two" to the room with the transaction id "t2"
    Then the request is refused with ECCP_BAD_PARAM
    And the log of the room has grown by 1 entry since, as Alice reads it
