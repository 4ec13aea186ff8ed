@since-0.1
Feature: Inviting
  Members invite whom they like, unless the room is invite-only or its power levels say otherwise.

  @RULE-010 @RULE-011 @RULE-023 @RULE-026 @must
  Scenario Outline: In <kind> room with <levels>, power <power>: the room <verdict>
    Given Alice has <kind> room
    And Bob is a member of the room
    And the power levels of the room are:
      """
      { "users": { "{{Alice}}": 100, "{{Bob}}": <power> }, <levels> }
      """
    And Alice remembers the room
    When Bob invites Carol to the room
    Then the room <verdict>

    Examples:
      | kind           | levels                            | power | verdict                        |
      | a public       | "kick": 50                        | 0     | takes it                       |
      | a private      | "kick": 50                        | 0     | takes it                       |
      | an invite-only | "kick": 50                        | 49    | refuses it with ECCP_FORBIDDEN |
      | an invite-only | "kick": 50                        | 50    | takes it                       |
      | a public       | "invite": 30                      | 29    | refuses it with ECCP_FORBIDDEN |
      | a public       | "invite": 30                      | 30    | takes it                       |
      | a private      | "invite": 80                      | 79    | refuses it with ECCP_FORBIDDEN |
      | a private      | "invite": 80                      | 80    | takes it                       |
      | an invite-only | "invite": 30                      | 29    | refuses it with ECCP_FORBIDDEN |
      | an invite-only | "invite": 30                      | 30    | takes it                       |
      | an invite-only | "invite": 0                       | 0     | takes it                       |
      | an invite-only | "invite": 80                      | 79    | refuses it with ECCP_FORBIDDEN |
      | a private      | "state_default": 100              | 0     | takes it                       |
      | a private      | "users_default": 90, "invite": 80 | 79    | refuses it with ECCP_FORBIDDEN |

  @RULE-010 @RULE-011 @must
  Scenario Outline: A room that was <first> and is turned <then> takes the default of what it is now
    Given Alice has a <first> room
    And Bob is a member of the room
    And the room is turned <then>
    And Alice remembers the room
    When Bob invites Carol to the room
    Then the room <verdict>

    Examples:
      | first       | then        | verdict                        |
      | private     | invite-only | refuses it with ECCP_FORBIDDEN |
      | public      | invite-only | refuses it with ECCP_FORBIDDEN |
      | invite-only | private     | takes it                       |
      | invite-only | public      | takes it                       |

  @RULE-023 @must
  Scenario Outline: A member invites <whom>
    Given Alice has a public room
    And Bob is a member of the room
    And <before>
    And Alice remembers the room
    When Bob invites Carol to the room
    Then the room takes it, and Carol is "invite"

    Examples:
      | whom                         | before                  |
      | somebody who was never there | Carol has an account    |
      | somebody who left            | Carol has left the room |

  @RULE-023 @must
  Scenario: Whoever was kicked can be invited again
    Given Alice has a private room
    And Bob and Carol are members of the room
    And Alice kicks Carol from the room
    And Alice remembers the room
    When Bob invites Carol to the room
    Then the room takes it, and Carol is "invite"

  @RULE-023 @must
  Scenario: Power of the invited is no obstacle
    Given Alice has a private room
    And Bob is a member of the room
    And the power level "users Carol" of the room is 100
    And Alice remembers the room
    When Bob invites Carol to the room
    Then the room takes it, and Carol is "invite"

  @RULE-024 @must
  Scenario: Nobody invites a member
    Given Alice has a private room
    And Bob is a member of the room
    And Alice remembers the room
    When Alice invites Bob to the room
    Then the room refuses it with ECCP_FORBIDDEN

  @RULE-024 @must
  Scenario: Nobody invites oneself
    Given Alice has a private room
    And Alice remembers the room
    When Alice invites Alice to the room
    Then the room refuses it with ECCP_FORBIDDEN

  @RULE-025 @must
  Scenario: Nobody invites who is banned, whatever the power
    Given Alice has a public room
    And Bob is banned from the room
    And Alice remembers the room
    When Alice invites Bob to the room
    Then the room refuses it with ECCP_FORBIDDEN

  @RULE-027 @RULE-018 @must
  Scenario: An invite answers a knock
    Given Alice has an invite-only room
    And Bob is a member of the room
    And Bob has power 50 in the room
    And Carol knocks on the room
    And Alice remembers the room
    When Bob invites Carol to the room
    Then the room takes it, and Carol is "invite"
    And Carol joins the room
    And Carol's membership in the room is "join", as Alice sees it

  @RULE-027 @RULE-026 @must
  Scenario: A knock does not lower the level of invitations
    Given Alice has an invite-only room
    And Bob is a member of the room
    And Bob has power 49 in the room
    And Carol knocks on the room
    And Alice remembers the room
    When Bob invites Carol to the room
    Then the room refuses it with ECCP_FORBIDDEN

  @RULE-028 @must
  Scenario: Whoever is invited can be invited once more, by another too
    Given Alice has a private room
    And Bob is a member of the room
    And Carol is invited to the room
    When Alice invites Carol to the room
    And Bob invites Carol to the room
    Then the answers have the statuses:
      | 200 |
      | 200 |
    And Carol's membership in the room is "invite", as Alice sees it

  @RULE-028 @RULE-026 @must
  Scenario: An invitation that stands is no licence for those below the level
    Given Alice has an invite-only room
    And Bob is a member of the room
    And Carol is invited to the room
    And Alice remembers the room
    When Bob invites Carol to the room
    Then the room refuses it with ECCP_FORBIDDEN
