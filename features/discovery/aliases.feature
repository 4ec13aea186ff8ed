@since-0.2 @cap-aliases
Feature: Aliases
  An alias is a readable name that points at a room. It belongs to the node whose name it ends with.

  @DISC-020 @DISC-021 @must
  Scenario: Whoever has power 50 in a room points an alias at it
    Given Alice has a public room
    And Bob is a member of the room
    And Bob has power 50 in the room
    When Bob points the alias "harbour" at the room
    Then it succeeds
    And the alias "harbour" points at the room, as Bob sees it
    And the alias "harbour" points at the room, as Mallory sees it

  @DISC-024 @must
  Scenario: A member with power 49 does not
    Given Alice has a public room
    And Bob is a member of the room
    And Bob has power 49 in the room
    When Bob points the alias "harbour" at the room
    Then the request is refused with ECCP_FORBIDDEN
    And the alias "harbour" points nowhere, as Alice sees it

  @DISC-020 @DISC-024 @must
  Scenario: Power is that of users who are joined
    Given Alice has a public room
    And Bob is a member of the room
    And Bob has power 100 in the room
    And Bob leaves the room
    When Bob points the alias "harbour" at the room
    Then the request is refused with ECCP_FORBIDDEN
    And the alias "harbour" points nowhere, as Alice sees it

  @DISC-024 @must
  Scenario: An outsider of a private room learns nothing of it
    Given Alice has a private room
    When Mallory points the alias "harbour" at the room
    Then the request is refused with ECCP_NOT_FOUND
    When Mallory calls putAlias with:
      | alias | #other.{{unique}}:{{node}} |
      | body  | { "room_id": "!AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA:{{node}}" } |
    Then both answers are the same, byte for byte
    And the alias "harbour" points nowhere, as Alice sees it

  @DISC-024 @must
  Scenario Outline: An outsider of <visibility> room may not name it
    Given Alice has <visibility> room
    When Mallory points the alias "harbour" at the room
    Then the request is refused with ECCP_FORBIDDEN
    And the alias "harbour" points nowhere, as Alice sees it

    Examples:
      | visibility     |
      | a public       |
      | an invite-only |

  @DISC-021 @must
  Scenario: An alias that points nowhere
    When Alice looks up the alias "nothing"
    Then the request is refused with ECCP_NOT_FOUND

  @DISC-021 @must
  Scenario: An alias of another node points nowhere here
    When Alice looks up the alias "#harbour:elsewhere.example.org"
    Then the request is refused with ECCP_NOT_FOUND

  @DISC-022 @must
  Scenario: An alias that is taken stays where it points
    Given Alice has a public room
    And Alice has a public room "den"
    And Alice points the alias "harbour" at the room
    When Alice points the alias "harbour" at the room "den"
    Then the request is refused with ECCP_FORBIDDEN
    And the alias "harbour" points at the room, as Bob sees it

  @DISC-022 @must
  Scenario: Somebody else cannot take it either
    Given Alice has a public room
    And Bob has a public room "den"
    And Alice points the alias "harbour" at the room
    When Bob points the alias "harbour" at the room "den"
    Then the request is refused with ECCP_FORBIDDEN
    And the alias "harbour" points at the room, as Bob sees it

  @DISC-022 @must
  Scenario: Pointing an alias where it points already
    Given Alice has a public room
    And Alice points the alias "harbour" at the room
    When Alice points the alias "harbour" at the room
    Then the answer has status 200
    And the alias "harbour" points at the room, as Bob sees it

  @DISC-023 @must
  Scenario Outline: An alias of another node is refused: <alias>
    Given Alice has a public room
    When Alice points the alias "<alias>" at the room
    Then the request is refused with ECCP_BAD_PARAM
    And the alias "<alias>" points nowhere, as Alice sees it

    Examples:
      | alias                          |
      | #harbour:elsewhere.example.org |
      | #harbour:[2001:db8::1]:8448    |

  @DISC-025 @must
  Scenario: Who made an alias removes it, with less power by then
    Given Alice has a public room
    And Bob is a member of the room
    And Bob has power 50 in the room
    And Bob points the alias "harbour" at the room
    And Bob has power 0 in the room
    When Bob removes the alias "harbour"
    Then it succeeds
    And the alias "harbour" points nowhere, as Alice sees it
    And the alias "harbour" points nowhere, as Bob sees it

  @DISC-025 @must
  Scenario: Power 50 removes what another made
    Given Alice has a public room
    And Bob is a member of the room
    And Bob has power 50 in the room
    And Alice points the alias "harbour" at the room
    When Bob removes the alias "harbour"
    Then it succeeds
    And the alias "harbour" points nowhere, as Alice sees it

  @DISC-025 @must
  Scenario: Power 49 does not
    Given Alice has a public room
    And Bob is a member of the room
    And Bob has power 49 in the room
    And Alice points the alias "harbour" at the room
    When Bob removes the alias "harbour"
    Then the request is refused with ECCP_FORBIDDEN
    And the alias "harbour" points at the room, as Bob sees it

  @DISC-025 @must
  Scenario: The power of a user who left does not count
    Given Alice has a public room
    And Bob is a member of the room
    And Bob has power 100 in the room
    And Bob leaves the room
    And Alice points the alias "harbour" at the room
    When Bob removes the alias "harbour"
    Then the request is refused with ECCP_FORBIDDEN
    And the alias "harbour" points at the room, as Alice sees it

  @DISC-025 @must
  Scenario: An outsider of a public room does not
    Given Alice has a public room
    And Alice points the alias "harbour" at the room
    When Mallory removes the alias "harbour"
    Then the request is refused with ECCP_FORBIDDEN
    And the alias "harbour" points at the room, as Mallory sees it

  @DISC-025 @must
  Scenario: Power in another room does not count
    Given Alice has a public room
    And Bob is a member of the room
    And Bob has a public room "den"
    And Alice points the alias "harbour" at the room
    When Bob removes the alias "harbour"
    Then the request is refused with ECCP_FORBIDDEN
    And the alias "harbour" points at the room, as Alice sees it

  @DISC-022 @DISC-025 @must
  Scenario: An alias that was removed can be used again
    Given Alice has a public room
    And Bob has a public room "den"
    And Alice points the alias "harbour" at the room
    And Alice removes the alias "harbour"
    When Bob points the alias "harbour" at the room "den"
    Then it succeeds
    And the alias "harbour" points at the room "den", as Alice sees it

  @DISC-026 @DISC-021 @must
  Scenario: An alias of a private room is known to its members only
    Given Alice has a private room
    And Bob is a member of the room
    And Alice points the alias "harbour" at the room
    When Mallory looks up the alias "nothing"
    Then the request is refused with ECCP_NOT_FOUND
    When Mallory looks up the alias "harbour"
    Then both answers are the same, byte for byte
    And the alias "harbour" points at the room, as Bob sees it

  @DISC-026 @must
  Scenario: An outsider cannot tell by removing it, nor remove it
    Given Alice has a private room
    And Alice points the alias "harbour" at the room
    When Mallory removes the alias "nothing"
    Then the request is refused with ECCP_NOT_FOUND
    When Mallory removes the alias "harbour"
    Then both answers are the same, byte for byte
    And the alias "harbour" points at the room, as Alice sees it
