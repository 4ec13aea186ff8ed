@since-0.1
Feature: Joining a room
  Who may come in follows from the visibility of the room, from an invitation, and from a ban, which beats both.

  @RULE-017 @must
  Scenario Outline: A public room is open to <who>
    Given Alice has a public room
    And <before>
    And Alice remembers the room
    When Bob joins the room
    Then the room takes it, and Bob is "join"

    Examples:
      | who                          | before                     |
      | somebody who was never there | Bob has an account         |
      | somebody who is invited      | Bob is invited to the room |
      | somebody who left            | Bob has left the room      |

  @RULE-017 @must
  Scenario: A public room is open to somebody who was kicked
    Given Alice has a public room
    And Bob is a member of the room
    And Alice kicks Bob from the room
    And Alice remembers the room
    When Bob joins the room
    Then the room takes it, and Bob is "join"

  @RULE-017 @RULE-040 @must
  Scenario: A public room is open to somebody whose ban was lifted
    Given Alice has a public room
    And Bob is banned from the room
    And Alice unbans Bob from the room
    And Alice remembers the room
    When Bob joins the room
    Then the room takes it, and Bob is "join"

  @RULE-017 @must
  Scenario: A room that has become public is open to somebody who knocked
    Given Alice has an invite-only room
    And Bob knocks on the room
    And the room is turned public
    And Alice remembers the room
    When Bob joins the room
    Then the room takes it, and Bob is "join"

  @RULE-018 @must
  Scenario Outline: Whoever is invited joins <kind> room
    Given Alice has <kind> room
    And Bob is invited to the room
    And Alice remembers the room
    When Bob joins the room
    Then the room takes it, and Bob is "join"

    Examples:
      | kind           |
      | a public       |
      | a private      |
      | an invite-only |

  @RULE-018 @must
  Scenario: An invitation after a leave counts as any other
    Given Alice has a private room
    And Bob has left the room
    And Bob is invited to the room
    And Alice remembers the room
    When Bob joins the room
    Then the room takes it, and Bob is "join"

  @RULE-019 @must
  Scenario: Nobody who was never there joins a private room uninvited
    Given Alice has a private room
    And Alice remembers the room
    When Bob joins the room
    Then the room refuses it with ECCP_NOT_FOUND

  @RULE-019 @RULE-001 @must
  Scenario Outline: Nobody joins <kind> room uninvited: <who>
    Given Alice has <kind> room
    And <before>
    And Alice remembers the room
    When Bob joins the room
    Then the room refuses it with ECCP_FORBIDDEN

    Examples:
      | kind           | who                          | before                 |
      | an invite-only | somebody who was never there | Bob has an account     |
      | an invite-only | somebody who knocks          | Bob knocks on the room |
      | an invite-only | somebody who left            | Bob has left the room  |
      | a private      | somebody who left            | Bob has left the room  |

  @RULE-019 @must
  Scenario Outline: A kick ends an invitation to <kind> room
    Given Alice has <kind> room
    And Bob is invited to the room
    And Alice kicks Bob from the room
    And Alice remembers the room
    When Bob joins the room
    Then the room refuses it with <code>

    Examples:
      | kind           | code           |
      | an invite-only | ECCP_FORBIDDEN |
      | a private      | ECCP_NOT_FOUND |

  @RULE-019 @must
  Scenario: A room that was public takes nobody any more once it is private
    Given Alice has a public room
    And Bob has left the room
    And the room is turned private
    And Alice remembers the room
    When Bob joins the room
    Then the room refuses it with ECCP_FORBIDDEN

  @RULE-019 @must
  Scenario: The creator has no way back into a private room without an invitation
    Given Alice has a private room
    And Bob is a member of the room
    And Alice leaves the room
    And Bob remembers the room
    When Alice joins the room
    Then the room refuses it with ECCP_FORBIDDEN

  @RULE-020 @must
  Scenario Outline: Nobody who is banned joins <kind> room
    Given Alice has <kind> room
    And Bob is a member of the room
    And Bob is banned from the room
    And Alice remembers the room
    When Bob joins the room
    Then the room refuses it with ECCP_FORBIDDEN

    Examples:
      | kind           |
      | a public       |
      | a private      |
      | an invite-only |

  @RULE-020 @must
  Scenario: A ban ends an invitation
    Given Alice has a public room
    And Bob is invited to the room
    And Bob is banned from the room
    And Alice remembers the room
    When Bob joins the room
    Then the room refuses it with ECCP_FORBIDDEN

  @RULE-020 @RULE-053 @must
  Scenario: A ban holds when the room becomes public
    Given Alice has a private room
    And Bob is a member of the room
    And Bob is banned from the room
    And the room is turned public
    And Alice remembers the room
    When Bob joins the room
    Then the room refuses it with ECCP_FORBIDDEN
