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

  @STUB-021 @cap-federation @two-nodes @must
  Scenario: takes another real node
    When Nora calls getAccount
    Then it succeeds
    And the answer's "user_id" is "{{Nora}}"

  @STUB-022 @cap-federation @tls-peers @must
  Scenario: takes fake nodes that speak TLS
    When the peer sends an empty transaction
    Then it succeeds

  @STUB-002 @cap-admin @must
  Scenario: needs an operator
    When the operator calls getPolicy
    Then it succeeds
