@since-0.1
Feature: Kick and ban
  Whoever acts on another needs the level of the act and more power than the other.

  @RULE-012 @RULE-035 @RULE-036 @RULE-001 @must
  Scenario Outline: A kick by <power> of <target>, with <levels>: the room <verdict>
    Given Alice has a public room
    And Bob and Carol are members of the room
    And the power levels of the room are:
      """
      { "users": { "{{Alice}}": 100, "{{Bob}}": <power>, "{{Carol}}": <target> }, <levels> }
      """
    And Alice remembers the room
    When Bob kicks Carol from the room
    Then the room <verdict>

    Examples: the default is 50
      | power | target | levels                              | verdict                        |
      | 50    | 0      | "ban": 90                           | takes it                       |
      | 49    | 0      | "ban": 0                            | refuses it with ECCP_FORBIDDEN |
      | 0     | 0      | "ban": 0                            | refuses it with ECCP_FORBIDDEN |
      | 49    | 0      | "events": { "eccp.room.member": 0 } | refuses it with ECCP_FORBIDDEN |
      | 49    | 0      | "state_default": 0                  | refuses it with ECCP_FORBIDDEN |

    Examples: another level
      | power | target | levels      | verdict                        |
      | 10    | 0      | "kick": 10  | takes it                       |
      | 9     | 0      | "kick": 10  | refuses it with ECCP_FORBIDDEN |
      | 80    | 0      | "kick": 80  | takes it                       |
      | 79    | 0      | "kick": 80  | refuses it with ECCP_FORBIDDEN |
      | 1     | 0      | "kick": 0   | takes it                       |
      | 100   | 99     | "kick": 100 | takes it                       |
      | 99    | 0      | "kick": 100 | refuses it with ECCP_FORBIDDEN |

    Examples: more power than the target
      | power | target | levels    | verdict                        |
      | 51    | 50     | "ban": 50 | takes it                       |
      | 50    | 50     | "ban": 50 | refuses it with ECCP_FORBIDDEN |
      | 50    | 51     | "ban": 50 | refuses it with ECCP_FORBIDDEN |
      | 100   | 100    | "ban": 50 | refuses it with ECCP_FORBIDDEN |
      | 0     | 0      | "kick": 0 | refuses it with ECCP_FORBIDDEN |

  @RULE-036 @RULE-003 @must
  Scenario Outline: A target whom the power levels do not name has the default power: <power> against it, by one who <act>
    Given Alice has a public room
    And Bob and Carol are members of the room
    And the power levels of the room are:
      """
      { "users": { "{{Alice}}": 100, "{{Bob}}": <power> }, "users_default": 60 }
      """
    And Alice remembers the room
    When Bob <act> Carol from the room
    Then the room <verdict>

    Examples:
      | act   | power | verdict                        |
      | kicks | 61    | takes it                       |
      | kicks | 60    | refuses it with ECCP_FORBIDDEN |
      | bans  | 61    | takes it                       |
      | bans  | 60    | refuses it with ECCP_FORBIDDEN |

  @RULE-035 @must
  Scenario Outline: Somebody who <is> can be kicked
    Given Alice has an invite-only room
    And Bob is a member of the room
    And Bob has power 50 in the room
    And <before>
    And Alice remembers the room
    When Bob kicks Carol from the room
    Then the room takes it, and Carol is "leave"

    Examples:
      | is         | before                        |
      | is joined  | Carol is a member of the room |
      | is invited | Carol is invited to the room  |
      | knocks     | Carol knocks on the room      |

  @RULE-036 @must
  Scenario Outline: An invitation or a knock does not make up for power: Carol <is>
    Given Alice has an invite-only room
    And Bob is a member of the room
    And <before>
    And the room has the power levels:
      | users Bob   | 60 |
      | users Carol | 60 |
    And Alice remembers the room
    When Bob kicks Carol from the room
    Then the room refuses it with ECCP_FORBIDDEN

    Examples:
      | is         | before                       |
      | is invited | Carol is invited to the room |
      | knocks     | Carol knocks on the room     |

  @RULE-037 @must
  Scenario Outline: Nobody kicks who <is>
    Given Alice has a public room
    And <before>
    And Alice remembers the room
    When Alice kicks Carol from the room
    Then the room refuses it with ECCP_FORBIDDEN

    Examples:
      | is              | before                  |
      | was never there | Carol has an account    |
      | left            | Carol has left the room |

  @RULE-037 @must
  Scenario: Nobody is kicked twice
    Given Alice has a public room
    And Carol is a member of the room
    And Alice kicks Carol from the room
    And Alice remembers the room
    When Alice kicks Carol from the room
    Then the room refuses it with ECCP_FORBIDDEN

  @RULE-037 @RULE-040 @must
  Scenario: A kick does not lift a ban
    Given Alice has a public room
    And Carol is banned from the room
    And Alice remembers the room
    When Alice kicks Carol from the room
    Then the room refuses it with ECCP_FORBIDDEN
    And Carol's membership in the room is "ban", as Alice sees it

  @RULE-013 @RULE-038 @RULE-039 @RULE-001 @must
  Scenario Outline: A ban by <power> of <target>, with <levels>: the room <verdict>
    Given Alice has a public room
    And Bob and Carol are members of the room
    And the power levels of the room are:
      """
      { "users": { "{{Alice}}": 100, "{{Bob}}": <power>, "{{Carol}}": <target> }, <levels> }
      """
    And Alice remembers the room
    When Bob bans Carol from the room
    Then the room <verdict>

    Examples: the default is 50
      | power | target | levels                              | verdict                        |
      | 50    | 0      | "kick": 90                          | takes it                       |
      | 49    | 0      | "kick": 0                           | refuses it with ECCP_FORBIDDEN |
      | 0     | 0      | "kick": 0                           | refuses it with ECCP_FORBIDDEN |
      | 49    | 0      | "events": { "eccp.room.member": 0 } | refuses it with ECCP_FORBIDDEN |

    Examples: another level
      | power | target | levels    | verdict                        |
      | 10    | 0      | "ban": 10 | takes it                       |
      | 9     | 0      | "ban": 10 | refuses it with ECCP_FORBIDDEN |
      | 80    | 0      | "ban": 80 | takes it                       |
      | 79    | 0      | "ban": 80 | refuses it with ECCP_FORBIDDEN |
      | 1     | 0      | "ban": 0  | takes it                       |

    Examples: more power than the target
      | power | target | levels     | verdict                        |
      | 51    | 50     | "kick": 50 | takes it                       |
      | 50    | 50     | "kick": 50 | refuses it with ECCP_FORBIDDEN |
      | 50    | 51     | "kick": 50 | refuses it with ECCP_FORBIDDEN |
      | 100   | 100    | "kick": 50 | refuses it with ECCP_FORBIDDEN |
      | 0     | 0      | "ban": 0   | refuses it with ECCP_FORBIDDEN |

  @RULE-038 @must
  Scenario Outline: Somebody who <is> can be banned
    Given Alice has an invite-only room
    And Bob is a member of the room
    And Bob has power 50 in the room
    And <before>
    And Alice remembers the room
    When Bob bans Carol from the room
    Then the room takes it, and Carol is "ban"

    Examples:
      | is              | before                        |
      | was never there | Carol has an account          |
      | is joined       | Carol is a member of the room |
      | is invited      | Carol is invited to the room  |
      | knocks          | Carol knocks on the room      |
      | left            | Carol has left the room       |

  @RULE-038 @RULE-039 @must
  Scenario Outline: A ban of who is banned, by <power>: <outcome>
    Given Alice has a public room
    And Bob is a member of the room
    And Bob has power <power> in the room
    And Carol is banned from the room
    And Alice remembers the room
    When Bob bans Carol from the room
    Then <outcome>
    And the room is as it was

    Examples:
      | power | outcome                                    |
      | 50    | it succeeds                                |
      | 49    | the request is refused with ECCP_FORBIDDEN |

  @RULE-039 @must
  Scenario Outline: Absence does not take power away: a ban by <power> of an equal or lesser who <is>
    Given Alice has a public room
    And Bob is a member of the room
    And <before>
    And the room has the power levels:
      | users Bob   | <power> |
      | users Carol | 60      |
    And Alice remembers the room
    When Bob bans Carol from the room
    Then the room <verdict>

    Examples:
      | is              | before                  | power | verdict                        |
      | was never there | Carol has an account    | 60    | refuses it with ECCP_FORBIDDEN |
      | was never there | Carol has an account    | 61    | takes it                       |
      | left            | Carol has left the room | 60    | refuses it with ECCP_FORBIDDEN |
      | left            | Carol has left the room | 61    | takes it                       |

  @RULE-039 @must
  Scenario: Nobody bans oneself
    Given Alice has a public room
    And Alice remembers the room
    When Alice bans Alice from the room
    Then the room refuses it with ECCP_FORBIDDEN

  @RULE-040 @RULE-013 @must
  Scenario Outline: Lifting a ban by <power> of <target>, with <levels>: the room <verdict>
    Given Alice has a public room
    And Bob is a member of the room
    And Carol is banned from the room
    And the power levels of the room are:
      """
      { "users": { "{{Alice}}": 100, "{{Bob}}": <power>, "{{Carol}}": <target> }, <levels> }
      """
    And Alice remembers the room
    When Bob unbans Carol from the room
    Then the room <verdict>

    Examples: the level is that of a ban, not of a kick
      | power | target | levels     | verdict                        |
      | 50    | 0      | "kick": 90 | takes it, and Carol is "leave" |
      | 49    | 0      | "kick": 0  | refuses it with ECCP_FORBIDDEN |
      | 10    | 0      | "ban": 10  | takes it, and Carol is "leave" |
      | 9     | 0      | "ban": 10  | refuses it with ECCP_FORBIDDEN |
      | 80    | 0      | "ban": 80  | takes it, and Carol is "leave" |
      | 79    | 0      | "ban": 80  | refuses it with ECCP_FORBIDDEN |
      | 1     | 0      | "ban": 0   | takes it, and Carol is "leave" |

    Examples: more power than the target
      | power | target | levels     | verdict                        |
      | 51    | 50     | "kick": 50 | takes it, and Carol is "leave" |
      | 50    | 50     | "kick": 50 | refuses it with ECCP_FORBIDDEN |
      | 50    | 51     | "kick": 50 | refuses it with ECCP_FORBIDDEN |
      | 0     | 0      | "ban": 0   | refuses it with ECCP_FORBIDDEN |

  @RULE-035 @RULE-038 @must
  Scenario: Whoever was the creator can be kicked and banned like any other
    Given Alice has a public room
    And Bob is a member of the room
    And the power levels of the room are:
      """
      { "users": { "{{Alice}}": 49, "{{Bob}}": 50 } }
      """
    And Bob remembers the room
    When Bob bans Alice from the room
    Then the room takes it, and Alice is "ban"
