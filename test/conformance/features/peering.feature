@since-0.1
Feature: Scenarios that take more than one node

  @STUB-001 @cap-federation @must
  Scenario: needs a node that calls back
    When the peer sends an empty transaction
    Then it succeeds

  @STUB-001 @cap-federation @must
  Scenario: needs it as well
    When the peer sends an empty transaction
    Then it succeeds

  @STUB-002 @cap-admin @must
  Scenario: needs an operator
    When the operator calls getPolicy
    Then it succeeds
