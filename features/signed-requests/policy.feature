@since-0.1 @cap-federation @cap-admin @alone
Feature: Whom the operator does not want
  The operator's policy comes before anything that costs something: before the body is looked at, and before anybody's keys are fetched.

  @AUTH-016 @AUTH-010 @must
  Scenario Outline: A request of a blocked peer is refused, whatever else is wrong with it: <fault>
    Given the operator blocks the peer
    When the peer sends an empty transaction, in a request with "<fault>"
    Then the request is refused with ECCP_POLICY_DENIED
    And the peer was asked for its keys 0 times
    And nothing came of it

    Examples:
      | fault                                 |
      | a time 40 seconds ahead               |
      | another body                          |
      | a flipped bit in the signature        |
      | a key that its document does not list |

  @AUTH-010 @must
  Scenario Outline: What the header itself shows comes first: <fault>
    Given the operator blocks the peer
    When the peer sends an empty transaction, in a request with "<fault>"
    Then the request is refused with <code>
    And nothing came of it

    Examples:
      | fault                      | code                   |
      | a member that nobody knows | ECCP_BAD_AUTH          |
      | a padded nonce             | ECCP_BAD_ENCODING      |
      | another destination        | ECCP_WRONG_DESTINATION |
      | a time 330 seconds ago     | ECCP_CLOCK_SKEW        |

  @AUTH-016 @FED-014 @must
  Scenario: What a blocked peer says comes nowhere
    Given Alice has a public room
    And Pat and Ruth are members of the room
    When the operator blocks the peer
    And Pat's node submits the message "hello" to the room
    Then the request is refused with ECCP_POLICY_DENIED
    And nothing came of it

  @AUTH-017 @AUTH-010 @must
  Scenario: A peer beyond its limit is refused, whatever else is wrong
    Given the peer sends an empty transaction
    And the operator limits the peer to 1 a second and 3 at once
    When the peer sends empty transactions until one is refused
    Then the request is refused with ECCP_LIMIT_EXCEEDED
    When the peer sends an empty transaction, in a request with "another body"
    Then the request is refused with ECCP_LIMIT_EXCEEDED
    And the answer has a "retry_after_ms"
