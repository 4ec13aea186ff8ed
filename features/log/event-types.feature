@since-0.1
Feature: Types of events
  The types of the specification are a closed set with contents of their own; everybody else's types are free.

  @LOG-014 @must
  Scenario Outline: <type> is not a type of this specification
    Given Alice has a private room
    And Alice remembers the room
    When Alice sends an "<type>" event to the room
    And Alice sets the "<type>" state of the room
    And Alice sets the "<type>" state of the room with the key "k"
    Then the room refuses all of it with ECCP_BAD_EVENT

    Examples:
      | type                 |
      | eccp.room.encryption |
      | eccp.room.host       |
      | eccp.room.invitation |
      | eccp.room.messages   |
      | eccp.room.message.v2 |
      | eccp.room            |
      | eccp.message         |
      | eccp.node.keys       |
      | eccp.x               |

  @LOG-015 @must
  Scenario Outline: <type> is a type that anybody may use
    Given Alice has a private room
    And Alice remembers the room
    When Alice sends an "<type>" event to the room
    And Alice sets the "<type>" state of the room
    And Alice sets the "<type>" state of the room with the key "k"
    Then every request succeeds
    And Alice can verify the whole log of the room

    Examples:
      | type              |
      | org.example.poll  |
      | eccp2.room.member |
      | eccpx.room.name   |
      | eccp-x.room       |
      | org.eccp.room     |
      | xeccp.room.create |
      | a.b               |

  @LOG-015 @must
  Scenario Outline: A type of one's own takes any content: <content>
    Given Alice has a private room
    When Alice sends the event "org.example.free" to the room:
      """
      <content>
      """
    And Alice puts the state "org.example.free" with the key "k" in the room:
      """
      <content>
      """
    Then every request succeeds
    And Alice reads in the log of the room that both have this content:
      """
      <content>
      """

    Examples:
      | content                                                                           |
      | {}                                                                                |
      | { "body": 5 }                                                                     |
      | { "membership": "join", "users": { "bob": 1000 }, "node_keys": [] }               |
      | { "redacts": { "event_id": "$x", "sender": "nobody" }, "visibility": null }       |
      | { "content": { "content": {} }, "nonce": "AAAA", "signature": "" }                |
      | { "list": [1, [null, true, { "k": "" }], []], "constructor": "x", "toString": 1 } |
      | { "~!@#$%^&*()": "é 😀  " }                                                       |
      | { "n": [-9007199254740991, 0, 9007199254740991] }                                 |

  @LOG-016 @must
  Scenario Outline: <type> is no state
    Given Alice has a private room
    And Alice remembers the room
    When Alice puts the state "<type>" in the room:
      """
      { "body": "hello" }
      """
    And Alice puts the state "<type>" with the key "k" in the room:
      """
      { "body": "hello" }
      """
    And Alice puts the state "<type>" with the key "{{Alice}}" in the room:
      """
      { "body": "hello" }
      """
    Then the room refuses all of it with ECCP_BAD_EVENT

    Examples:
      | type                |
      | eccp.room.message   |
      | eccp.room.redaction |

  @LOG-016 @must
  Scenario Outline: The state <type> has no key <key>
    Given Alice has a private room
    And Alice remembers the room
    When Alice calls putKeyedState with:
      | eventType | <type>                                     |
      | stateKey  | <key>                                      |
      | body      | { "content": <content>, "replaces": null } |
    Then the room refuses it with ECCP_BAD_EVENT

    Examples:
      | type                         | key       | content                            |
      | eccp.room.name               | k         | { "name": "x" }                    |
      | eccp.room.name               | {{Alice}} | { "name": "x" }                    |
      | eccp.room.topic              | k         | { "topic": "x" }                   |
      | eccp.room.visibility         | k         | { "visibility": "public" }         |
      | eccp.room.history_visibility | k         | { "history_visibility": "shared" } |
      | eccp.room.power_levels       | k         | {}                                 |
      | eccp.room.power_levels       | {{Alice}} | {}                                 |

  @LOG-017 @must
  Scenario Outline: <type> needs a state key
    Given Alice has a private room
    And Alice remembers the room
    When Alice sends the event "<type>" to the room:
      """
      <content>
      """
    Then the room refuses it with ECCP_BAD_EVENT

    Examples:
      | type                         | content                                    |
      | eccp.room.name               | { "name": "x" }                            |
      | eccp.room.topic              | { "topic": "x" }                           |
      | eccp.room.visibility         | { "visibility": "public" }                 |
      | eccp.room.history_visibility | { "history_visibility": "shared" }         |
      | eccp.room.power_levels       | { "users": { "{{Alice}}": 100 } }          |
      | eccp.room.member             | { "membership": "join" }                   |
      | eccp.room.create             | { "room_version": "1", "node_keys": [{}] } |

  @LOG-020 @must
  Scenario Outline: A message is <content>: the room <verdict>
    Given Alice has a private room
    And Alice remembers the room
    When Alice sends the event "eccp.room.message" to the room:
      """
      <content>
      """
    Then the room <verdict>

    Examples:
      | content                               | verdict                        |
      | { "body": "" }                        | takes it                       |
      | { "body": "x", "org.example.n": [1] } | takes it                       |
      | {}                                    | refuses it with ECCP_BAD_EVENT |
      | { "text": "x" }                       | refuses it with ECCP_BAD_EVENT |
      | { "body": null }                      | refuses it with ECCP_BAD_EVENT |
      | { "body": 5 }                         | refuses it with ECCP_BAD_EVENT |
      | { "body": ["x"] }                     | refuses it with ECCP_BAD_EVENT |
      | { "body": { "x": "x" } }              | refuses it with ECCP_BAD_EVENT |

  @LOG-020 @must
  Scenario Outline: The state <type> is <content>: the room <verdict>
    Given Alice has a private room
    And Alice remembers the room
    When Alice puts the state "<type>" in the room:
      """
      <content>
      """
    Then the room <verdict>

    Examples:
      | type                         | content                             | verdict                        |
      | eccp.room.name               | { "name": "x" }                     | takes it                       |
      | eccp.room.name               | { "name": "x", "org.example.n": 1 } | takes it                       |
      | eccp.room.name               | {}                                  | refuses it with ECCP_BAD_EVENT |
      | eccp.room.name               | { "name": null }                    | refuses it with ECCP_BAD_EVENT |
      | eccp.room.name               | { "name": 5 }                       | refuses it with ECCP_BAD_EVENT |
      | eccp.room.topic              | { "topic": "" }                     | takes it                       |
      | eccp.room.topic              | {}                                  | refuses it with ECCP_BAD_EVENT |
      | eccp.room.topic              | { "topic": ["x"] }                  | refuses it with ECCP_BAD_EVENT |
      | eccp.room.visibility         | { "visibility": "public" }          | takes it                       |
      | eccp.room.visibility         | { "visibility": "private" }         | takes it                       |
      | eccp.room.visibility         | { "visibility": "invite_only" }     | takes it                       |
      | eccp.room.visibility         | { "visibility": "open" }            | refuses it with ECCP_BAD_EVENT |
      | eccp.room.visibility         | { "visibility": "Public" }          | refuses it with ECCP_BAD_EVENT |
      | eccp.room.visibility         | { "visibility": null }              | refuses it with ECCP_BAD_EVENT |
      | eccp.room.visibility         | {}                                  | refuses it with ECCP_BAD_EVENT |
      | eccp.room.history_visibility | { "history_visibility": "shared" }  | takes it                       |
      | eccp.room.history_visibility | { "history_visibility": "invited" } | takes it                       |
      | eccp.room.history_visibility | { "history_visibility": "joined" }  | takes it                       |
      | eccp.room.history_visibility | { "history_visibility": "world" }   | refuses it with ECCP_BAD_EVENT |
      | eccp.room.history_visibility | { "history_visibility": 1 }         | refuses it with ECCP_BAD_EVENT |
      | eccp.room.history_visibility | {}                                  | refuses it with ECCP_BAD_EVENT |

  @LOG-020 @RULE-041 @must
  Scenario Outline: Power levels are <content>: refused
    Given Alice has a private room
    And Alice remembers the room
    When Alice sets the power levels of the room to:
      """
      <content>
      """
    Then the room refuses it with ECCP_BAD_EVENT

    Examples:
      | content                                                             |
      | { "users": { "{{Alice}}": 100 }, "events": { "poll": 1 } }          |
      | { "users": { "{{Alice}}": 100 }, "events": { "Org.example.x": 1 } } |
      | { "users": { "{{Alice}}": 100 }, "events": null }                   |
      | { "users": null }                                                   |

  @LOG-020 @must
  Scenario Outline: A <type> of <length> characters <character>: the room <verdict>
    Given Alice has a private room
    And Alice remembers the room
    When Alice puts the state "eccp.room.<type>" of <length> characters "<character>" in the room
    Then the room <verdict>

    Examples:
      | type  | length | character | verdict                        |
      | name  | 1      | x         | takes it                       |
      | name  | 255    | x         | takes it                       |
      | name  | 255    | 😀        | takes it                       |
      | name  | 256    | x         | refuses it with ECCP_BAD_EVENT |
      | name  | 0      | x         | takes it                       |
      | topic | 2000   | x         | takes it                       |
      | topic | 2001   | x         | refuses it with ECCP_BAD_EVENT |
