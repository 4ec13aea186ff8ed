@since-0.1
Feature: Leaving
  No rule keeps anybody in a room.

  @RULE-032 @must
  Scenario: A member leaves
    Given Alice has a private room
    And Bob is a member of the room
    And Alice remembers the room
    When Bob leaves the room
    Then the room takes it, and Bob is "leave"

  @RULE-032 @must
  Scenario Outline: Whoever is invited to <kind> room declines
    Given Alice has <kind> room
    And Bob is invited to the room
    And Alice remembers the room
    When Bob leaves the room
    Then the room takes it, and Bob is "leave"

    Examples:
      | kind           |
      | a private      |
      | a public       |
      | an invite-only |

  @RULE-032 @must
  Scenario: Whoever knocks takes the knock back
    Given Alice has an invite-only room
    And Bob knocks on the room
    And Alice remembers the room
    When Bob leaves the room
    Then the room takes it, and Bob is "leave"

  @RULE-032 @must
  Scenario: No level stands against leaving
    Given Alice has a private room
    And Bob is a member of the room
    And the power levels of the room are:
      """
      { "users": { "{{Alice}}": 100 }, "kick": 100, "ban": 100, "invite": 100, "events_default": 100, "state_default": 100,
        "events": { "eccp.room.member": 100 } }
      """
    And Alice remembers the room
    When Bob leaves the room
    Then the room takes it, and Bob is "leave"

  @RULE-033 @RULE-001 @must
  Scenario Outline: Nobody leaves <kind> room who <is>
    Given Alice has <kind> room
    And <before>
    And Alice remembers the room
    When Bob leaves the room
    Then the room refuses it with <code>

    Examples:
      | kind           | is              | before                      | code           |
      | a public       | was never there | Bob has an account          | ECCP_FORBIDDEN |
      | an invite-only | was never there | Bob has an account          | ECCP_FORBIDDEN |
      | a private      | was never there | Bob has an account          | ECCP_NOT_FOUND |
      | a public       | left            | Bob has left the room       | ECCP_FORBIDDEN |
      | a private      | left            | Bob has left the room       | ECCP_FORBIDDEN |
      | a public       | is banned       | Bob is banned from the room | ECCP_FORBIDDEN |

  @RULE-033 @must
  Scenario: A leave does not lift a ban
    Given Alice has a public room
    And Bob is a member of the room
    And Bob is banned from the room
    And Alice remembers the room
    When Bob leaves the room
    And Bob joins the room
    Then the room refuses all of it with ECCP_FORBIDDEN

  @RULE-033 @must
  Scenario: Nobody leaves who was kicked
    Given Alice has a public room
    And Bob is a member of the room
    And Alice kicks Bob from the room
    And Alice remembers the room
    When Bob leaves the room
    Then the room refuses it with ECCP_FORBIDDEN

  @RULE-034 @must
  Scenario: The only administrator leaves a room with members in it
    Given Alice has a public room
    And Bob is a member of the room
    And Bob remembers the room
    When Alice leaves the room
    Then the room takes it, and Alice is "leave"
    And Bob sees 1 member in the room
    And Bob sends "and now?" to the room

  @RULE-034 @must
  Scenario: The only user leaves
    Given Alice has a private room
    When Alice leaves the room
    Then it succeeds
    And Alice sees that "membership" of the room is "leave"
