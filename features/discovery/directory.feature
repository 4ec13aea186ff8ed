@since-0.2 @cap-directory
Feature: The directory of public rooms
  {{unique}} is a text that stands in no other room.

  @DISC-030 @must
  Scenario: A public room is listed with its name, topic and number of users
    Given Alice has a room:
      """
      { "visibility": "public", "name": "Harbour {{unique}}", "topic": "Ships and tides" }
      """
    And Bob and Carol are members of the room
    And Dave has left the room
    And Erin is invited to the room
    When Mallory searches the directory for "{{unique}}"
    Then the answer contains:
      """
      { "rooms": [{ "room_id": "{{room}}", "name": "Harbour {{unique}}", "topic": "Ships and tides", "member_count": 3, "aliases": [] }] }
      """

  @DISC-030 @must
  Scenario: A room without name and topic is listed, too
    Given Alice has a public room
    Then the whole directory, as Mallory pages through it, lists the room once

  @DISC-030 @must
  Scenario: The directory tells what the room is called now
    Given Alice has a room:
      """
      { "visibility": "public", "name": "Old {{unique}}" }
      """
    And Alice puts the state "eccp.room.name" in the room:
      """
      { "name": "New {{unique}}" }
      """
    And Alice sets the topic of the room to "later"
    When Mallory searches the directory for "{{unique}}"
    Then the answer contains:
      """
      { "rooms": [{ "room_id": "{{room}}", "name": "New {{unique}}", "topic": "later", "member_count": 1 }] }
      """

  @DISC-030 @ROOM-006 @cap-aliases @must
  Scenario: The directory tells the aliases of a room
    Given Alice has a room:
      """
      { "visibility": "public", "name": "Harbour {{unique}}", "alias": "#a{{unique}}:{{node}}" }
      """
    When Mallory searches the directory for "Harbour {{unique}}"
    Then the answer contains:
      """
      { "rooms": [{ "room_id": "{{room}}", "aliases": ["#a{{unique}}:{{node}}"] }] }
      """

  @DISC-030 @must
  Scenario: A room that everybody left is not listed
    Given Alice has a room:
      """
      { "visibility": "public", "name": "Harbour {{unique}}" }
      """
    And Bob is a member of the room
    And Alice leaves the room
    When Mallory searches the directory for "{{unique}}"
    Then the answer contains:
      """
      { "rooms": [{ "room_id": "{{room}}", "member_count": 1 }] }
      """
    When Bob leaves the room
    And Mallory searches the directory for "{{unique}}"
    Then the directory lists no room
    And the whole directory, as Mallory pages through it, does not list the room

  @DISC-031 @must
  Scenario Outline: A room of visibility <visibility> is not listed, not even to its members
    Given Alice has a room:
      """
      { "visibility": "<visibility>", "name": "Harbour {{unique}}" }
      """
    When Alice searches the directory for "{{unique}}"
    Then the directory lists no room
    And the whole directory, as Alice pages through it, does not list the room

    Examples:
      | visibility  |
      | private     |
      | invite_only |

  @DISC-031 @must
  Scenario: A room that is no longer public is not listed, and is again when it is
    Given Alice has a room:
      """
      { "visibility": "public", "name": "Harbour {{unique}}" }
      """
    And Alice puts the state "eccp.room.visibility" in the room:
      """
      { "visibility": "private" }
      """
    When Mallory searches the directory for "{{unique}}"
    Then the directory lists no room
    When Alice puts the state "eccp.room.visibility" in the room:
      """
      { "visibility": "public" }
      """
    And Mallory searches the directory for "{{unique}}"
    Then the directory lists, in this order:
      | room |

  @DISC-032 @must
  Scenario: Rooms with more users come first, then the order of their ids counts
    Given Alice has a room "one":
      """
      { "visibility": "public", "name": "{{unique}}" }
      """
    And Alice has a room "three":
      """
      { "visibility": "public", "name": "{{unique}}" }
      """
    And Alice has a room "other one":
      """
      { "visibility": "public", "name": "{{unique}}" }
      """
    And Alice has a room "two":
      """
      { "visibility": "public", "name": "{{unique}}" }
      """
    And Alice has a room "third one":
      """
      { "visibility": "public", "name": "{{unique}}" }
      """
    And Alice has a room "fourth one":
      """
      { "visibility": "public", "name": "{{unique}}" }
      """
    And Bob and Carol are members of the room "three"
    And Bob is a member of the room "two"
    And Bob is invited to the room "one"
    When Mallory searches the directory for "{{unique}}"
    Then the directory lists by their size, then by their ids:
      | one        | 1 |
      | two        | 2 |
      | three      | 3 |
      | other one  | 1 |
      | third one  | 1 |
      | fourth one | 1 |

  @DISC-033 @must
  Scenario: A search finds names and topics
    Given Alice has a room "named":
      """
      { "visibility": "public", "name": "the {{unique}}x of it" }
      """
    And Alice has a room "with topic":
      """
      { "visibility": "public", "name": "plain", "topic": "about {{unique}}x!" }
      """
    And Alice has a room "neither":
      """
      { "visibility": "public", "name": "{{unique}}", "topic": "{{unique}}" }
      """
    And Bob is a member of the room "named"
    When Mallory searches the directory for "{{unique}}x"
    Then the directory lists, in this order:
      | named      |
      | with topic |

  @DISC-033 @ROOM-006 @cap-aliases @must
  Scenario: A search finds aliases
    Given Alice has a room:
      """
      { "visibility": "public", "name": "plain", "alias": "#a{{unique}}:{{node}}" }
      """
    When Mallory searches the directory for "A{{unique}}"
    Then the directory lists, in this order:
      | room |

  @DISC-033 @must
  Scenario Outline: A search minds no case: "<search>" finds "<name>"
    Given Alice has a room:
      """
      { "visibility": "public", "name": "{{unique}} <name>" }
      """
    When Mallory searches the directory for "{{unique}} <search>"
    Then the directory lists, in this order:
      | room |

    Examples:
      | name     | search   |
      | Harbour  | hArBoUr  |
      | harbour  | HARBOUR  |
      | Häfen    | HÄFEN    |
      | ГАВАНЬ   | гавань   |

  @DISC-033 @must
  Scenario Outline: A search is for the text itself: "<search>" does not find "<name>"
    Given Alice has a room:
      """
      { "visibility": "public", "name": "{{unique}}<name>" }
      """
    When Mallory searches the directory for "{{unique}}<search>"
    Then the directory lists no room

    Examples:
      | name    | search |
      | abc     | a%c    |
      | abc     | a_c    |
      | abc     | a.c    |
      | abc     | a*     |
      | abc     | [a]bc  |
      | abc     | cab    |
      | abc     | abcd   |

  @DISC-033 @must
  Scenario Outline: Characters with a meaning elsewhere are found as themselves: <text>
    Given Alice has a room:
      """
      { "visibility": "public", "name": "{{unique}} a<text>b" }
      """
    When Mallory searches the directory for "{{unique}} a<text>b"
    Then the directory lists, in this order:
      | room |

    Examples:
      | text |
      | %    |
      | _    |
      | '    |
      | [    |
      | *    |
      | +    |
      | &    |

  @DISC-034 @must
  Scenario Outline: Pages of <count> give every room once
    Given Alice has a room "1":
      """
      { "visibility": "public", "name": "{{unique}} 1" }
      """
    And Alice has a room "2":
      """
      { "visibility": "public", "name": "{{unique}} 2" }
      """
    And Alice has a room "3":
      """
      { "visibility": "public", "name": "{{unique}} 3" }
      """
    And Alice has a room "4":
      """
      { "visibility": "public", "name": "{{unique}} 4" }
      """
    And Bob is a member of the room "3"
    When Mallory searches the directory for "{{unique}}"
    Then the answer lists 4 "rooms"
    And pages of <count> rooms give Mallory what one page gives for "{{unique}}"

    Examples:
      | count |
      | 1     |
      | 2     |
      | 3     |
      | 4     |

  @DISC-035 @must
  Scenario Outline: A "from" that the node did not give is refused: <from>
    When Alice calls listDirectory with:
      | ?from | <from> |
    Then the request is refused with ECCP_BAD_PARAM

    Examples:
      | from                                          |
      | x                                             |
      | -1                                            |
      | 1.5                                           |
      | {}                                            |
      | bm9uc2Vuc2U                                   |
      | !AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA   |
      | 1 !                                           |

  @DISC-035 @must
  Scenario: A "from" that was the node's and was tampered with is refused
    Given Alice has a room:
      """
      { "visibility": "public", "name": "{{unique}}" }
      """
    And Alice has a room "den":
      """
      { "visibility": "public", "name": "{{unique}}" }
      """
    When Mallory calls listDirectory with:
      | ?search | {{unique}} |
      | ?limit  | 1          |
    Then the answer's "next" is kept as "next"
    When Mallory calls listDirectory with:
      | ?search | {{unique}}          |
      | ?from   | {{saved next}}-not  |
    Then the request is refused with ECCP_BAD_PARAM
