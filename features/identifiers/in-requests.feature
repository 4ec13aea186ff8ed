@since-0.1
Feature: Identifiers in requests
  The form of an id is checked first, the refusal says where the id stood, and a path is decoded once.

  @ID-060 @must
  Scenario Outline: A malformed <id> is refused as such where nothing exists: <operation>
    When Alice calls <operation> with:
      | roomId   | !AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA:{{node}} |
      | <place>  | <malformed> |
      | <key>    | <body>      |
    Then the request is refused with ECCP_BAD_PARAM
    When Alice calls <operation> with:
      | roomId   | !AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA:{{node}} |
      | <place>  | <well-formed> |
      | <key>    | <good body>   |
    Then the request is refused with ECCP_NOT_FOUND

    Examples:
      | id        | operation    | place    | malformed | well-formed                                  | key      | body                  | good body                           |
      | event id  | getEvent     | eventId  | $x        | $AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA | ?unknown | x                     | x                                   |
      | event id  | redactEvent  | eventId  | $x        | $AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA | body     | {}                    | {}                                  |
      | user id   | inviteMember | ?unknown | x         | x                                            | bad body | {"user_id":"bob"}     | {"user_id":"@bob:example.org"}      |
      | user id   | kickMember   | ?unknown | x         | x                                            | bad body | {"user_id":"@bob:"}   | {"user_id":"@bob:example.org"}      |
      | event id  | putReceipt   | ?unknown | x         | x                                            | bad body | {"event_id":"$x"}     | {"event_id":"$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"} |
      | event type | getStateEvent | eventType | x      | org.example.x                                | ?unknown | x                     | x                                   |

  @ID-060 @must
  Scenario: An outsider is told of a malformed id, too, before the room is looked for
    Given Alice has a private room
    When Mallory calls getEvent with:
      | eventId | $x |
    Then the request is refused with ECCP_BAD_PARAM
    When Mallory calls getEvent with:
      | eventId | $AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA |
    Then the request is refused with ECCP_NOT_FOUND

  @ID-061 @must
  Scenario: The refusal names the place of the malformed id
    Given Alice has a private room
    And Alice sends "hello" to the room
    When Alice gives "bob" as a user id
    And Alice gives "x" as a device id
    And Alice gives "!x" as a room id
    And Alice gives "$x" as an event id
    And Alice gives "$x" as an event id to be replaced
    And Alice gives "x" as an event type
    And Alice gives "x" as a type of account data
    And Alice gives "a b" as a state key
    Then each id is refused with ECCP_BAD_PARAM
    And each refusal names the place of the id

  @ID-061 @must
  Scenario Outline: The refusal names the malformed id among several: <place>
    When Alice calls createRoom with the bad body:
      """
      { "name": "x", "invite": <invite> }
      """
    Then the request is refused with ECCP_BAD_PARAM
    And the answer's "path" is "<place>"

    Examples:
      | place     | invite                                              |
      | /invite/1 | ["{{Bob}}", "bob", "{{Carol}}"]                     |
      | /invite/2 | ["{{Bob}}", "{{Carol}}", "@bob:[2001:DB8::1]"]      |
      | /invite/0 | ["@bob:[2001:db8:0:0:0:0:0:1]", "{{Bob}}"]          |

  @ID-062 @must
  Scenario Outline: A path is decoded once: a room id written <how>
    Given Alice has a private room
    When Alice looks at the room, its id encoded "<how>"
    Then it succeeds
    And the answer's "room_id" is "{{room}}"

    Examples:
      | how                         |
      | as it stands                |
      | as in a URL                 |
      | every character             |
      | every character, lower case |

  @ID-062 @must
  Scenario Outline: A path is not decoded twice: a room id encoded <how>
    Given Alice has a private room
    When Alice looks at the room, its id encoded "<how>"
    Then the request is refused with ECCP_BAD_PARAM

    Examples:
      | how                    |
      | twice                  |
      | every character, twice |

  @ID-062 @must
  Scenario: State keys come through the path as they are
    Given Alice has a private room
    When Alice puts the state "org.example.x" in the room with the key "%41", encoded "as in a URL"
    And Alice puts the state "org.example.x" in the room with the key "%2541", encoded "every character"
    And Alice puts the state "org.example.x" in the room with the key "a/b", encoded "as in a URL"
    And Alice puts the state "org.example.x" in the room with the key "a+b", encoded "as it stands"
    And Alice puts the state "org.example.x" in the room with the key "c+d", encoded "every character"
    And Alice puts the state "org.example.x" in the room with the key "?x=1#y", encoded "as in a URL"
    And Alice puts the state "org.example.x" in the room with the key "..", encoded "every character"
    And Alice puts the state "org.example.x" in the room with the key "a;b=c,d&e", encoded "as it stands"
    Then the state keys of "org.example.x" in the room are, as Alice sees them:
      | %41       |
      | %2541     |
      | a/b       |
      | a+b       |
      | c+d       |
      | ?x=1#y    |
      | ..        |
      | a;b=c,d&e |

  @ID-063 @ERR-010 @must
  Scenario: A path with an empty segment is none
    Given Alice has a private room
    When every path is requested with one of its parameters left empty, with the token of Alice and without
    Then each of them is refused with ECCP_NOT_FOUND
