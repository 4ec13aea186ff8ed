@since-0.1 @cap-federation
Feature: By which keys a node knows another
  A node believes keys only that come as a chain from the first to the newest, each document signed by the one before it, with a
  statement that the newest is still the newest.

  @KEY-020 @KEY-022 @AUTH-021 @must
  Scenario: The keys are fetched when a node asks for the first time
    When the peer sends an empty transaction
    Then it succeeds
    And the peer was asked for its keys after version 0

  @KEY-023 @should
  Scenario: They are not fetched again while they hold
    When the peer sends an empty transaction
    And the peer sends an empty transaction
    And the peer sends an empty transaction
    Then it succeeds
    And the peer was asked for its keys 1 time

  @KEY-020 @AUTH-021 @ID-080 @ID-081 @ID-082 @ID-083 @ID-084 @ID-085 @ID-086 @ID-087 @ID-088 @ID-089 @ID-072 @ID-073 @ID-074 @ID-075 @ID-076 @must
  Scenario Outline: Key documents with <fault> are refused
    Given the peer publishes key documents with "<fault>"
    When the peer sends an empty transaction
    Then the request is refused with <code>
    And nothing came of it

    Examples: which document stands where
      | fault                                       | code                |
      | a document of another node                  | ECCP_KEY_CONTINUITY |
      | a document with a member that nobody knows  | ECCP_KEY_CONTINUITY |
      | a document that lacks a member              | ECCP_KEY_CONTINUITY |
      | a first document of version 2               | ECCP_KEY_CONTINUITY |
      | a first document that names one before it   | ECCP_KEY_CONTINUITY |
      | a version that is left out                  | ECCP_KEY_CONTINUITY |
      | a version that stands twice                 | ECCP_KEY_CONTINUITY |
      | a document that names another before it     | ECCP_KEY_CONTINUITY |
      | a revocation that is taken back             | ECCP_KEY_CONTINUITY |

    Examples: keys
      | fault                                       | code                |
      | no key                                      | ECCP_BAD_KEY        |
      | 17 keys                                     | ECCP_BAD_KEY        |
      | a key that stands twice                     | ECCP_BAD_KEY        |
      | a recovery key that is a key as well        | ECCP_BAD_KEY        |
      | a key that is revoked as well               | ECCP_BAD_KEY        |
      | a recovery key that is revoked              | ECCP_BAD_KEY        |
      | a key of small order                        | ECCP_BAD_KEY        |
      | a key that is the neutral element           | ECCP_BAD_KEY        |
      | a key with a part of small order            | ECCP_BAD_KEY        |
      | a key whose y is not below 2^255 − 19       | ECCP_BAD_KEY        |
      | a key with a sign bit where x is 0          | ECCP_BAD_KEY        |
      | a key that is no point                      | ECCP_BAD_KEY        |

    Examples: signatures
      | fault                                                          | code               |
      | a key that did not sign it                                     | ECCP_BAD_SIGNATURE |
      | no signature by a key of the version before                    | ECCP_BAD_SIGNATURE |
      | another recovery key without the signature of the old one      | ECCP_BAD_SIGNATURE |
      | no recovery key any more, without the signature of the old one | ECCP_BAD_SIGNATURE |
      | the signature of a stranger                                    | ECCP_BAD_SIGNATURE |
      | a signature that does not verify                               | ECCP_BAD_SIGNATURE |
      | a signature whose S is not below L                             | ECCP_BAD_SIGNATURE |
      | a signature that holds only with the cofactor                  | ECCP_BAD_SIGNATURE |
      | a signature whose R is the neutral element                     | ECCP_BAD_SIGNATURE |

  @KEY-025 @KEY-026 @KEY-027 @KEY-028 @KEY-029 @AUTH-021 @must
  Scenario Outline: Keys with <fault> are refused
    Given the peer publishes its keys with "<fault>"
    When the peer sends an empty transaction
    Then the request is refused with <code>
    And nothing came of it

    Examples:
      | fault                                           | code                |
      | a statement that has ended                      | ECCP_KEY_ROLLBACK   |
      | a statement that begins in 90 seconds           | ECCP_KEY_ROLLBACK   |
      | a statement for more than seven days            | ECCP_KEY_ROLLBACK   |
      | a statement for a version that is not there     | ECCP_KEY_CONTINUITY |
      | a statement of another node                     | ECCP_KEY_CONTINUITY |
      | a statement with a member that nobody knows     | ECCP_KEY_CONTINUITY |
      | a statement for another document of that version | ECCP_KEY_CONTINUITY |
      | a statement under a key that is not listed      | ECCP_BAD_SIGNATURE  |
      | a statement whose signature does not verify     | ECCP_BAD_SIGNATURE  |
      | a statement whose S is not below L              | ECCP_BAD_SIGNATURE  |

  @KEY-031 @PEER-025 @PEER-027 @PEER-028 @PEER-030 @must
  Scenario Outline: An answer that is <fault> is no answer
    Given the peer answers with "<fault>" for its keys
    When the peer sends an empty transaction
    Then the request is refused with <code>
    And nothing came of it

    Examples:
      | fault                    | code              |
      | a member that stands twice | ECCP_BAD_JSON   |
      | a number with a fraction | ECCP_BAD_JSON     |
      | bytes that are not UTF-8 | ECCP_BAD_ENCODING |
      | no documents             | ECCP_UNREACHABLE  |
      | no freshness             | ECCP_UNREACHABLE  |
      | an array                 | ECCP_UNREACHABLE  |
      | a text                   | ECCP_UNREACHABLE  |
      | a redirect               | ECCP_UNREACHABLE  |
      | a refusal                | ECCP_UNREACHABLE  |
      | an error without a code  | ECCP_UNREACHABLE  |
      | more than 8388608 bytes  | ECCP_UNREACHABLE  |

  @PEER-025 @must
  Scenario: A redirect is not followed
    Given the peer answers with "a redirect" for its keys
    When the peer sends an empty transaction
    Then the request is refused with ECCP_UNREACHABLE
    And the peer was not asked for its keys where the redirect leads

  @KEY-024 @must
  Scenario: A long chain is read in stretches
    Given the peer has had 69 keys before
    When the peer sends an empty transaction
    Then it succeeds
    And the peer was asked for its keys after version 0
    And the peer was asked for its keys after version 64

  @KEY-032 @KEY-022 @AUTH-021 @must
  Scenario: Keys that nobody vouches for any more are fetched anew
    Given the peer vouches for its keys for a moment only
    And the peer sends an empty transaction
    When the moment has passed for which the peer vouched for its keys
    And the peer sends an empty transaction
    Then it succeeds
    And the peer was asked for its keys after version 1

  @AUTH-023 @AUTH-024 @must
  Scenario: A key that nobody has published is looked up, but not again and again
    Given the peer sends an empty transaction
    When the peer sends an empty transaction, in a request with "a key that its document does not list"
    And the peer sends an empty transaction, in a request with "a key that its document does not list"
    And the peer sends an empty transaction, in a request with "a key that its document does not list"
    Then every request is refused with ECCP_BAD_SIGNATURE
    And the peer was asked for its keys at most 2 times
    And nothing came of it
