@since-0.1 @cap-federation @tls-peers
Feature: Whom a node takes for its peer
  A name leads to a host, and a certificate says that the host is the right one. Before that is sure a node tells its peer nothing.

  @PEER-020 @PEER-021 @must
  Scenario: A peer with a certificate for its host is asked over TLS 1.3
    When the peer sends an empty transaction
    Then it succeeds
    And the peer was asked for its keys 1 time

  @PEER-021 @PEER-022 @PEER-030 @must
  Scenario Outline: A peer with <what> is told nothing
    Given the peer shows "<what>"
    When the peer sends an empty transaction
    Then the request is refused with ECCP_UNREACHABLE
    And nothing was sent to the peer

    Examples:
      | what                                                        |
      | a certificate for another host                              |
      | a certificate for another host that names it in its subject |
      | a certificate that has ended                                |
      | a certificate that begins tomorrow                          |
      | a certificate that vouches for itself                       |
      | a certificate of an authority that nobody named             |
      | a certificate that another node has made                    |

  @PEER-020 @PEER-030 @must
  Scenario: A peer that knows no newer TLS than 1.2 is told nothing
    Given the peer shows "TLS 1.2 and nothing newer"
    When the peer sends an empty transaction
    Then the request is refused with ECCP_UNREACHABLE
    And nothing was sent to the peer

  @PEER-023 @must
  Scenario: No peer is spoken to in plain HTTP where the operator has not allowed it
    Given somebody listens for plain HTTP where a node could be
    And Alice has an account
    When Alice joins the room with the id "!p3Kd8wZ1xR5tHf4sGj6uAeTo9iXrQvNkBc0Vn7YqLm4:{{saved listener}}"
    Then the request is refused with ECCP_UNREACHABLE
    And whoever connected there began with TLS

  @POL-040 @POL-042 @cap-admin @must
  Scenario: An operator is told that the handshake succeeded
    When the operator diagnoses the peer
    Then the diagnosis says that the peer is reachable

  @PEER-020 @PEER-021 @PEER-022 @POL-041 @cap-admin @must
  Scenario Outline: An operator is told that a peer has <what>
    Given the peer shows "<what>"
    When the operator diagnoses the peer
    Then the diagnosis ends at "tls" with ECCP_UNREACHABLE
    And nothing was sent to the peer

    Examples:
      | what                                            |
      | a certificate for another host                  |
      | a certificate that has ended                    |
      | a certificate of an authority that nobody named |
      | TLS 1.2 and nothing newer                       |
