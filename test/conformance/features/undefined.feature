@since-0.1
Feature: An undefined step

  @STUB-001 @must @cap-aliases
  Scenario: has a step that nobody defined
    When Alice sings
    Then it succeeds
