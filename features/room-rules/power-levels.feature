@since-0.1
Feature: Changing power levels
  Nobody gives, takes or sets what is above the own power, or touches those who have no less. In most scenarios Bob has the power 50
  in a room where 50 is enough to change power levels.

  @RULE-041 @must
  Scenario Outline: Power levels are integers from 0 to 100 of users: <content> is refused
    Given Alice has a public room
    And Bob is a member of the room
    And Alice remembers the room
    When Alice sets the power levels of the room to:
      """
      <content>
      """
    Then the room refuses it with ECCP_BAD_EVENT

    Examples:
      | content                                                               |
      | { "users": { "{{Alice}}": 101 } }                                     |
      | { "users": { "{{Alice}}": 100, "{{Bob}}": -1 } }                      |
      | { "users": { "{{Alice}}": "100" } }                                   |
      | { "users": { "{{Alice}}": 100, "{{Bob}}": null } }                    |
      | { "users": { "{{Alice}}": 100 }, "users_default": 101 }               |
      | { "users": { "{{Alice}}": 100 }, "users_default": -1 }                |
      | { "users": { "{{Alice}}": 100 }, "users_default": "0" }               |
      | { "users": { "{{Alice}}": 100 }, "events_default": 101 }              |
      | { "users": { "{{Alice}}": 100 }, "events_default": null }             |
      | { "users": { "{{Alice}}": 100 }, "state_default": -1 }                |
      | { "users": { "{{Alice}}": 100 }, "state_default": 9007199254740991 }  |
      | { "users": { "{{Alice}}": 100 }, "invite": true }                     |
      | { "users": { "{{Alice}}": 100 }, "invite": 101 }                      |
      | { "users": { "{{Alice}}": 100 }, "kick": [] }                         |
      | { "users": { "{{Alice}}": 100 }, "kick": -50 }                        |
      | { "users": { "{{Alice}}": 100 }, "ban": {} }                          |
      | { "users": { "{{Alice}}": 100 }, "ban": 101 }                         |
      | { "users": { "{{Alice}}": 100 }, "redact": "50" }                     |
      | { "users": { "{{Alice}}": 100 }, "redact": 101 }                      |
      | { "users": { "{{Alice}}": 100 }, "events": { "org.example.x": 101 } } |
      | { "users": { "{{Alice}}": 100 }, "events": { "org.example.x": "1" } } |
      | { "users": { "{{Alice}}": 100 }, "events": { "org.example.x": -1 } }  |
      | { "users": { "{{Alice}}": 100, "bob": 1 } }                           |
      | { "users": { "{{Alice}}": 100, "@bob": 1 } }                          |
      | { "users": { "{{Alice}}": 100, "@Bob:{{node}}": 1 } }                 |
      | { "users": { "{{Alice}}": 100, "@bob:Example.org": 1 } }              |
      | { "users": { "{{Alice}}": 100, "{{room}}": 1 } }                      |
      | { "users": [] }                                                       |
      | { "users": { "{{Alice}}": 100 }, "events": [] }                       |

  @RULE-041 @must
  Scenario: 0 and 100 are in the range, for anybody who could be a user
    Given Alice has a public room
    And Alice remembers the room
    When Alice sets the power levels of the room to:
      """
      { "users": { "{{Alice}}": 100, "@a.b_c=d-9:[2001:db8::1]:8448": 0, "@b:example.org": 100 },
        "events": { "org.example.x": 0, "org.example.y": 100 }, "users_default": 0, "events_default": 100, "state_default": 100,
        "invite": 0, "kick": 100, "ban": 0, "redact": 100, "org.example.note": "unknown members stay" }
      """
    Then the room takes it
    And the state "eccp.room.power_levels" of the room contains, as Alice sees it:
      """
      { "users": { "@b:example.org": 100 }, "org.example.note": "unknown members stay" }
      """

  @RULE-044 @must
  Scenario Outline: Power <before> of <whom> becomes <after>: the room <verdict>
    Given Alice has a public room
    And Bob is a member of the room
    And the room has the power levels:
      | users Bob                     | 50       |
      | events eccp.room.power_levels | 50       |
      | users <whom>                  | <before> |
    And Alice remembers the room
    When Bob changes the power level "users <whom>" of the room to <after>
    Then the room <verdict>

    Examples:
      | whom  | before  | after | verdict                        |
      | Carol | default | 50    | takes it                       |
      | Carol | default | 51    | refuses it with ECCP_FORBIDDEN |
      | Carol | default | 100   | refuses it with ECCP_FORBIDDEN |
      | Carol | 49      | 50    | takes it                       |
      | Carol | 49      | 51    | refuses it with ECCP_FORBIDDEN |
      | Bob   | 50      | 51    | refuses it with ECCP_FORBIDDEN |
      | Bob   | 50      | 100   | refuses it with ECCP_FORBIDDEN |

  @RULE-045 @must
  Scenario Outline: Power <before> of another becomes <after>: the room <verdict>
    Given Alice has a public room
    And Bob is a member of the room
    And the power levels of the room are:
      """
      { "users": { "{{Alice}}": 100, "{{Bob}}": 50, "{{Carol}}": <before> }, "events": { "eccp.room.power_levels": 50 } }
      """
    And Alice remembers the room
    When Bob changes the power level "users Carol" of the room to <after>
    Then the room <verdict>

    Examples:
      | before | after   | verdict                        |
      | 49     | 0       | takes it                       |
      | 49     | 48      | takes it                       |
      | 49     | default | takes it                       |
      | 50     | 49      | refuses it with ECCP_FORBIDDEN |
      | 50     | 0       | refuses it with ECCP_FORBIDDEN |
      | 50     | default | refuses it with ECCP_FORBIDDEN |
      | 51     | 50      | refuses it with ECCP_FORBIDDEN |
      | 100    | 0       | refuses it with ECCP_FORBIDDEN |
      | 100    | default | refuses it with ECCP_FORBIDDEN |
      | 50     | 50      | takes it                       |
      | 100    | 100     | takes it                       |

  @RULE-045 @must
  Scenario Outline: An administrator cannot touch another one: <after>
    Given Alice has a public room
    And Bob is a member of the room
    And Bob has power 100 in the room
    And Alice remembers the room
    When Bob changes the power level "users Alice" of the room to <after>
    Then the room refuses it with ECCP_FORBIDDEN

    Examples:
      | after   |
      | 99      |
      | 0       |
      | default |

  @RULE-045 @must
  Scenario: Whoever is untouched by a change does not stand in its way
    Given Alice has a public room
    And Bob is a member of the room
    And the power levels of the room are:
      """
      { "users": { "{{Alice}}": 100, "{{Bob}}": 50, "{{Carol}}": 50, "{{Dave}}": 51 }, "kick": 60,
        "events": { "eccp.room.power_levels": 50, "org.example.x": 70 } }
      """
    And Alice remembers the room
    When Bob changes the power level "users Erin" of the room to 10
    Then the room takes it

  @RULE-046 @must
  Scenario Outline: The level <member> goes from <before> to <after>: the room <verdict>
    Given Alice has a public room
    And Bob is a member of the room
    And the room has the power levels:
      | users Bob                     | 50       |
      | events eccp.room.power_levels | 50       |
      | <member>                      | <before> |
    And Alice remembers the room
    When Bob changes the power level "<member>" of the room to <after>
    Then the room <verdict>

    Examples: actions
      | member | before  | after | verdict                        |
      | invite | 40      | 50    | takes it                       |
      | invite | default | 50    | takes it                       |
      | invite | default | 51    | refuses it with ECCP_FORBIDDEN |
      | invite | 40      | 51    | refuses it with ECCP_FORBIDDEN |
      | invite | 51      | 40    | refuses it with ECCP_FORBIDDEN |
      | invite | 51      | 51    | takes it                       |
      | kick   | 40      | 50    | takes it                       |
      | kick   | 50      | 0     | takes it                       |
      | kick   | default | 51    | refuses it with ECCP_FORBIDDEN |
      | kick   | 40      | 51    | refuses it with ECCP_FORBIDDEN |
      | kick   | 51      | 50    | refuses it with ECCP_FORBIDDEN |
      | kick   | 51      | 40    | refuses it with ECCP_FORBIDDEN |
      | kick   | 51      | 51    | takes it                       |
      | ban    | 40      | 50    | takes it                       |
      | ban    | 50      | 0     | takes it                       |
      | ban    | 40      | 51    | refuses it with ECCP_FORBIDDEN |
      | ban    | 51      | 40    | refuses it with ECCP_FORBIDDEN |
      | ban    | 51      | 51    | takes it                       |
      | redact | 40      | 50    | takes it                       |
      | redact | 50      | 0     | takes it                       |
      | redact | 40      | 51    | refuses it with ECCP_FORBIDDEN |
      | redact | 51      | 40    | refuses it with ECCP_FORBIDDEN |
      | redact | 51      | 51    | takes it                       |

    Examples: defaults for types
      | member         | before | after | verdict                        |
      | events_default | 0      | 50    | takes it                       |
      | events_default | 50     | 0     | takes it                       |
      | events_default | 0      | 51    | refuses it with ECCP_FORBIDDEN |
      | events_default | 51     | 0     | refuses it with ECCP_FORBIDDEN |
      | events_default | 51     | 51    | takes it                       |
      | state_default  | 40     | 50    | takes it                       |
      | state_default  | 50     | 0     | takes it                       |
      | state_default  | 40     | 51    | refuses it with ECCP_FORBIDDEN |
      | state_default  | 51     | 40    | refuses it with ECCP_FORBIDDEN |
      | state_default  | 51     | 51    | takes it                       |

    Examples: types
      | member                              | before  | after | verdict                        |
      | events org.example.x                | default | 50    | takes it                       |
      | events org.example.x                | default | 0     | takes it                       |
      | events org.example.x                | default | 51    | refuses it with ECCP_FORBIDDEN |
      | events org.example.x                | 40      | 50    | takes it                       |
      | events org.example.x                | 40      | 51    | refuses it with ECCP_FORBIDDEN |
      | events org.example.x                | 51      | 40    | refuses it with ECCP_FORBIDDEN |
      | events org.example.x                | 51      | 51    | takes it                       |
      | events eccp.room.message            | default | 51    | refuses it with ECCP_FORBIDDEN |
      | events eccp.room.name               | default | 40    | takes it                       |
      | events eccp.room.visibility         | default | 50    | refuses it with ECCP_FORBIDDEN |
      | events eccp.room.history_visibility | default | 0     | refuses it with ECCP_FORBIDDEN |
      | events eccp.room.visibility         | default | 100   | refuses it with ECCP_FORBIDDEN |
      | events eccp.room.member             | default | 50    | takes it                       |
      | events eccp.room.member             | default | 51    | refuses it with ECCP_FORBIDDEN |
      | events eccp.room.redaction          | 51      | 40    | refuses it with ECCP_FORBIDDEN |
      | events eccp.room.power_levels       | 50      | 0     | takes it                       |
      | events eccp.room.power_levels       | 50      | 51    | refuses it with ECCP_FORBIDDEN |

  @RULE-046 @must
  Scenario Outline: A type that is named for the first time leaves the level of a default behind: <default> of <level>
    Given Alice has a public room
    And Bob is a member of the room
    And the power levels of the room are:
      """
      { "users": { "{{Alice}}": 100, "{{Bob}}": 50 }, "<default>": <level>, "events": { "eccp.room.power_levels": 50 } }
      """
    And Alice remembers the room
    When Bob changes the power level "events org.example.x" of the room to 10
    Then the room <verdict>

    Examples:
      | default        | level | verdict                        |
      | state_default  | 50    | takes it                       |
      | state_default  | 51    | refuses it with ECCP_FORBIDDEN |
      | events_default | 50    | takes it                       |
      | events_default | 51    | refuses it with ECCP_FORBIDDEN |

  @RULE-047 @must
  Scenario Outline: The power of everybody else goes from <before> to <after>: the room <verdict>
    Given Alice has a public room
    And Bob is a member of the room
    And the room has the power levels:
      | users Bob                     | 50       |
      | events eccp.room.power_levels | 50       |
      | users_default                 | <before> |
    And Alice remembers the room
    When Bob changes the power level "users_default" of the room to <after>
    Then the room <verdict>

    Examples:
      | before  | after | verdict                        |
      | default | 50    | takes it                       |
      | default | 51    | refuses it with ECCP_FORBIDDEN |
      | 49      | 50    | takes it                       |
      | 49      | 0     | takes it                       |
      | 49      | 51    | refuses it with ECCP_FORBIDDEN |
      | 50      | 49    | refuses it with ECCP_FORBIDDEN |
      | 50      | 0     | refuses it with ECCP_FORBIDDEN |
      | 50      | 50    | takes it                       |
      | 51      | 50    | refuses it with ECCP_FORBIDDEN |
      | 51      | 51    | takes it                       |
      | 100     | 0     | refuses it with ECCP_FORBIDDEN |

  @RULE-047 @must
  Scenario: An administrator whom users_default gives 100 to everybody cannot take it back
    Given Alice has a public room
    And the power level "users_default" of the room is 100
    And Alice remembers the room
    When Alice changes the power level "users_default" of the room to 0
    Then the room refuses it with ECCP_FORBIDDEN

  @RULE-048 @must
  Scenario Outline: Bob lowers the own power from <before> to <after>: the room <verdict>
    Given Alice has a public room
    And Bob is a member of the room
    And the power levels of the room are:
      """
      { "users": { "{{Alice}}": 100, "{{Bob}}": <before>, "{{Carol}}": <before> }, "events": { <events> } }
      """
    And Alice remembers the room
    When Bob changes the power level "users Bob" of the room to <after>
    Then the room <verdict>

    Examples:
      | before | after   | events                       | verdict                        |
      | 50     | 49      | "eccp.room.power_levels": 50 | takes it                       |
      | 50     | 0       | "eccp.room.power_levels": 50 | takes it                       |
      | 50     | default | "eccp.room.power_levels": 50 | takes it                       |
      | 100    | 99      | "org.example.x": 50          | takes it                       |
      | 100    | 0       | "org.example.x": 50          | takes it                       |
      | 99     | 0       | "org.example.x": 50          | refuses it with ECCP_FORBIDDEN |
      | 50     | 0       | "eccp.room.power_levels": 51 | refuses it with ECCP_FORBIDDEN |

  @RULE-048 @RULE-044 @must
  Scenario: The only administrator steps down for good
    Given Alice has a public room
    And Bob is a member of the room
    And Alice changes the power level "users Alice" of the room to 50
    And Alice remembers the room
    When Alice changes the power level "users Alice" of the room to 100
    And Alice sets the "eccp.room.visibility" state of the room
    Then the room refuses all of it with ECCP_FORBIDDEN
    And Alice's power in the room is 50, as Bob sees it
    And Alice kicks Bob from the room

  @RULE-042 @must
  Scenario Outline: Leaving out <member> of <before> sets its default: by <power> in <kind> room, the room <verdict>
    Given Alice has <kind> room
    And Bob is a member of the room
    And the room has the power levels:
      | users Bob                     | <power>  |
      | events eccp.room.power_levels | 40       |
      | <member>                      | <before> |
    And Alice remembers the room
    When Bob changes the power level "<member>" of the room to default
    Then the room <verdict>

    Examples:
      | member                        | before | power | kind           | verdict                        |
      | kick                          | 40     | 50    | a private      | takes it                       |
      | kick                          | 40     | 49    | a private      | refuses it with ECCP_FORBIDDEN |
      | kick                          | 51     | 50    | a private      | refuses it with ECCP_FORBIDDEN |
      | kick                          | 50     | 40    | a private      | takes it                       |
      | ban                           | 40     | 49    | a private      | refuses it with ECCP_FORBIDDEN |
      | ban                           | 50     | 40    | a private      | takes it                       |
      | redact                        | 40     | 49    | a private      | refuses it with ECCP_FORBIDDEN |
      | redact                        | 50     | 40    | a private      | takes it                       |
      | invite                        | 40     | 49    | a private      | takes it                       |
      | invite                        | 40     | 49    | an invite-only | refuses it with ECCP_FORBIDDEN |
      | invite                        | 40     | 50    | an invite-only | takes it                       |
      | invite                        | 51     | 50    | a private      | refuses it with ECCP_FORBIDDEN |
      | state_default                 | 40     | 50    | a private      | takes it                       |
      | state_default                 | 40     | 49    | a private      | refuses it with ECCP_FORBIDDEN |
      | state_default                 | 50     | 40    | a private      | takes it                       |
      | events_default                | 40     | 40    | a private      | takes it                       |
      | events_default                | 41     | 40    | a private      | refuses it with ECCP_FORBIDDEN |
      | events org.example.x          | 50     | 50    | a private      | takes it                       |
      | events org.example.x          | 40     | 49    | a private      | refuses it with ECCP_FORBIDDEN |
      | events org.example.x          | 51     | 50    | a private      | refuses it with ECCP_FORBIDDEN |
      | events eccp.room.power_levels | 40     | 99    | a private      | refuses it with ECCP_FORBIDDEN |
      | events eccp.room.power_levels | 40     | 100   | a private      | takes it                       |
      | users Carol                   | 40     | 41    | a private      | takes it                       |
      | users Carol                   | 40     | 40    | a private      | refuses it with ECCP_FORBIDDEN |
      | users_default                 | 40     | 41    | a private      | takes it                       |
      | users_default                 | 40     | 40    | a private      | refuses it with ECCP_FORBIDDEN |

  @RULE-042 @must
  Scenario Outline: Naming <member> at the default that holds is no change: <after>, by 40, in <kind> room
    Given Alice has <kind> room
    And Bob is a member of the room
    And the power levels of the room are:
      """
      { "users": { "{{Alice}}": 100, "{{Bob}}": 40 }, "events": { "eccp.room.power_levels": 40 } }
      """
    And Alice remembers the room
    When Bob changes the power level "<member>" of the room to <after>
    Then the room takes it

    Examples:
      | member         | after | kind           |
      | kick           | 50    | a private      |
      | ban            | 50    | a private      |
      | redact         | 50    | a private      |
      | state_default  | 50    | a private      |
      | events_default | 0     | a private      |
      | invite         | 0     | a private      |
      | invite         | 50    | an invite-only |
      | users_default  | 0     | a private      |
      | users Carol    | 0     | a private      |

  @RULE-042 @must
  Scenario: A user who is left out falls to the default, not to 0
    Given Alice has a public room
    And Bob is a member of the room
    And the power levels of the room are:
      """
      { "users": { "{{Alice}}": 100, "{{Bob}}": 50, "{{Carol}}": 30 }, "users_default": 60, "events": { "eccp.room.power_levels": 50 } }
      """
    And Alice remembers the room
    When Bob changes the power level "users Carol" of the room to default
    Then the room refuses it with ECCP_FORBIDDEN

  @RULE-042 @RULE-048 @must
  Scenario: An administrator may leave everything out
    Given Alice has a public room
    And Bob is a member of the room
    And the room has the power levels:
      | users Bob            | 50  |
      | kick                 | 100 |
      | events org.example.x | 100 |
    And Alice remembers the room
    When Alice sets the power levels of the room to:
      """
      {}
      """
    Then the room takes it
    And Alice's power in the room is 0, as Bob sees it
    And Bob's power in the room is 0, as Alice sees it
