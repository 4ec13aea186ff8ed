@since-0.1
Feature: Bodies and their limits
  What a client may send in one request: how much, declared how, and packed in what.

  Background:
    Given Alice has a private room

  @JSON-040 @must
  Scenario: A body of more than 1 MiB is refused
    When Alice sends a body of 1048577 bytes to createRoom, sendEvent and putAccountData
    Then each is refused with ECCP_TOO_LARGE

  @JSON-040 @must
  Scenario: A body of more than 1 MiB is refused when its length was not announced
    When Alice sends a body of 1048577 bytes, without announcing its length, to createRoom, sendEvent and putRoomAccountData
    Then each is refused with ECCP_TOO_LARGE

  @JSON-040 @must
  Scenario: A node that refused a large body goes on working
    When Alice sends a body of 3000000 bytes to createRoom
    And Alice sends a body of 3000000 bytes, without announcing its length, to createRoom
    Then each is refused with ECCP_TOO_LARGE
    And Alice sees 1 member in the room

  @JSON-041 @must
  Scenario: A body of exactly 1 MiB is accepted
    When Alice sends a body of 1048576 bytes to createRoom, sendEvent and putAccountData
    Then each is accepted and comes back as it was written

  @JSON-041 @must
  Scenario: A body of exactly 1 MiB is accepted when its length was not announced
    When Alice sends a body of 1048576 bytes, without announcing its length, to createRoom, sendEvent and putRoomAccountData
    Then each is accepted and comes back as it was written

  @JSON-041 @must
  Scenario: A long string in a body of exactly 1 MiB is accepted
    When Alice sends each of these bodies to createRoom:
      | {"x":"«1048568 a»"}      |
      | {"x":"«524284 «U+E9»»"}  |
    Then each is accepted

  @JSON-042 @must
  Scenario: JSON may be declared in any case of the letters, with or without utf-8
    When Alice sends a body of each of these media types to createRoom, sendEvent and putRoomAccountData:
      | application/json                |
      | Application/JSON                |
      | APPLICATION/JSON                |
      | application/json;charset=utf-8  |
      | application/json; charset=utf-8 |
      | application/json; charset=UTF-8 |
      | Application/Json; Charset=Utf-8 |
    Then each is accepted and comes back as it was written

  @JSON-043 @must
  Scenario: Another charset is refused
    When Alice sends a body of each of these media types to createRoom, sendEvent and putRoomAccountData:
      | application/json; charset=iso-8859-1 |
      | application/json;charset=us-ascii    |
      | application/json; charset=utf-16     |
      | application/json; charset=UTF-16LE   |
      | application/json; charset=utf-32     |
    Then each is refused with ECCP_UNSUPPORTED_MEDIA_TYPE

  @JSON-044 @must
  Scenario: A body that is packed is refused
    When Alice sends a body in each of these content encodings to createRoom, sendEvent and putRoomAccountData:
      | gzip     |
      | GZIP     |
      | x-gzip   |
      | deflate  |
      | br       |
      | unheard  |
    Then each is refused with ECCP_UNSUPPORTED_MEDIA_TYPE

  @JSON-044 @must
  Scenario: A body that says it is not packed is accepted
    When Alice sends a body in each of these content encodings to createRoom:
      | identity |
    Then each is accepted

  @JSON-045 @must
  Scenario: A body that is JSON but not an object is refused
    When Alice sends each of these bodies to createRoom, sendEvent and putAccountData:
      | []             |
      | [{}]           |
      | [{"a":1}]      |
      | "text"         |
      | "{}"           |
      | 0              |
      | 1              |
      | true           |
      | false          |
      | null           |
    Then each is refused with ECCP_BAD_JSON

  @JSON-046 @must
  Scenario: An event as large as an event may be is accepted
    When Alice sends an event of exactly 61440 bytes to the room
    Then it succeeds
    And Alice finds that event in the room to have 61440 bytes

  @JSON-046 @LOG-018 @must
  Scenario: An event that is one byte larger is refused
    When Alice sends an event of exactly 61441 bytes to the room
    Then the request is refused with ECCP_TOO_LARGE

  @JSON-047 @must
  Scenario: A body where none belongs makes no difference
    When Alice calls every operation that takes no body with bodies of several kinds, and without
    Then the bodies make no difference

  @JSON-047 @must
  Scenario: A body that says otherwise does not change what is read
    Given Alice sends 3 messages to the room
    When Alice requests GET "/_eccp/client/v1/rooms/{{room}}/messages" with the body "{\"limit\":1,\"dir\":\"f\"}" as "application/json"
    And Alice reads the messages of the room
    Then both answers are the same, byte for byte
    And the answer lists the messages:
      | message 3 |
      | message 2 |
      | message 1 |

  @JSON-047 @fresh-accounts @must
  Scenario: Nor does it keep anybody from forgetting a room and logging out
    Given Bob is a member of the room
    And Bob leaves the room
    When Bob requests POST "/_eccp/client/v1/rooms/{{room}}/forget" with the body "{" as "application/json"
    And Bob looks at the room
    Then the request is refused with ECCP_NOT_FOUND
    When Bob requests POST "/_eccp/client/v1/logout" with the body "none of this" as "text/plain"
    Then it succeeds
    And Bob is no longer logged in
