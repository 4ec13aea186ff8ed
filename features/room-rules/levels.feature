@since-0.1
Feature: Power and levels
  What the power levels do not say has a default. What they do say counts, 0 included, for the creator as for everybody.

  @RULE-003 @must
  Scenario: A user has the power that is given to the user, everybody else the default
    Given Alice has a public room
    And Bob, Carol and Dave are members of the room
    And the power levels of the room are:
      """
      { "users": { "{{Alice}}": 100, "{{Bob}}": 10, "{{Dave}}": 0 }, "users_default": 30, "events": { "org.example.poll": 30 } }
      """
    When Bob sends an "org.example.poll" event to the room
    And Dave sends an "org.example.poll" event to the room
    Then every request is refused with ECCP_FORBIDDEN
    And Carol sends an "org.example.poll" event to the room
    And Bob's power in the room is 10, as Alice sees it
    And Carol's power in the room is 30, as Alice sees it
    And Dave's power in the room is 0, as Alice sees it

  @RULE-004 @must
  Scenario Outline: Without a default for users the power is 0: level <level>, the room <verdict>
    Given Alice has a public room
    And Bob is a member of the room
    And the power levels of the room are:
      """
      { "users": { "{{Alice}}": 100 }, "events_default": <level> }
      """
    And Alice remembers the room
    When Bob sends an "eccp.room.message" event to the room
    Then the room <verdict>

    Examples:
      | level | verdict                        |
      | 0     | takes it                       |
      | 1     | refuses it with ECCP_FORBIDDEN |

  @RULE-006 @must
  Scenario Outline: The creator has the power that the levels give: <levels>, the room <verdict>
    Given Alice has a public room
    And Bob is a member of the room
    And the power levels of the room are:
      """
      <levels>
      """
    And Alice remembers the room
    When Alice sets the "eccp.room.name" state of the room
    Then the room <verdict>

    Examples:
      | levels                           | verdict                        |
      | { "users": { "{{Bob}}": 100 } }  | refuses it with ECCP_FORBIDDEN |
      | {}                               | refuses it with ECCP_FORBIDDEN |
      | { "users": { "{{Alice}}": 0 } }  | refuses it with ECCP_FORBIDDEN |
      | { "users": { "{{Alice}}": 49 } } | refuses it with ECCP_FORBIDDEN |
      | { "users": { "{{Alice}}": 50 } } | takes it                       |
      | { "users_default": 49 }          | refuses it with ECCP_FORBIDDEN |
      | { "users_default": 50 }          | takes it                       |

  @RULE-006 @must
  Scenario: The creator whom nobody names has the default power, as members see it
    Given Alice has a public room
    And Bob is a member of the room
    And the power levels of the room are:
      """
      { "users": { "{{Bob}}": 100 }, "users_default": 20 }
      """
    When Alice sets the "eccp.room.topic" state of the room
    Then the request is refused with ECCP_FORBIDDEN
    And Alice's power in the room is 20, as Bob sees it

  @RULE-007 @must
  Scenario Outline: A <type> event at power <power>, with <levels>: the room <verdict>
    Given Alice has a public room
    And Bob is a member of the room
    And the power levels of the room are:
      """
      { "users": { "{{Alice}}": 100, "{{Bob}}": <power> }, <levels> }
      """
    And Alice remembers the room
    When Bob sends a "<type>" event to the room
    Then the room <verdict>

    Examples:
      | type              | power | levels                                                     | verdict                        |
      | eccp.room.message | 0     | "state_default": 90                                        | takes it                       |
      | org.example.poll  | 0     | "state_default": 90                                        | takes it                       |
      | eccp.room.message | 40    | "events_default": 40                                       | takes it                       |
      | eccp.room.message | 39    | "events_default": 40                                       | refuses it with ECCP_FORBIDDEN |
      | org.example.poll  | 40    | "events_default": 40                                       | takes it                       |
      | org.example.poll  | 39    | "events_default": 40                                       | refuses it with ECCP_FORBIDDEN |
      | org.example.poll  | 60    | "events": { "org.example.poll": 60 }                       | takes it                       |
      | org.example.poll  | 59    | "events": { "org.example.poll": 60 }                       | refuses it with ECCP_FORBIDDEN |
      | eccp.room.message | 0     | "events": { "org.example.poll": 60 }                       | takes it                       |
      | org.example.polls | 0     | "events": { "org.example.poll": 60 }                       | takes it                       |
      | eccp.room.message | 60    | "events": { "eccp.room.message": 60 }                      | takes it                       |
      | eccp.room.message | 59    | "events": { "eccp.room.message": 60 }                      | refuses it with ECCP_FORBIDDEN |
      | org.example.poll  | 10    | "events_default": 60, "events": { "org.example.poll": 10 } | takes it                       |
      | org.example.poll  | 9     | "events_default": 60, "events": { "org.example.poll": 10 } | refuses it with ECCP_FORBIDDEN |
      | eccp.room.message | 59    | "events_default": 60, "events": { "org.example.poll": 10 } | refuses it with ECCP_FORBIDDEN |
      | org.example.poll  | 0     | "events_default": 60, "events": { "org.example.poll": 0 }  | takes it                       |

  @RULE-008 @must
  Scenario Outline: The state <type> at power <power>, with <levels>: the room <verdict>
    Given Alice has a public room
    And Bob is a member of the room
    And the power levels of the room are:
      """
      { "users": { "{{Alice}}": 100, "{{Bob}}": <power> }, <levels> }
      """
    And Alice remembers the room
    When Bob sets the "<type>" state of the room
    Then the room <verdict>

    Examples:
      | type               | power | levels                                                  | verdict                        |
      | eccp.room.name     | 50    | "events_default": 90                                    | takes it                       |
      | eccp.room.name     | 49    | "events_default": 0                                     | refuses it with ECCP_FORBIDDEN |
      | eccp.room.topic    | 50    | "events_default": 90                                    | takes it                       |
      | eccp.room.topic    | 49    | "events_default": 0                                     | refuses it with ECCP_FORBIDDEN |
      | org.example.status | 50    | "events_default": 90                                    | takes it                       |
      | org.example.status | 49    | "events_default": 0                                     | refuses it with ECCP_FORBIDDEN |
      | eccp.room.name     | 30    | "state_default": 30                                     | takes it                       |
      | eccp.room.name     | 29    | "state_default": 30                                     | refuses it with ECCP_FORBIDDEN |
      | org.example.status | 0     | "state_default": 0                                      | takes it                       |
      | org.example.status | 79    | "state_default": 80                                     | refuses it with ECCP_FORBIDDEN |
      | eccp.room.name     | 70    | "events": { "eccp.room.name": 70 }                      | takes it                       |
      | eccp.room.name     | 69    | "events": { "eccp.room.name": 70 }                      | refuses it with ECCP_FORBIDDEN |
      | eccp.room.topic    | 50    | "events": { "eccp.room.name": 70 }                      | takes it                       |
      | eccp.room.name     | 20    | "state_default": 80, "events": { "eccp.room.name": 20 } | takes it                       |
      | eccp.room.name     | 19    | "state_default": 80, "events": { "eccp.room.name": 20 } | refuses it with ECCP_FORBIDDEN |
      | eccp.room.topic    | 79    | "state_default": 80, "events": { "eccp.room.name": 20 } | refuses it with ECCP_FORBIDDEN |
      | eccp.room.name     | 0     | "state_default": 80, "events": { "eccp.room.name": 0 }  | takes it                       |

  @RULE-007 @RULE-008 @must
  Scenario Outline: One type, with and without a state key: power <power>, with <levels>
    Given Alice has a public room
    And Bob is a member of the room
    And the power levels of the room are:
      """
      { "users": { "{{Alice}}": 100, "{{Bob}}": <power> }, <levels> }
      """
    And Alice remembers the room
    When Bob <act>
    Then the room <verdict>

    Examples:
      | power | levels                            | act                                                         | verdict                        |
      | 20    | "events": { "org.example.x": 20 } | sends an "org.example.x" event to the room                  | takes it                       |
      | 20    | "events": { "org.example.x": 20 } | sets the "org.example.x" state of the room                  | takes it                       |
      | 20    | "events": { "org.example.x": 20 } | sets the "org.example.x" state of the room with the key "k" | takes it                       |
      | 19    | "events": { "org.example.x": 20 } | sends an "org.example.x" event to the room                  | refuses it with ECCP_FORBIDDEN |
      | 19    | "events": { "org.example.x": 20 } | sets the "org.example.x" state of the room                  | refuses it with ECCP_FORBIDDEN |
      | 19    | "events": { "org.example.x": 20 } | sets the "org.example.x" state of the room with the key "k" | refuses it with ECCP_FORBIDDEN |
      | 49    | "kick": 50                        | sends an "org.example.x" event to the room                  | takes it                       |
      | 49    | "kick": 50                        | sets the "org.example.x" state of the room with the key "k" | refuses it with ECCP_FORBIDDEN |

  @RULE-009 @must
  Scenario Outline: The guarded state <type> at power <power>, with <levels>: the room <verdict>
    Given Alice has a public room
    And Bob is a member of the room
    And the power levels of the room are:
      """
      { "users": { "{{Alice}}": 100, "{{Bob}}": <power> }, <levels> }
      """
    And Alice remembers the room
    When Bob sets the "<type>" state of the room
    Then the room <verdict>

    Examples:
      | type                         | power | levels                                           | verdict                        |
      | eccp.room.power_levels       | 100   | "state_default": 0                               | takes it                       |
      | eccp.room.power_levels       | 99    | "state_default": 0                               | refuses it with ECCP_FORBIDDEN |
      | eccp.room.power_levels       | 99    | "kick": 50                                       | refuses it with ECCP_FORBIDDEN |
      | eccp.room.power_levels       | 40    | "events": { "eccp.room.power_levels": 40 }       | takes it                       |
      | eccp.room.power_levels       | 39    | "events": { "eccp.room.power_levels": 40 }       | refuses it with ECCP_FORBIDDEN |
      | eccp.room.power_levels       | 0     | "events": { "eccp.room.power_levels": 0 }        | takes it                       |
      | eccp.room.visibility         | 100   | "state_default": 0                               | takes it                       |
      | eccp.room.visibility         | 99    | "state_default": 0                               | refuses it with ECCP_FORBIDDEN |
      | eccp.room.visibility         | 99    | "kick": 50                                       | refuses it with ECCP_FORBIDDEN |
      | eccp.room.visibility         | 40    | "events": { "eccp.room.visibility": 40 }         | takes it                       |
      | eccp.room.visibility         | 39    | "events": { "eccp.room.visibility": 40 }         | refuses it with ECCP_FORBIDDEN |
      | eccp.room.history_visibility | 100   | "state_default": 0                               | takes it                       |
      | eccp.room.history_visibility | 99    | "state_default": 0                               | refuses it with ECCP_FORBIDDEN |
      | eccp.room.history_visibility | 99    | "kick": 50                                       | refuses it with ECCP_FORBIDDEN |
      | eccp.room.history_visibility | 40    | "events": { "eccp.room.history_visibility": 40 } | takes it                       |
      | eccp.room.history_visibility | 39    | "events": { "eccp.room.history_visibility": 40 } | refuses it with ECCP_FORBIDDEN |
      | eccp.room.history_visibility | 99    | "events": { "eccp.room.visibility": 40 }         | refuses it with ECCP_FORBIDDEN |

  @RULE-043 @must
  Scenario Outline: A level <level> of <type> has no effect: at power <power> the room <verdict> when Bob <act>
    Given Alice has a public room
    And Bob and Carol are members of the room
    And Bob sends "mine" to the room
    And Carol sends "hers" to the room
    And the power levels of the room are:
      """
      { "users": { "{{Alice}}": 100, "{{Bob}}": <power> }, "events": { "<type>": <level> } }
      """
    And Alice remembers the room
    When Bob <act>
    Then the room <verdict>

    Examples:
      | type                | level | power | act                        | verdict                        |
      | eccp.room.member    | 100   | 0     | invites Dave to the room   | takes it                       |
      | eccp.room.member    | 100   | 0     | leaves the room            | takes it                       |
      | eccp.room.member    | 100   | 50    | kicks Carol from the room  | takes it                       |
      | eccp.room.member    | 100   | 50    | bans Carol from the room   | takes it                       |
      | eccp.room.member    | 0     | 49    | kicks Carol from the room  | refuses it with ECCP_FORBIDDEN |
      | eccp.room.member    | 0     | 49    | bans Carol from the room   | refuses it with ECCP_FORBIDDEN |
      | eccp.room.redaction | 100   | 0     | redacts "mine" in the room | takes it                       |
      | eccp.room.redaction | 100   | 50    | redacts "hers" in the room | takes it                       |
      | eccp.room.redaction | 0     | 49    | redacts "hers" in the room | refuses it with ECCP_FORBIDDEN |
      | eccp.room.create    | 0     | 0     | invites Dave to the room   | takes it                       |

  @RULE-043 @must
  Scenario: A level for memberships does not keep anybody from joining
    Given Alice has a public room
    And the power levels of the room are:
      """
      { "users": { "{{Alice}}": 100 }, "state_default": 100, "events": { "eccp.room.member": 100 } }
      """
    And Alice remembers the room
    When Bob joins the room
    Then the room takes it, and Bob is "join"
