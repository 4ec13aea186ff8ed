@since-0.1
Feature: Parameters of a query
  A parameter means one thing, is written in one way, and comes through as it was written.

  @ERR-023 @ERR-007 @must
  Scenario Outline: A parameter that stands twice is refused: <query>
    Given Alice has a private room
    When Alice requests GET "/_eccp/client/v1/<path>?<query>"
    Then the request is refused with ECCP_BAD_PARAM
    And the answer's "path" is "<name>"

    Examples:
      | path                    | query                             | name       |
      | rooms/{{room}}/messages | limit=5&limit=6                   | limit      |
      | rooms/{{room}}/messages | limit=5&limit=5                   | limit      |
      | rooms/{{room}}/messages | limit=5&dir=b&limit=6             | limit      |
      | rooms/{{room}}/messages | dir=b&dir=f                       | dir        |
      | rooms/{{room}}/messages | from=1&from=2                     | from       |
      | rooms/{{room}}/members  | membership=join&membership=invite | membership |
      | sync                    | timeout=0&timeout=0               | timeout    |
      | sync                    | limit=1&limit=2                   | limit      |

  @ERR-023 @must
  Scenario: So is a token of a sync that stands twice
    Given Alice has synced
    And Alice's place in the sync is kept as "start"
    When Alice calls sync with:
      | ?since | {{saved start}} |
    Then it succeeds
    When Alice requests GET "/_eccp/client/v1/sync?since={{saved start}}&since={{saved start}}"
    Then the request is refused with ECCP_BAD_PARAM
    And the answer's "path" is "since"

  @ERR-023 @ERR-007 @must
  Scenario Outline: A parameter whose percent-encoding is malformed is refused: <query>
    Given Alice has a private room
    When Alice requests GET "/_eccp/client/v1/<path>?<query>"
    Then the request is refused with ECCP_BAD_PARAM
    And the answer's "path" is "<name>"

    Examples:
      | path                    | query            | name       |
      | rooms/{{room}}/messages | limit=%          | limit      |
      | rooms/{{room}}/messages | limit=5%         | limit      |
      | rooms/{{room}}/messages | limit=%zz        | limit      |
      | rooms/{{room}}/messages | dir=b&from=%3    | from       |
      | rooms/{{room}}/members  | membership=join% | membership |
      | sync                    | since=%u0061     | since      |

  @ERR-023 @cap-directory @must
  Scenario Outline: Also where any text would do: <query>
    Given Alice has an account
    When Alice requests GET "/_eccp/client/v1/directory?<query>"
    Then the request is refused with ECCP_BAD_PARAM
    And the answer's "path" is "<name>"

    Examples:
      | query             | name   |
      | search=a&search=b | search |
      | search=100%       | search |
      | search=%zz        | search |
      | search=%4         | search |
      | limit=1&limit=1   | limit  |

  @ERR-023 @must
  Scenario: A percent-encoding that is well-formed is decoded
    Given Alice has a private room
    And Alice sends 3 messages to the room
    When Alice requests GET "/_eccp/client/v1/rooms/{{room}}/messages?dir=%66&limit=%31%30%30"
    And Alice reads the messages of the room with:
      | dir   | f   |
      | limit | 100 |
    Then both answers are the same, byte for byte
    And the answer lists the messages:
      | message 1 |
      | message 2 |
      | message 3 |

  @ERR-024 @ERR-007 @must
  Scenario Outline: An integer is written in decimal digits without leading zeros: <path> <name>=<value>
    Given Alice has a private room
    When Alice requests GET "/_eccp/client/v1/<path>?<name>=<value>"
    Then the request is refused with ECCP_BAD_PARAM
    And the answer's "path" is "<name>"

    Examples:
      | path                    | name    | value     |
      | rooms/{{room}}/messages | limit   |           |
      | rooms/{{room}}/messages | limit   | 05        |
      | rooms/{{room}}/messages | limit   | %2B5      |
      | rooms/{{room}}/messages | limit   | +5        |
      | rooms/{{room}}/messages | limit   | 5+        |
      | rooms/{{room}}/messages | limit   | %205      |
      | rooms/{{room}}/messages | limit   | 5%0A      |
      | rooms/{{room}}/messages | limit   | 5.0       |
      | rooms/{{room}}/messages | limit   | 5.        |
      | rooms/{{room}}/messages | limit   | 5e0       |
      | rooms/{{room}}/messages | limit   | 1e1       |
      | rooms/{{room}}/messages | limit   | 0x5       |
      | rooms/{{room}}/messages | limit   | 0b11      |
      | rooms/{{room}}/messages | limit   | 1_0       |
      | rooms/{{room}}/messages | limit   | 5,        |
      | rooms/{{room}}/messages | limit   | %D9%A5    |
      | rooms/{{room}}/messages | limit   | %EF%BC%95 |
      | rooms/{{room}}/messages | limit   | true      |
      | rooms/{{room}}/messages | from    | -0        |
      | rooms/{{room}}/messages | from    | 00        |
      | rooms/{{room}}/messages | from    | 01        |
      | rooms/{{room}}/messages | from    |           |
      | sync                    | timeout | 00        |
      | sync                    | timeout | 0.0       |
      | sync                    | timeout | -0        |
      | sync                    | timeout |           |
      | sync                    | limit   | 010       |
      | sync                    | limit   | 1e1       |

  @ERR-024 @must
  Scenario Outline: So written it is one: <path>?<query>
    Given Alice has a private room
    When Alice requests GET "/_eccp/client/v1/<path>?<query>"
    Then it succeeds

    Examples:
      | path                    | query                 |
      | rooms/{{room}}/messages | limit=1               |
      | rooms/{{room}}/messages | limit=100             |
      | rooms/{{room}}/messages | from=0                |
      | rooms/{{room}}/messages | from=9007199254740991 |
      | sync                    | timeout=0             |
      | sync                    | timeout=0&limit=10    |

  @ERR-025 @cap-directory @must
  Scenario: A plus sign is a space
    Given Alice has a room:
      """
      { "name": "Harbour {{unique}}", "visibility": "public" }
      """
    When Alice requests GET "/_eccp/client/v1/directory?search=Harbour+{{unique}}"
    And Alice requests GET "/_eccp/client/v1/directory?search=Harbour%20{{unique}}"
    Then both answers are the same, byte for byte
    And the answer lists 1 "rooms"
    And the answer's "rooms.0.room_id" is "{{room}}"
    When Alice requests GET "/_eccp/client/v1/directory?search=Harbour%2B{{unique}}"
    Then the answer lists 0 "rooms"

  @ERR-025 @cap-directory @must
  Scenario: What is to be a plus sign is encoded
    Given Alice has a room:
      """
      { "name": "Harbour+{{unique}}", "visibility": "public" }
      """
    When Alice requests GET "/_eccp/client/v1/directory?search=Harbour%2B{{unique}}"
    Then the answer lists 1 "rooms"
    And the answer's "rooms.0.room_id" is "{{room}}"
    When Alice requests GET "/_eccp/client/v1/directory?search=Harbour+{{unique}}"
    Then the answer lists 0 "rooms"
