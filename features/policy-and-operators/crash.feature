@since-0.1 @cap-admin @needs-kill @alone
Feature: What an operator has decided, after a crash

  @POL-023 @AUD-012 @must
  Scenario: The policy is in force, and on record
    When the operator sets "federation.metadata_padding" of the policy to true
    And the node is killed and started again
    And the operator calls getPolicy
    Then the answer is the policy in force, which has true as "federation.metadata_padding"
    And the record "policy.changed" is there, by the operator
    And the audit log is whole: its numbers, hashes and signatures hold
