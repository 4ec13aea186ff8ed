@since-0.1
Feature: Faults of the suite

  @STUB-001 @must
  Scenario: the suite's own body is wrong
    When Alice calls createRoom with the body:
      """
      {"visibility": 7}
      """
    Then it succeeds

  @STUB-001 @must
  Scenario: asserts nothing
    When Alice calls getAccount

  @STUB-999 @must
  Scenario: names a requirement that is not there
    When Alice calls getAccount
    Then it succeeds

  @STUB-001 @should
  Scenario: has another level than its requirement
    When Alice calls getAccount
    Then it succeeds

  @STUB-001 @must
  Scenario: looks at an answer before it asked
    Given Alice has an account
    Then it succeeds
