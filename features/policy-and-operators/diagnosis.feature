@since-0.1 @cap-admin
Feature: Why a peer cannot be reached
  A node tries a peer as it would itself, and tells its operator how far it got and what it met there.

  @POL-040 @POL-042 @must
  Scenario: A peer that can be reached
    When the operator diagnoses the peer
    Then the diagnosis says that the peer is reachable
    And the peer has found nothing wrong with at least 1 signed request

  @POL-043 @must
  Scenario: What the node remembers does not count
    Given the peer sends an empty transaction
    When the operator diagnoses the peer
    Then the diagnosis says that the peer is reachable
    And the peer was asked for its keys 2 times
    When the operator diagnoses the peer
    Then the diagnosis says that the peer is reachable
    And the peer was asked for its keys 3 times

  @POL-040 @POL-041 @POL-042 @must
  Scenario: Nobody listens
    Given nobody listens where the peer was
    When the operator diagnoses the peer
    Then the diagnosis ends at "connection" with ECCP_UNREACHABLE

  @PEER-026 @POL-041 @waits @must
  Scenario: A peer that never answers
    Given the peer lets everything that it is asked wait
    When the operator diagnoses the peer
    Then the diagnosis ends at "keys" with ECCP_UNREACHABLE
    And the answer took no more than 40 seconds

  @POL-040 @POL-041 @POL-042 @must
  Scenario Outline: A peer that answers for its keys with <what>
    Given the peer answers with "<what>" for its keys
    When the operator diagnoses the peer
    Then the diagnosis ends at "keys" with <code>

    Examples:
      | what                       | code               |
      | an error without a code    | ECCP_UNREACHABLE   |
      | a redirect                 | ECCP_UNREACHABLE   |
      | a text                     | ECCP_UNREACHABLE   |
      | a refusal                  | ECCP_UNREACHABLE   |
      | no documents               | ECCP_UNREACHABLE   |
      | a member that stands twice | ECCP_BAD_JSON      |

  @POL-041 @must
  Scenario Outline: A peer that publishes <what>
    Given the peer publishes key documents with "<what>"
    When the operator diagnoses the peer
    Then the diagnosis ends at "keys" with <code>

    Examples:
      | what                                         | code               |
      | a signature that does not verify             | ECCP_BAD_SIGNATURE |
      | a key of small order                         | ECCP_BAD_KEY       |

  @POL-041 @must
  Scenario: A peer whose statement has ended
    Given the peer publishes its keys with "a statement that has ended"
    When the operator diagnoses the peer
    Then the diagnosis ends at "keys" with ECCP_KEY_ROLLBACK

  @POL-041 @POL-043 @KEY-040 @must
  Scenario: A peer whose key documents contradict each other
    Given the peer has a new key
    And the peer sends an empty transaction
    When the peer publishes another key document of the same version
    And the operator diagnoses the peer
    Then the diagnosis ends at "keys" with ECCP_KEY_CONTINUITY
    And listPeers gives a reason as "quarantined" of the peer

  @POL-041 @POL-042 @must
  Scenario Outline: A peer that refuses this node: <code>
    Given the peer refuses the next 1 transactions with <code>
    When the operator diagnoses the peer
    Then the diagnosis ends at "authentication" with <code>

    Examples:
      | code                |
      | ECCP_POLICY_DENIED  |
      | ECCP_BAD_SIGNATURE  |
      | ECCP_CLOCK_SKEW     |
      | ECCP_QUARANTINED    |
      | ECCP_LIMIT_EXCEEDED |

  @POL-041 @must
  Scenario: A peer that cuts signed requests off
    Given the peer takes no more transactions
    When the operator diagnoses the peer
    Then the diagnosis ends at "authentication" with ECCP_UNREACHABLE

  @POL-041 @must
  Scenario Outline: A peer whose refusal is none
    Given the peer answers every signed request with "<body>" and the status 403
    When the operator diagnoses the peer
    Then the diagnosis ends at "authentication" with ECCP_UNREACHABLE

    Examples:
      | body                                      |
      | no                                        |
      | {}                                        |
      | {'errcode':'ECCP_FORBIDDEN','error':'no'} |

  @POL-041 @must
  Scenario Outline: A name that leads nowhere where a node may go: <name>
    When the operator diagnoses the node "<name>"
    Then the diagnosis ends at "address" with ECCP_POLICY_DENIED

    Examples:
      | name                    |
      | 10.0.0.1                |
      | 192.168.0.1:8448        |
      | 169.254.169.254:8448    |
      | 0.0.0.0:8448            |
      | [fe80::1]:8448          |
      | [::ffff:7f00:1]:8448    |
      | [::ffff:a00:1]:8448     |

  @POL-041 @must
  Scenario: A name that is none
    When the operator calls diagnose with the bad body:
      """
      { "node": "127.0.0.1:0" }
      """
    Then the request is refused with ECCP_BAD_PARAM
