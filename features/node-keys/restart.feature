@since-0.1 @cap-federation @needs-restart @alone
Feature: What a node knows of others, after a restart
  Keys that were seen and disputes that were found hold until they are cleared up, not until the node is restarted.

  @KEY-021 @KEY-043 @must
  Scenario: It takes no older keys than those that it has seen, and believes no node in dispute
    Given the peer vouches for its keys for a moment only
    And the peer has a new key
    And the peer sends an empty transaction
    And the peer "two" vouches for its keys for a moment only
    And the peer "two" has a new key
    And the peer "two" sends an empty transaction
    When the peer "two" publishes another key document of the same version
    And the moment has passed for which the peer "two" vouched for its keys
    And the peer "two" sends an empty transaction
    Then the request is refused with ECCP_KEY_CONTINUITY
    When the node is restarted
    And the peer "two" publishes its newest key document again
    And the peer "two" sends an empty transaction
    Then the request is refused with ECCP_QUARANTINED
    When the peer publishes its first key document alone again
    And the peer sends an empty transaction
    Then the request is refused with ECCP_KEY_ROLLBACK
    And nothing came of it
