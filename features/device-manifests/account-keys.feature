@since-0.1 @cap-e2ee
Feature: Account keys
  The account key says which devices are the user's. Others pin it, so a node must not let one go back, or turn up from nowhere.

  Background:
    Given Alice and Bob have accounts
    And Alice has an account key
    And Alice has published a manifest

  @MAN-002 @MAN-003 @MAN-004 @MAN-005 @MAN-006 @MAN-007 @ERR-016 @must
  Scenario Outline: An account key with <fault> is not taken
    Given Alice publishes the next account key
    When Alice publishes an account key with "<fault>"
    Then the request is refused with <code>
    And Alice sees the keys that Alice has published

    Examples:
      | fault                                           | code                |
      | another user                                    | ECCP_BAD_PARAM      |
      | a member that nobody knows                      | ECCP_BAD_PARAM      |
      | no signature of its own                         | ECCP_BAD_SIGNATURE  |
      | a version that is skipped                       | ECCP_KEY_CONTINUITY |
      | a version below                                 | ECCP_KEY_ROLLBACK   |
      | the same version                                | ECCP_KEY_ROLLBACK   |
      | the hash of no key before it                    | ECCP_KEY_CONTINUITY |
      | no hash of the key before it                    | ECCP_KEY_CONTINUITY |
      | the signature of a stranger for the key before  | ECCP_BAD_SIGNATURE  |
      | an Ed25519 key of small order                   | ECCP_BAD_KEY        |
      | an Ed25519 key with a part of small order       | ECCP_BAD_KEY        |
      | an Ed25519 key that is no point                 | ECCP_BAD_KEY        |

  @MAN-005 @must
  Scenario: The first account key is version 1 and follows none
    When Bob publishes an account key with "a version that is skipped"
    And Bob publishes an account key with "a hash of a key before it, being the first"
    Then every request is refused with ECCP_KEY_CONTINUITY
    And Bob sees the keys that Bob has published

  @MAN-007 @MAN-008 @MAN-009 @must
  Scenario: A new account key, continued or reset, vouches for nobody yet
    Given Alice vouches for Alice
    When Alice publishes the next account key
    Then Alice sees the keys that Alice has published
    And Alice sees the device of Alice as not verified
    When Alice vouches for Alice
    Then Alice sees the device of Alice as verified
    When Alice resets her account key
    Then Alice sees the keys that Alice has published
    And Alice sees the device of Alice as not verified

  @MAN-010 @must
  Scenario: A new account key signs the list of revocations anew
    Given Alice logs in on "phone"
    And Alice on "phone" has published a manifest
    And Alice lists Alice on "phone" as revoked
    When Alice publishes the next account key without her list of revocations
    Then the request is refused with ECCP_KEY_CONTINUITY
    And Alice sees the keys that Alice has published
    When Alice publishes the next account key
    Then it succeeds
    And Alice sees the keys that Alice has published

  @MAN-001 @must
  Scenario: A request is taken whole or not at all
    When Alice publishes the next account key with a cross-signature of Alice by a stranger
    Then the request is refused with ECCP_BAD_SIGNATURE
    And Alice sees the keys that Alice has published
