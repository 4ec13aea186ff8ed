@since-0.1
Feature: What badges are made of

  @STUB-041 @must
  Scenario: core is met
    When Alice calls getAccount
    Then it succeeds

  @STUB-042 @must
  Scenario: core is met, or not, by where the node stands
    When a stranger calls getVersions
    Then the answer's "software.version" is "1"

  @STUB-043 @should
  Scenario: a warning
    When a stranger calls getHealth
    Then the answer's header "cache-control" is "no-store"

  @STUB-044 @must
  Scenario: federation is met
    When a stranger calls getHealth
    Then it succeeds
