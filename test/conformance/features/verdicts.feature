@since-0.1
Feature: Every verdict arises

  @STUB-001 @must
  Scenario: passes
    When Alice calls getAccount
    Then it succeeds
    And the answer's "user_id" is "{{Alice}}"

  @STUB-002 @must
  Scenario: fails, for the answer breaks its schema
    When Alice calls listDevices
    Then it succeeds

  @STUB-003 @must
  Scenario: fails, for the refusal is another one
    When Alice calls getAccountData with:
      | type | org.example.x |
    Then the request is refused with ECCP_FORBIDDEN or ECCP_LIMIT_EXCEEDED

  @STUB-004 @must
  Scenario: fails, for nobody expected the refusal
    When Alice calls getAccountData with:
      | type | org.example.x |
    Then Alice has an account

  @STUB-005 @must
  Scenario: is not testable, for its preparation does not work
    Given Alice has a private room
    When Alice looks at the room
    Then it succeeds

  @STUB-006 @must @cap-aliases
  Scenario: is not applicable, for the node does not declare it
    When Alice calls getAccount
    Then it succeeds

  @STUB-007 @must
  Scenario: is not applicable, for its requirement's capability is not declared
    When Alice calls getAccount
    Then it succeeds

  @STUB-008 @should
  Scenario: fails as a warning
    When a stranger calls getHealth
    Then the answer's header "cache-control" is "no-store"

  @STUB-009 @must
  Scenario: fails, for the status is not the errcode's
    When a stranger requests GET "/_eccp/client/v1/nothing"
    Then the request is refused with ECCP_NOT_FOUND

  @STUB-010 @must
  Scenario: fails, for an answer without a request id
    When a stranger requests GET "/_eccp/client/v1/a/../anonymous"
    Then the request is refused with ECCP_NOT_FOUND

  @STUB-011 @must
  Scenario: fails, for no answer comes
    When a stranger requests GET "/_eccp/client/v1/hangs-up"
    Then the request is refused with ECCP_NOT_FOUND
