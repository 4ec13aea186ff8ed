@since-0.1 @cap-federation
Feature: Federation is a class and a capability
  A node that says in the one place that it federates says so in the other.

  @CONF-009 @CONF-001 @must
  Scenario: A node that federates names the class
    When a stranger calls getVersions
    Then the answer's "capabilities.federation" is true
    And the answer's "classes" names "federation"
