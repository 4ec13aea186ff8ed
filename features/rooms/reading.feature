@since-0.1
Feature: Reading the log
  Whoever pages through a room finds everything that may be read and nothing twice, whichever way and in pages of whatever size.

  @ROOM-090 @ROOM-092 @must
  Scenario: Going back
    Given Alice has a private room
    And Alice sends 6 messages to the room
    When Alice reads the messages of the room with:
      | limit | 3 |
    Then the answer lists the messages:
      | message 6 |
      | message 5 |
      | message 4 |
    When Alice reads the messages of the room with:
      | dir   | b |
      | from  | 8 |
      | limit | 2 |
    Then the answer lists the messages:
      | message 3 |
      | message 2 |

  @ROOM-091 @ROOM-092 @must
  Scenario: Going forward
    Given Alice has a private room
    And Alice sends 6 messages to the room
    When Alice reads the messages of the room with:
      | dir   | f |
      | limit | 7 |
    Then the answer lists the messages:
      | message 1 |
      | message 2 |
    And the answer's "events.0.entry.seq" is 0
    When Alice reads the messages of the room with:
      | dir   | f |
      | from  | 8 |
      | limit | 2 |
    Then the answer lists the messages:
      | message 5 |
      | message 6 |

  @ROOM-090 @ROOM-091 @ROOM-092 @ROOM-093 @ROOM-094 @must
  Scenario: A whole log, with redacted events in it
    Given Alice has a private room
    And Bob is a member of the room
    And Alice sends 8 messages to the room
    And Alice redacts "message 3" in the room
    And Bob sends "hello" to the room
    And Bob redacts "hello" in the room
    Then paging through the room in either direction, with any limit, gives Alice the entries 0-17, each once
    And from every place of the log, paging in either direction gives Alice what of the entries 0-17 lies there
    And paging through the room in either direction, with any limit, gives Bob the entries 6-17, each once

  @ROOM-090 @ROOM-091 @ROOM-092 @ROOM-093 @ROOM-094 @must
  Scenario: A log with holes, where the reader was away
    Given Alice has a private room
    And Alice sends 6 messages to the room
    And Bob is a member of the room
    And Bob sends "hello" to the room
    And Alice redacts "hello" in the room
    And Bob leaves the room
    And Alice sends 5 messages to the room
    And Bob is a member of the room
    And Alice sends 4 messages to the room
    And Alice kicks Bob from the room
    And Alice sends "nobody hears" to the room
    And Bob is a member of the room
    Then paging through the room in either direction, with any limit, gives Bob the entries 12-15,22-27,30, each once
    And from every place of the log, paging in either direction gives Bob what of the entries 12-15,22-27,30 lies there
    And getEvent gives Bob each of the entries 12-15,22-27,30 as listMessages does, and no other

  @ROOM-090 @ROOM-091 @ROOM-092 @ROOM-093 @ROOM-094 @must
  Scenario: A log with holes, where the history was closed for a while, for one who has left
    Given Alice has a private room
    And Alice sends 3 messages to the room
    And Alice puts the state "eccp.room.history_visibility" in the room:
      """
      { "history_visibility": "shared" }
      """
    And Alice sends 4 messages to the room
    And Alice puts the state "eccp.room.history_visibility" in the room:
      """
      { "history_visibility": "joined" }
      """
    And Alice sends 2 messages to the room
    And Bob is a member of the room
    And Bob leaves the room
    And Alice sends 2 messages to the room
    Then paging through the room in either direction, with any limit, gives Bob the entries 9-13,17-18, each once
    And from every place of the log, paging in either direction gives Bob what of the entries 9-13,17-18 lies there
    And getEvent gives Bob each of the entries 9-13,17-18 as listMessages does, and no other

  @ROOM-093 @must
  Scenario: A page holds fifty events unless another limit is given, and a hundred at most
    Given Alice has a private room
    And Alice sends 55 messages to the room
    When Alice reads the messages of the room
    Then the answer lists 50 "events"
    And the answer has a "next"
    When Alice reads the messages of the room with:
      | limit | 60 |
    Then the answer lists 60 "events"
    And the answer has no "next"
    When Alice reads the messages of the room with:
      | limit | 59 |
    Then the answer lists 59 "events"
    And the answer has a "next"
    When Alice reads the messages of the room with:
      | limit | 101 |
    Then the request is refused with ECCP_BAD_PARAM
    When Alice reads the messages of the room with:
      | limit | 0 |
    Then the request is refused with ECCP_BAD_PARAM

  @ROOM-093 @ROOM-094 @must
  Scenario: What is sent meanwhile does not shift the pages
    Given Alice has a private room
    And Alice sends 4 messages to the room
    When Alice reads the messages of the room with:
      | limit | 2 |
    Then the answer lists the messages:
      | message 4 |
      | message 3 |
    And the answer's "next" is kept as "next"
    When Alice sends "meanwhile" to the room
    And Alice reads the messages of the room with:
      | limit | 2              |
      | from  | {{saved next}} |
    Then the answer lists the messages:
      | message 2 |
      | message 1 |

  @ROOM-095 @must
  Scenario: One event by its id
    Given Alice has a private room
    And Bob is a member of the room
    And Alice sends "hello" to the room
    When Bob reads the event "hello" of the room
    Then the answer's "event_id" is "{{event hello}}"
    And the answer's "content.body" is "hello"

  @ROOM-095 @must
  Scenario: An event that the room does not have, or not for this reader
    Given Alice has a private room
    And Alice has a private room "den"
    And Alice sends "elsewhere" to the room "den"
    And Alice sends "before" to the room
    And Bob is a member of the room
    When Alice calls getEvent with:
      | eventId | {{event elsewhere}} |
    Then the request is refused with ECCP_NOT_FOUND
    When Bob reads the event "before" of the room
    And Bob calls getEvent with:
      | eventId | $AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA |
    Then every request is refused with ECCP_NOT_FOUND
    And both answers are the same, byte for byte
