@since-0.1
Feature: Sending
  What is sent comes into the log as it was sent, once, and for everybody who may read it.

  @ROOM-060 @ROOM-061 @must
  Scenario: An event comes into the log as it was sent
    Given Alice has a private room
    And Bob is a member of the room
    When Bob sends the event "org.example.poll" to the room:
      """
      { "question": "Tea?", "votes": [1, 2, {}], "open": true, "none": null }
      """
    Then the answer says that "org.example.poll" was sequenced at the end of the log of the room, as Alice reads it
    And Alice finds "org.example.poll" in the log of the room with:
      | type    | "org.example.poll"                                                        |
      | sender  | "{{Bob}}"                                                                 |
      | content | { "question": "Tea?", "votes": [1, 2, {}], "open": true, "none": null } |
    When Alice reads the event "org.example.poll" of the room
    Then the answer has no "event.state_key"
    And the answer has no "event.replaces"

  @ROOM-060 @ROOM-061 @must
  Scenario: A message, in the form without a transaction id
    Given Alice has a private room
    When Alice calls sendEvent with:
      | eventType | eccp.room.message                                             |
      | body      | { "body": "Öl: 3 ℓ 🛢", "org.example.mood": { "calm": true } } |
    And the answer's "event_id" is kept as "sent"
    And Alice calls getEvent with:
      | eventId | {{saved sent}} |
    Then the answer's "event.type" is "eccp.room.message"
    And the answer's "event.sender" is "{{Alice}}"
    And the answer's "content.body" is "Öl: 3 ℓ 🛢"
    And the answer's "content" is {"body":"Öl: 3 ℓ 🛢","org.example.mood":{"calm":true}}

  @ROOM-060 @must
  Scenario: Events stand in the log in the order in which they were answered
    Given Alice has a private room
    And Bob is a member of the room
    When Alice sends "one" to the room
    And Bob sends "two" to the room
    And Alice sends "three" to the room
    And Bob reads the messages of the room with:
      | dir | f |
    Then the answer lists the messages:
      | one   |
      | two   |
      | three |

  @ROOM-060 @must
  Scenario: Who may not send does not
    Given Alice has a private room
    And Bob is a member of the room
    And Alice puts the state "org.example.x" in the room:
      """
      {}
      """
    And Alice has raised the level of messages in the room to 1
    And Alice has noted the end of the log of the room
    When Bob sends "hello" to the room
    Then the request is refused with ECCP_FORBIDDEN
    And the log of the room has grown by 0 entries since, as Alice reads it

  @ROOM-066 @must
  Scenario: Without a transaction id each send is an event
    Given Alice has a private room
    And Alice has noted the end of the log of the room
    When Alice sends "tick" to the room without a transaction id
    And Alice sends "tick" to the room without a transaction id
    Then both answers have different "event_id"
    And the log of the room has grown by 2 entries since, as Alice reads it

  @ROOM-067 @must
  Scenario Outline: An event that is too long is refused
    Given Alice has a private room
    And Alice has noted the end of the log of the room
    When Alice sends a message of <bytes> bytes to the room <how>
    Then the request is refused with ECCP_TOO_LARGE
    And the log of the room has grown by 0 entries since, as Alice reads it

    Examples:
      | bytes  | how                      |
      | 61440  | with a transaction id    |
      | 61440  | without a transaction id |
      | 500000 | with a transaction id    |

  @ROOM-067 @must
  Scenario: One that is as long as may be is sent
    Given Alice has a private room
    And Alice has noted the end of the log of the room
    When Alice sends a message of 59000 bytes to the room with a transaction id
    Then it succeeds
    And the log of the room has grown by 1 entry since, as Alice reads it

  @ROOM-068 @must
  Scenario Outline: What is no message is not sent as one
    Given Alice has a private room
    And Alice sends "hello" to the room
    And Alice has noted the end of the log of the room
    When Alice calls <operation> with:
      | eventType | <type>      |
      | txnId     | {{unique}}  |
      | body      | <content> |
    Then the request is refused with ECCP_BAD_EVENT
    And the log of the room has grown by 0 entries since, as Alice reads it

    Examples: a state event's type
      | operation        | type                         | content                                |
      | sendEventWithTxn | eccp.room.name               | { "name": "mine" }                     |
      | sendEvent        | eccp.room.topic              | { "topic": "mine" }                    |
      | sendEventWithTxn | eccp.room.member             | { "membership": "leave" }              |
      | sendEvent        | eccp.room.create             | { "room_version": "1" }                |
      | sendEventWithTxn | eccp.room.power_levels       | { "users": { "{{Alice}}": 100 } } |
      | sendEvent        | eccp.room.visibility         | { "visibility": "public" }             |
      | sendEventWithTxn | eccp.room.history_visibility | { "history_visibility": "shared" }     |

    Examples: redaction, and types that nobody has defined
      | operation        | type                | content                                                                       |
      | sendEventWithTxn | eccp.room.redaction | { "redacts": { "event_id": "{{event hello}}", "sender": "{{Alice}}" } } |
      | sendEvent        | eccp.room.redaction | { "redacts": { "event_id": "{{event hello}}", "sender": "{{Alice}}" } } |
      | sendEventWithTxn | eccp.room.nothing   | {}                                                                            |
      | sendEvent        | eccp.x              | {}                                                                            |

    Examples: content that is not the type's
      | operation        | type              | content               |
      | sendEventWithTxn | eccp.room.message | {}                    |
      | sendEvent        | eccp.room.message | { "body": 7 }         |
      | sendEventWithTxn | eccp.room.message | { "text": "no body" } |

  @ROOM-069 @must
  Scenario: What was answered as sequenced is there at once, wherever one reads
    Given Alice has a private room
    And Bob is a member of the room
    And Bob has synced
    When Alice sends "hello" to the room
    And Bob reads the event "hello" of the room
    Then the answer's "content.body" is "hello"
    When Bob reads the messages of the room with:
      | limit | 1 |
    Then the answer lists the messages:
      | hello |
    When Bob syncs
    Then the answer shows in the room the messages:
      | hello |
    And Bob sees as the head of the room the entry of "hello", as Alice reads it

  @ROOM-069 @must
  Scenario: So is state, and so is a membership
    Given Alice has a private room
    And Bob is a member of the room
    When Alice renames the room to "Harbour"
    And Bob looks at the room
    Then the answer's "name" is "Harbour"
    When Bob reads the state "eccp.room.name" of the room
    Then the answer's "event_id" is "{{event eccp.room.name}}"
    When Alice kicks Bob from the room
    And Bob sends "too late" to the room
    Then the request is refused with ECCP_FORBIDDEN

  @ROOM-069 @must
  Scenario: Nothing is lost or doubled when many send at once
    Given Alice has a private room
    And Bob and Carol are members of the room
    And Alice has noted the end of the log of the room
    When Alice, Bob and Carol each send 10 messages to the room at once
    Then all of them succeed, and each has a place of its own in the log of the room, as Bob reads it
    And the log of the room has grown by 30 entries since, as Alice reads it

  @ROOM-071 @fresh-accounts @must
  Scenario: Its transaction id comes with an event for the device that sent it, and for nobody else
    Given Alice has a private room
    And Bob is a member of the room
    And Alice is also logged in on "phone"
    And Alice sends "hello" to the room with the transaction id "from-alice"
    And Bob sends "hi" to the room with the idempotency key "from-bob"
    And Alice sends "no id" to the room without a transaction id
    Then wherever Alice reads in the room, "hello" has the transaction id "from-alice"
    And wherever Bob reads in the room, "hi" has the transaction id "from-bob"
    And wherever Alice reads in the room, "hi" has no transaction id
    And wherever Alice reads in the room, "no id" has no transaction id
    And wherever Bob reads in the room, "hello" has no transaction id
    And wherever Alice on "phone" reads in the room, "hello" has no transaction id
    And wherever Alice on "phone" reads in the room, "hi" has no transaction id

  @ROOM-071 @must
  Scenario: A redaction is no exception
    Given Alice has a private room
    And Bob is a member of the room
    And Alice sends "hello" to the room
    And Alice redacts "hello" in the room with the idempotency key "sorry"
    Then wherever Alice reads in the room, "the redaction of hello" has the transaction id "sorry"
    And wherever Bob reads in the room, "the redaction of hello" has no transaction id
