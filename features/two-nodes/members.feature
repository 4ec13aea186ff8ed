@since-0.1 @cap-federation @two-nodes
Feature: Members come and go on two nodes
  Whoever leaves, is kicked or is banned, on whichever node: both know.

  @HOST-020 @HOST-049 @HOST-055 @RULE-032 @must
  Scenario Outline: <guest> declines an invitation of <host>
    Given <host> has a private room
    And <guest> is invited to the room
    When <guest> leaves the room
    Then it succeeds
    And <guest>'s sync lists the room under "left"
    And the membership of <guest> in the room becomes "leave" for <host>
    When <guest> joins the room
    Then the request is refused with ECCP_NOT_FOUND

    Examples:
      | host  | guest |
      | Alice | Nora  |
      | Nora  | Alice |

  @HOST-021 @HOST-048 @HOST-049 @RULE-035 @must
  Scenario Outline: <host> takes an invitation of <guest> back
    Given <host> has a private room
    And <guest> is invited to the room
    When <host> kicks <guest> from the room
    Then it succeeds
    And <guest>'s sync lists the room under "left"
    When <guest> joins the room
    Then the request is refused with ECCP_NOT_FOUND

    Examples:
      | host  | guest |
      | Alice | Nora  |
      | Nora  | Alice |

  @HOST-020 @HOST-021 @HOST-022 @HOST-055 @RULE-032 @must
  Scenario Outline: <guest> leaves a room of <host>, and comes back
    Given <host> has a private room
    And <guest> is a member of the room
    When <guest> leaves the room
    Then it succeeds
    And the membership of <guest> in the room becomes "leave" for <host>
    When <host> sends "without you" to the room
    And <guest> sends "still here" to the room
    Then the request is refused with ECCP_FORBIDDEN
    Given <guest> is invited to the room
    When <guest> joins the room
    Then it succeeds
    And <host> and <guest> have one log of the room
    And <guest> cannot read "without you" in the room

    Examples:
      | host  | guest |
      | Alice | Nora  |
      | Nora  | Alice |

  @HOST-021 @RULE-035 @ROOM-033 @must
  Scenario Outline: <host> kicks <guest>
    Given <host> has a private room
    And <guest> is a member of the room
    When <host> kicks <guest> from the room
    Then it succeeds
    And <guest>'s sync lists the room under "left"
    When <guest> sends "hello" to the room
    Then the request is refused with ECCP_FORBIDDEN
    Given <guest> is invited to the room
    When <guest> joins the room
    Then it succeeds
    And <host> and <guest> have one log of the room

    Examples:
      | host  | guest |
      | Alice | Nora  |
      | Nora  | Alice |

  @HOST-021 @RULE-038 @RULE-020 @RULE-040 @must
  Scenario Outline: <host> bans <guest>, and lifts the ban
    Given <host> has a public room
    And <guest> is a member of the room
    And <guest> has synced
    When <host> bans <guest> from the room
    Then it succeeds
    And <guest>'s sync lists the room under "left"
    When <guest> joins the room
    Then the request is refused with ECCP_FORBIDDEN
    When <host> unbans <guest> from the room
    And <guest> joins the room
    Then it succeeds
    And <host> and <guest> have one log of the room

    Examples:
      | host  | guest |
      | Alice | Nora  |
      | Nora  | Alice |

  @HOST-001 @HOST-021 @RULE-026 @RULE-035 @must
  Scenario Outline: <guest> has power in a room of <host>, and uses it
    Given <host> has a private room
    And <guest> is a member of the room
    And <guest> has power 50 in the room
    And <host> and <guest> have one log of the room
    When <guest> invites <third> to the room
    Then it succeeds
    And <third>'s sync lists the room under "invited"
    When <third> joins the room
    Then it succeeds
    And <guest>'s sync shows "<third>'s join" in the room
    When <guest> kicks <third> from the room
    Then it succeeds
    And <third>'s sync lists the room under "left"
    And the membership of <third> in the room becomes "leave" for <host>
    And <host> and <guest> have one log of the room

    Examples:
      | host  | guest | third |
      | Alice | Nora  | Bob   |
      | Alice | Nora  | Olaf  |
      | Nora  | Alice | Olaf  |
      | Nora  | Alice | Bob   |

  @HOST-050 @RULE-027 @RULE-029 @must
  Scenario Outline: <guest> knocks at a room of <host>, and is let in
    Given <host> has an invite-only room
    When <guest> knocks on the room
    Then it succeeds
    And <guest>'s sync lists the room under "knocked"
    And the membership of <guest> in the room becomes "knock" for <host>
    Given <guest> is invited to the room
    When <guest> joins the room
    Then it succeeds
    And <host> and <guest> have one log of the room

    Examples:
      | host  | guest |
      | Alice | Nora  |
      | Nora  | Alice |
