@since-0.1
Feature: Versions and health

  @DISC-010 @must
  Scenario: Anybody may ask for the versions
    When a stranger calls getVersions
    Then it succeeds
    And the answer has a "versions.0"

  @DISC-010 @DISC-012 @must
  Scenario Outline: A token that is not good does not keep anybody from <operation>
    When someone with the token "no-such-token" calls <operation>
    Then it succeeds

    Examples:
      | operation   |
      | getVersions |
      | getHealth   |

  @DISC-011 @must
  Scenario: The node tells the name that stands in the ids of its users
    When a stranger calls getVersions
    Then "node" of the answer is the node name in the ids of Alice and Bob

  @DISC-012 @must
  Scenario: Anybody may ask whether the node works
    When a stranger calls getHealth
    Then it succeeds
    And the answer's "status" is "ok"
