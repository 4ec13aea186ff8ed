@since-0.2 @cap-media @needs-kill @alone
Feature: What was uploaded, after a crash

  @MED-002 @must
  Scenario: An upload that was answered outlasts a crash
    Given Alice has an account
    When Alice uploads "photo" of 3000000 bytes
    And the node is killed and started again
    And Alice downloads "photo"
    Then the answer is "photo"
