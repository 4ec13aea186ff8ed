@since-0.1 @cap-federation
Feature: Where a node is, and what it may not be asked to do
  Names come from strangers. A node dials none that leads into its own network, follows nobody elsewhere, and believes no answer that is not one.

  @PEER-024 @must
  Scenario: A request names the host that is asked
    When the peer sends an empty transaction
    Then it succeeds
    And every request to the peer names it in "Host"

  @PEER-030 @PEER-032 @HOST-050 @must
  Scenario Outline: A room on a node that cannot be is not joined: <node>
    Given Alice has an account
    When Alice joins the room with the id "!p3Kd8wZ1xR5tHf4sGj6uAeTo9iXrQvNkBc0Vn7YqLm4:<node>"
    Then the request is refused with ECCP_POLICY_DENIED

    Examples:
      | node                  |
      | 10.0.0.1:8448         |
      | 169.254.169.254:80    |
      | [::ffff:a00:1]:8448   |

  @PEER-030 @PEER-032 @must
  Scenario: A room on a node that is gone is not joined
    Given Pat's node hosts a public room
    And the peer is gone
    And Alice has an account
    When Alice tries to join the room for up to 95000 ms
    Then the request is refused with ECCP_UNREACHABLE

  @PEER-031 @HOST-054 @must
  Scenario: What a peer refuses it refuses in its own words
    Given Pat's node hosts a public room
    And the peer refuses submissions with ECCP_FORBIDDEN
    And Alice has an account
    When Alice joins the room
    Then the request is refused with ECCP_FORBIDDEN
