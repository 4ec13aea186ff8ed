@since-0.1 @cap-federation @two-nodes
Feature: What a room's history shows on another node
  The other node holds the whole log, and shows of it to its users what the room's history visibility lets them read.

  @HIST-002 @HIST-003 @HIST-004 @HIST-005 @HIST-006 @HIST-013 @must
  Scenario Outline: <guest> joins a room of <host> with "<setting>" history
    Given <host> has a private room with "<setting>" history
    And <host> sends "before" to the room
    And <guest> is invited to the room
    And <host> sends "while invited" to the room
    When <guest> joins the room
    Then it succeeds
    When <host> sends "while joined" to the room
    Then <guest>'s sync shows "while joined" in the room
    And <guest> can read of the room, by "<setting>":
      | entry          | joined | invited | shared |
      | 0 to 4         | -      | -       | -      |
      | before         | -      | -       | yes    |
      | <guest>'s invite | - | yes | yes |
      | while invited  | -      | yes     | yes    |
      | <guest>'s join | yes    | yes     | yes    |
      | while joined   | yes    | yes     | yes    |
    And <host> and <guest> have one log of the room

    Examples:
      | host  | guest | setting |
      | Alice | Nora  | joined  |
      | Alice | Nora  | invited |
      | Alice | Nora  | shared  |
      | Nora  | Alice | joined  |
      | Nora  | Alice | shared  |
