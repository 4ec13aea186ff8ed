@since-0.1
Feature: What counts, and what does not

  @STUB-051 @must
  Scenario: passes
    When a stranger calls getHealth
    Then it succeeds

  @STUB-052 @must
  Scenario: fails
    When a stranger calls getHealth
    Then the answer's "status" is "another"

  @STUB-053 @cap-media @must
  Scenario: depends on a capability
    When a stranger calls getHealth
    Then it succeeds

  @STUB-054 @must
  Scenario: fails, and is of a later version
    When a stranger calls getHealth
    Then the answer's "status" is "another"

  @STUB-055 @must
  Scenario Outline: fails in each row: <word>
    When a stranger calls getHealth
    Then the answer's "status" is "<word>"

    Examples:
      | word |
      | one  |
      | two  |
