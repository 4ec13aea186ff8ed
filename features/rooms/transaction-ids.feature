@since-0.1
Feature: Transaction ids
  A device that got no answer sends again under the same transaction id, and the event comes into the log once.

  Background:
    Given Alice has a private room
    And Bob is a member of the room
    And Alice has noted the end of the log of the room

  @ROOM-062 @must
  Scenario: A send that is repeated is answered as the first time
    When Bob sends "hello" to the room with the transaction id "t1"
    And Alice sends "in between" to the room
    And Bob sends "hello" to the room with the transaction id "t1"
    Then the first and the last answer are the same, byte for byte
    And the log of the room has grown by 2 entries since, as Alice reads it

  @ROOM-062 @must
  Scenario: The order and spacing of the content make no other send of it
    When Bob sends in the room under "t1" the bytes:
      """
      {"body":"hello","org.example.a":1,"org.example.b":"é"}
      """
    And Bob sends in the room under "t1" the bytes:
      """
      { "org.example.b" : "\u00e9", "org.example.a":1,
        "body": "hello" }
      """
    Then both answers are the same, byte for byte
    And the log of the room has grown by 1 entry since, as Alice reads it

  @ROOM-062 @must
  Scenario: Repetitions at the same time are one event
    When Bob sends "hello" to the room 8 times at once with the transaction id "t1"
    Then all of them get the same answer
    And the log of the room has grown by 1 entry since, as Alice reads it

  @ROOM-062 @must
  Scenario: A repetition is answered though sending is no longer allowed
    Given Bob sends "hello" to the room with the transaction id "t1"
    And the answer's "event_id" is kept as "first"
    And Alice has raised the level of messages in the room to 50
    When Bob sends "hello" to the room with the transaction id "t1"
    Then the answer's "event_id" is "{{saved first}}"
    And the log of the room has grown by 2 entries since, as Alice reads it

  @ROOM-062 @must
  Scenario: A repetition is answered though the event has been redacted
    Given Bob sends "hello" to the room with the transaction id "t1"
    And the answer's "event_id" is kept as "first"
    And Bob redacts "hello" in the room
    When Bob sends "hello" to the room with the transaction id "t1"
    Then the answer's "event_id" is "{{saved first}}"
    And the log of the room has grown by 2 entries since, as Alice reads it

  @ROOM-072 @must
  Scenario: A send that was refused uses no transaction id up
    When Bob calls sendEventWithTxn with:
      | eventType | eccp.room.message |
      | txnId     | t1                |
      | body      | {}                |
    Then the request is refused with ECCP_BAD_EVENT
    When Bob sends "hello" to the room with the transaction id "t1"
    Then it succeeds
    And the log of the room has grown by 1 entry since, as Alice reads it

  @ROOM-063 @must
  Scenario: Path and header name the same transaction
    When Bob sends "hello" to the room with the transaction id "t1"
    And Bob sends "hello" to the room with the idempotency key "t1"
    Then both answers are the same, byte for byte
    When Bob sends "hi" to the room with the idempotency key "t2"
    And Bob sends "hi" to the room with the transaction id "t2"
    Then both answers are the same, byte for byte
    And the log of the room has grown by 2 entries since, as Alice reads it

  @ROOM-063 @ROOM-064 @must
  Scenario Outline: A transaction id that was used one way is not free the other way
    When Bob sends "hello" to the room with the <one> "t1"
    And Bob sends "something else" to the room with the <other> "t1"
    Then the request is refused with ECCP_BAD_PARAM
    And the log of the room has grown by 1 entry since, as Alice reads it

    Examples:
      | one             | other           |
      | transaction id  | idempotency key |
      | idempotency key | transaction id  |

  @ROOM-064 @must
  Scenario Outline: A transaction id stands for one type and content
    When Bob sends "hello" to the room with the transaction id "t1"
    And Bob calls <operation> with:
      | eventType        | <type>    |
      | txnId            | t1        |
      | Idempotency-Key: | t1        |
      | body             | <content> |
    Then the request is refused with ECCP_BAD_PARAM
    And the log of the room has grown by 1 entry since, as Alice reads it

    Examples:
      | operation        | type              | content                                    |
      | sendEventWithTxn | eccp.room.message | { "body": "hello!" }                       |
      | sendEvent        | eccp.room.message | { "body": "hello!" }                       |
      | sendEventWithTxn | eccp.room.message | { "body": "hello", "org.example.x": null } |
      | sendEventWithTxn | org.example.note  | { "body": "hello" }                        |
      | sendEvent        | org.example.note  | { "body": "hello" }                        |

  @ROOM-064 @must
  Scenario: After the refusal the first send still answers
    When Bob sends "hello" to the room with the transaction id "t1"
    And Bob sends "bye" to the room with the transaction id "t1"
    Then the request is refused with ECCP_BAD_PARAM
    When Bob sends "hello" to the room with the transaction id "t1"
    Then the first and the last answer are the same, byte for byte
    And the log of the room has grown by 1 entry since, as Alice reads it

  @ROOM-065 @fresh-accounts @must
  Scenario: Another device has transaction ids of its own
    Given Bob is also logged in on "phone"
    When Bob sends "hello" to the room with the transaction id "t1"
    And Bob on "phone" sends "hello" to the room with the transaction id "t1"
    Then both answers have different "event_id"
    And the log of the room has grown by 2 entries since, as Alice reads it
    When Bob on "phone" sends "hello" to the room with the transaction id "t1"
    Then both answers have the same "event_id"

  @ROOM-065 @must
  Scenario: Another user has
    When Bob sends "hello" to the room with the transaction id "t1"
    And Alice sends "hello too" to the room with the transaction id "t1"
    Then both answers have different "event_id"
    And the log of the room has grown by 2 entries since, as Alice reads it

  @ROOM-065 @must
  Scenario: Another room has
    Given Bob has a private room "own"
    And Bob has noted the end of the log of the room "own"
    When Bob sends "hello" to the room with the transaction id "t1"
    And Bob sends "hello" to the room "own" with the transaction id "t1"
    Then both answers have different "event_id"
    And the log of the room has grown by 1 entry since, as Alice reads it
    And the log of the room "own" has grown by 1 entry since, as Bob reads it

  @ROOM-062 @must
  Scenario Outline: Who is not joined any more is not answered as before: <who> <ends it> the room
    When Bob sends "hello" to the room with the transaction id "t1"
    And <who> <ends it> the room
    And Bob sends "hello" to the room with the transaction id "t1"
    Then the request is refused with ECCP_FORBIDDEN
    When Bob sends "hello" to the room with the idempotency key "t1"
    Then the request is refused with ECCP_FORBIDDEN
    And the log of the room has grown by 2 entries since, as Alice reads it

    Examples:
      | who   | ends it        |
      | Bob   | leaves         |
      | Alice | kicks Bob from |
      | Alice | bans Bob from  |

  @ROOM-062 @must
  Scenario: Who comes back is answered as before
    Given Bob sends "hello" to the room with the transaction id "t1"
    And the answer's "event_id" is kept as "first"
    And Bob leaves the room
    And Alice invites Bob to the room
    And Bob joins the room
    When Bob sends "hello" to the room with the transaction id "t1"
    Then the answer's "event_id" is "{{saved first}}"
    And the log of the room has grown by 4 entries since, as Alice reads it

  @ROOM-064 @ROOM-063 @must
  Scenario: A transaction id stands for one redaction, with its target and reason
    Given Bob sends "one" to the room
    And Bob sends "two" to the room
    When Bob redacts "one" in the room with the idempotency key "t1" because "a slip"
    Then it succeeds
    When Bob redacts "two" in the room with the idempotency key "t1" because "a slip"
    Then the request is refused with ECCP_BAD_PARAM
    And the answer's "path" is "Idempotency-Key"
    When Bob redacts "one" in the room with the idempotency key "t1" because "another slip"
    Then the request is refused with ECCP_BAD_PARAM
    When Bob redacts "one" in the room with the idempotency key "t1"
    Then the request is refused with ECCP_BAD_PARAM
    When Bob redacts "one" in the room with the idempotency key "t1" because "a slip"
    Then the first and the last answer are the same, byte for byte
    And the log of the room has grown by 3 entries since, as Alice reads it
    And Alice can read "two" in the room

  @ROOM-064 @ERR-007 @must
  Scenario Outline: The refusal names where the transaction id stood: <path>
    When Bob sends "hello" to the room with the transaction id "t1"
    And Bob sends "bye" to the room with the <how> "t1"
    Then the request is refused with ECCP_BAD_PARAM
    And the answer's "path" is "<path>"

    Examples:
      | how             | path            |
      | transaction id  | txnId           |
      | idempotency key | Idempotency-Key |

  @ROOM-072 @must
  Scenario Outline: A send that was refused leaves its transaction id to any other: <type>
    When Bob calls <operation> with:
      | eventType        | <type>    |
      | txnId            | t1        |
      | Idempotency-Key: | t1        |
      | body             | <content> |
    Then the request is refused with ECCP_BAD_EVENT
    When Bob sends "hello" to the room with the idempotency key "t1"
    Then it succeeds
    When Bob sends "hello" to the room with the transaction id "t1"
    Then both answers are the same, byte for byte
    And the log of the room has grown by 1 entry since, as Alice reads it

    Examples:
      | operation        | type                 | content             |
      | sendEvent        | eccp.room.message    | {}                  |
      | sendEventWithTxn | eccp.room.unheard_of | {}                  |
      | sendEventWithTxn | eccp.room.name       | { "name": "mine" }  |

  @ROOM-072 @must
  Scenario: So does one that was too long, and one that was not allowed
    When Bob sends a message of 61440 bytes to the room under "t1"
    Then the request is refused with ECCP_TOO_LARGE
    When Bob sends "hello" to the room with the transaction id "t1"
    Then it succeeds
    When Alice has raised the level of messages in the room to 50
    And Bob sends "not allowed" to the room with the transaction id "t2"
    Then the request is refused with ECCP_FORBIDDEN
    When Alice has raised the level of messages in the room to 0
    And Bob sends "something else" to the room with the transaction id "t2"
    Then it succeeds
    When Bob sends "something else" to the room with the transaction id "t2"
    Then both answers are the same, byte for byte
    And the log of the room has grown by 4 entries since, as Alice reads it

  @ROOM-072 @must
  Scenario: So does one by who was not joined
    Given Bob leaves the room
    When Bob sends "too late" to the room with the transaction id "t1"
    Then the request is refused with ECCP_FORBIDDEN
    When Alice invites Bob to the room
    And Bob joins the room
    And Bob sends "back again" to the room with the transaction id "t1"
    Then it succeeds
    And the log of the room has grown by 4 entries since, as Alice reads it

  @ROOM-072 @must
  Scenario: So does a redaction that was refused
    Given Alice sends "not Bob's" to the room
    When Bob redacts "not Bob's" in the room with the idempotency key "t1"
    Then the request is refused with ECCP_FORBIDDEN
    When Bob calls redactEvent with:
      | eventId          | $AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA |
      | Idempotency-Key: | t1                                           |
      | body             | {}                                           |
    Then the request is refused with ECCP_NOT_FOUND
    When Bob sends "hello" to the room with the transaction id "t1"
    Then it succeeds
    And the log of the room has grown by 2 entries since, as Alice reads it

  @ROOM-073 @must
  Scenario: A transaction id is remembered, however much comes after it
    Given Bob sends "hello" to the room with the transaction id "t1"
    And the answer's "event_id" is kept as "first"
    And Bob fills the room with 300 messages
    When Bob sends "hello" to the room with the transaction id "t1"
    Then the answer's "event_id" is "{{saved first}}"
    When Bob sends "something else" to the room with the transaction id "t1"
    Then the request is refused with ECCP_BAD_PARAM
    And the log of the room has grown by 301 entries since, as Alice reads it

  @ROOM-073 @fresh-accounts @must
  Scenario: A transaction id is the device's, whatever becomes of its token
    Given Bob sends "hello" to the room with the transaction id "t1"
    And the answer's "event_id" is kept as "first"
    And Bob calls logout
    And Bob logs in on "again" with:
      | device_id | {{Bob.device}} |
    When Bob on "again" sends "hello" to the room with the transaction id "t1"
    Then the answer's "event_id" is "{{saved first}}"
    When Bob on "again" sends "something else" to the room with the transaction id "t1"
    Then the request is refused with ECCP_BAD_PARAM
    And the log of the room has grown by 1 entry since, as Alice reads it
