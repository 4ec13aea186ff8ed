@since-0.1
Feature: Account data
  Clients of one account share their settings through the node, and nobody else sees them.

  @ACC-060 @must
  Scenario: What was written last is what is read, as it was written
    Given Alice has an account
    When Alice writes the account data "org.example.{{unique}}":
      """
      { "theme": "dark", "old": true }
      """
    And Alice writes the account data "org.example.{{unique}}":
      """
      { "theme": "light", "text": "é ｅ\u2028 \u0001", "list": [3, 1, [], {}], "none": null, "big": 9007199254740991 }
      """
    And Alice reads the account data "org.example.{{unique}}"
    Then the answer is exactly:
      """
      { "theme": "light", "text": "é ｅ\u2028 \u0001", "list": [3, 1, [], {}], "none": null, "big": 9007199254740991 }
      """

  @ACC-060 @must
  Scenario: Nothing is something that one can write
    Given Alice has an account
    When Alice writes the account data "org.example.{{unique}}":
      """
      { "theme": "dark" }
      """
    And Alice writes the account data "org.example.{{unique}}":
      """
      {}
      """
    And Alice reads the account data "org.example.{{unique}}"
    Then the answer is exactly:
      """
      {}
      """

  @ACC-060 @fresh-accounts @must
  Scenario: All devices of the account share its data, and types do not mix
    Given Alice logs in on "phone"
    And Alice writes the account data "org.example.one":
      """
      { "n": 1 }
      """
    And Alice writes the account data "org.example.one.more":
      """
      { "n": 2 }
      """
    When Alice on "phone" reads the account data "org.example.one"
    Then the answer is exactly:
      """
      { "n": 1 }
      """
    When Alice on "phone" reads the account data "org.example.one.more"
    Then the answer is exactly:
      """
      { "n": 2 }
      """

  @ACC-061 @must
  Scenario: Each room has data of its own, apart from those of the account
    Given Alice has a private room
    And Alice has a private room "den"
    And Alice writes the account data "org.example.{{unique}}":
      """
      { "of": "the account" }
      """
    And Alice writes the account data "org.example.{{unique}}" in the room:
      """
      { "of": "nothing yet", "old": 1 }
      """
    And Alice writes the account data "org.example.{{unique}}" in the room:
      """
      { "of": "the room" }
      """
    And Alice writes the account data "org.example.{{unique}}" in the room "den":
      """
      { "of": "the den" }
      """
    When Alice reads the account data "org.example.{{unique}}"
    Then the answer is exactly:
      """
      { "of": "the account" }
      """
    When Alice reads the account data "org.example.{{unique}}" in the room
    Then the answer is exactly:
      """
      { "of": "the room" }
      """
    When Alice reads the account data "org.example.{{unique}}" in the room "den"
    Then the answer is exactly:
      """
      { "of": "the den" }
      """

  @ACC-062 @must
  Scenario: What was never written is not there
    Given Alice has a private room
    And Alice has a private room "den"
    And Alice writes the account data "org.example.{{unique}}" in the room "den":
      """
      { "of": "the den" }
      """
    When Alice reads the account data "org.example.{{unique}}"
    And Alice reads the account data "org.example.{{unique}}" in the room
    Then every request is refused with ECCP_NOT_FOUND

  @ACC-063 @must
  Scenario: Nobody else sees or overwrites it, not even in the same room
    Given Alice has a private room
    And Bob is a member of the room
    And Alice writes the account data "org.example.{{unique}}":
      """
      { "whose": "Alice" }
      """
    And Alice writes the account data "org.example.{{unique}}" in the room:
      """
      { "whose": "Alice" }
      """
    When Bob reads the account data "org.example.{{unique}}"
    And Bob reads the account data "org.example.{{unique}}" in the room
    Then every request is refused with ECCP_NOT_FOUND
    When Bob writes the account data "org.example.{{unique}}" in the room:
      """
      { "whose": "Bob" }
      """
    And Alice reads the account data "org.example.{{unique}}" in the room
    Then the answer is exactly:
      """
      { "whose": "Alice" }
      """
    And "org.example.{{unique}}" of Alice stands in no sync of Bob

  @ACC-064 @must
  Scenario: A private room takes no data from outsiders, and gives no sign of being there
    Given Alice has a private room
    And Bob has an account
    When Bob writes the account data "org.example.x" in the room:
      """
      {}
      """
    And Bob writes the account data "org.example.x" in a room that does not exist:
      """
      {}
      """
    Then every request is refused with ECCP_NOT_FOUND
    And both answers are the same, byte for byte

  @ACC-064 @must
  Scenario Outline: A <visibility> room takes no data from outsiders
    Given Alice has a <visibility> room
    And Bob has an account
    When Bob writes the account data "org.example.x" in the room:
      """
      {}
      """
    Then the request is refused with ECCP_FORBIDDEN

    Examples:
      | visibility  |
      | public      |
      | invite-only |

  @ACC-065 @must
  Scenario Outline: 60 KiB of <letters> are taken, whatever white space they came with
    Given Alice has an account
    When Alice writes the account data "org.example.{{unique}}" with 61440 bytes of <letters>
    Then it succeeds
    And the account data "org.example.{{unique}}" of Alice have 61440 bytes

    Examples:
      | letters               |
      | ASCII letters         |
      | two-byte letters      |
      | spread ASCII letters  |

  @ACC-065 @ERR-017 @must
  Scenario Outline: More than 60 KiB of <letters> are refused, and what was there stays
    Given Alice has a private room
    And Alice writes the account data "org.example.{{unique}}":
      """
      { "n": 1 }
      """
    And Alice writes the account data "org.example.{{unique}}" in the room:
      """
      { "n": 2 }
      """
    When Alice writes the account data "org.example.{{unique}}" with 61441 bytes of <letters>
    And Alice writes the account data "org.example.{{unique}}" in the room with 61441 bytes of <letters>
    Then every request is refused with ECCP_TOO_LARGE
    When Alice reads the account data "org.example.{{unique}}"
    Then the answer is exactly:
      """
      { "n": 1 }
      """
    When Alice reads the account data "org.example.{{unique}}" in the room
    Then the answer is exactly:
      """
      { "n": 2 }
      """

    Examples:
      | letters          |
      | ASCII letters    |
      | two-byte letters |

  @ACC-066 @must
  Scenario: Data of 24 levels are taken, the outermost object being the first
    Given Alice has a private room
    When Alice writes the account data "org.example.{{unique}}" of 24 levels
    And Alice writes the account data "org.example.{{unique}}" in the room of 24 levels
    And Alice reads the account data "org.example.{{unique}}" in the room
    Then the answer's "n.n.n.n.n.n.n.n.n.n.n.n.n.n.n.n.n.n.n.n.n.n.n" is {}

  @ACC-066 @ERR-017 @must
  Scenario: Data of more than 24 levels are refused, and what was there stays
    Given Alice has a private room
    And Alice writes the account data "org.example.{{unique}}":
      """
      { "n": 1 }
      """
    When Alice writes the account data "org.example.{{unique}}" of 25 levels
    And Alice writes the account data "org.example.{{unique}}" in the room of 25 levels
    Then every request is refused with ECCP_BAD_PARAM
    When Alice reads the account data "org.example.{{unique}}"
    Then the answer is exactly:
      """
      { "n": 1 }
      """
    When Alice reads the account data "org.example.{{unique}}" in the room
    Then the request is refused with ECCP_NOT_FOUND
