@since-0.1 @cap-federation @two-nodes
Feature: Two nodes share a room
  Alice lives on the node under test, and Nora and Olaf on the other one. Whichever of the two hosts a room, both hold one log of it.

  @HOST-020 @HOST-023 @HOST-040 @HOST-047 @HOST-050 @HOST-053 @must
  Scenario Outline: <host> invites <guest>, who joins
    Given <host> has a room:
      """
      { "name": "Pumps", "visibility": "private" }
      """
    When <host> invites <guest> to the room
    Then it succeeds
    And <guest>'s sync lists the room under "invited"
    When <guest> looks at the room
    Then the answer's "membership" is "invite"
    And the answer's "name" is "Pumps"
    When <guest> joins the room
    Then it succeeds
    And the answer's "status" is "sequenced"
    And <guest>'s sync lists the room under "joined"
    And <guest> sees 2 members in the room
    And <host> and <guest> have one log of the room

    Examples:
      | host  | guest |
      | Alice | Nora  |
      | Nora  | Alice |

  @HOST-050 @HOST-053 @RULE-017 @must
  Scenario Outline: <guest> joins a public room of the other node by its id
    Given <host> has a public room
    When <guest> joins the room
    Then it succeeds
    And the answer's "status" is "sequenced"
    And <host> and <guest> have one log of the room

    Examples:
      | host  | guest |
      | Alice | Nora  |
      | Nora  | Alice |

  @HOST-001 @HOST-002 @HOST-020 @HOST-055 @HOST-057 @must
  Scenario Outline: A message of <host> reaches <guest>, and one of <guest> reaches <host>
    Given <host> has a private room
    And <guest> is a member of the room
    When <host> sends "how deep is it" to the room
    Then it succeeds
    And <guest>'s sync shows "how deep is it" in the room
    When <guest> sends "two fathoms" to the room
    Then it succeeds
    And the answer's "status" is "sequenced"
    And <host>'s sync shows "two fathoms" in the room
    And <host> and <guest> have one log of the room

    Examples:
      | host  | guest |
      | Alice | Nora  |
      | Nora  | Alice |

  @HOST-002 @HOST-020 @must
  Scenario Outline: What is said at the same time on both nodes stands in one order, in a room of <host>
    Given <host> has a private room
    And <members> are members of the room
    When <reader> syncs anew
    And Alice and Nora each send 8 messages to the room while <reader> goes on syncing
    Then <reader>'s syncs have shown every readable event of the room once, those left out found by going back
    And every timeline of the room in <reader>'s syncs is in the order of the log
    And <host> and <guest> have one log of the room

    Examples:
      | host  | guest | members       | reader |
      | Alice | Nora  | Nora and Olaf | Olaf   |
      | Nora  | Alice | Alice and Bob | Bob    |

  @ROOM-062 @ROOM-071 @must
  Scenario Outline: What <guest> sends twice under one transaction id stands in the room once
    Given <host> has a private room
    And <guest> is a member of the room
    When <guest> sends "once" to the room with the transaction id "t1"
    And <guest> sends "once" to the room with the transaction id "t1"
    Then both answers have the same "event_id"
    And "once" stands in the room 1 time, for <host> and <guest>
    And wherever <guest> reads in the room, "once" has the transaction id "t1"
    And wherever <host> reads in the room, "once" has no transaction id

    Examples:
      | host  | guest |
      | Alice | Nora  |
      | Nora  | Alice |

  @HOST-001 @HOST-020 @RULE-008 @must
  Scenario Outline: State that <host> or <guest> sets is in force on both nodes
    Given <host> has a private room
    And <guest> is a member of the room
    And <guest> has power 50 in the room
    And <host> and <guest> have one log of the room
    When <guest> renames the room to "Harbour"
    Then it succeeds
    When <host> sets the topic of the room to "ships"
    Then it succeeds
    And <host> and <guest> have one log of the room
    And <host> sees that "name" of the room is "Harbour"
    And <host> sees that "topic" of the room is "ships"
    And <guest> sees that "name" of the room is "Harbour"
    And <guest> sees that "topic" of the room is "ships"

    Examples:
      | host  | guest |
      | Alice | Nora  |
      | Nora  | Alice |

  @HOST-001 @HOST-020 @ROOM-081 @RULE-050 @RULE-051 @must
  Scenario Outline: What <host> or <guest> redacts is gone on both nodes
    Given <host> has a private room
    And <guest> is a member of the room
    And <guest> sends "a slip" to the room
    And <guest> sends "another slip" to the room
    And <host> and <guest> have one log of the room
    When <host> redacts "a slip" in the room
    Then it succeeds
    When <guest> redacts "another slip" in the room
    Then it succeeds
    And <host> and <guest> have one log of the room
    And "a slip" is redacted in the room, as <host> sees it
    And "a slip" is redacted in the room, as <guest> sees it
    And "another slip" is redacted in the room, as <host> sees it
    And "another slip" is redacted in the room, as <guest> sees it

    Examples:
      | host  | guest |
      | Alice | Nora  |
      | Nora  | Alice |

  @HOST-003 @HOST-008 @HOST-050 @HOST-054 @must
  Scenario Outline: A room of <host> that <guest> may not enter is not joined
    Given <host> has a private room "hidden"
    And <host> has a public room
    And <guest> is banned from the room
    When <guest> joins the room "hidden"
    Then the request is refused with ECCP_NOT_FOUND
    When <guest> joins the room
    Then the request is refused with ECCP_FORBIDDEN

    Examples:
      | host  | guest |
      | Alice | Nora  |
      | Nora  | Alice |

  @RULE-001 @must
  Scenario Outline: <guest> is told what the rules of a room of <host> refuse
    Given <host> has a private room
    And <guest> is a member of the room
    When <guest> renames the room to "Harbour"
    And <guest> kicks <host> from the room
    Then every request is refused with ECCP_FORBIDDEN
    And <host> and <guest> have one log of the room
    And the room has no state "eccp.room.name", as <host> sees it

    Examples:
      | host  | guest |
      | Alice | Nora  |
      | Nora  | Alice |
