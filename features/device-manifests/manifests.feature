@since-0.1 @cap-e2ee
Feature: Device manifests
  A device says by which keys it is known, and signs that itself. A node takes what is rightly signed, and hands on exactly that.

  Background:
    Given Alice and Bob have accounts
    And Alice has published a manifest

  @CONF-010 @must
  Scenario: A node that declares end-to-end encryption names the class
    When a stranger calls getVersions
    Then the answer's "classes" names "e2ee"

  @MAN-030 @MAN-032 @must
  Scenario: What was published is what is seen
    Given Alice has an account key
    And Alice logs in on "phone"
    And Alice on "phone" has published a manifest
    And Alice has a public room
    And Bob is a member of the room
    When Alice vouches for Alice on "phone"
    Then it succeeds
    And Alice sees the keys that Alice has published
    And Bob sees the keys that Alice has published

  @MAN-002 @MAN-003 @MAN-012 @MAN-013 @MAN-014 @MAN-015 @MAN-017 @MAN-018 @ERR-016 @must
  Scenario Outline: A manifest with <fault> is not taken
    Given Alice has an account key
    When Alice publishes a manifest with "<fault>"
    Then the request is refused with <code>
    And Alice sees the keys that Alice has published

    Examples:
      | fault                                          | code                |
      | another user                                   | ECCP_BAD_PARAM      |
      | another device                                 | ECCP_BAD_PARAM      |
      | a member that nobody knows                     | ECCP_BAD_PARAM      |
      | no algorithms                                  | ECCP_BAD_PARAM      |
      | a second version of the form                   | ECCP_BAD_PARAM      |
      | the signature of another device                | ECCP_BAD_SIGNATURE  |
      | a signature over something else                | ECCP_BAD_SIGNATURE  |
      | a signature of another domain                  | ECCP_BAD_SIGNATURE  |
      | a signature whose S is not below L             | ECCP_BAD_SIGNATURE  |
      | a signature that holds only with the cofactor  | ECCP_BAD_SIGNATURE  |
      | a signature whose R is the neutral element     | ECCP_BAD_SIGNATURE  |
      | an Ed25519 key of small order                  | ECCP_BAD_KEY        |
      | an Ed25519 key that is the neutral element     | ECCP_BAD_KEY        |
      | an Ed25519 key with a part of small order      | ECCP_BAD_KEY        |
      | an Ed25519 key whose y is not below 2^255 − 19 | ECCP_BAD_KEY        |
      | an Ed25519 key with a sign bit where x is 0    | ECCP_BAD_KEY        |
      | an Ed25519 key that is no point                | ECCP_BAD_KEY        |
      | an X25519 key of 0                             | ECCP_BAD_KEY        |
      | an X25519 key of 1                             | ECCP_BAD_KEY        |
      | an X25519 key of order 8                       | ECCP_BAD_KEY        |
      | an X25519 key of order 8, the other one        | ECCP_BAD_KEY        |
      | an X25519 key of p − 1                         | ECCP_BAD_KEY        |
      | an X25519 key of p                             | ECCP_BAD_KEY        |
      | an X25519 key of p + 9                         | ECCP_BAD_KEY        |
      | an X25519 key with its highest bit set         | ECCP_BAD_KEY        |
      | another Ed25519 key than before                | ECCP_KEY_CONTINUITY |
      | an earlier time than before                    | ECCP_KEY_ROLLBACK   |
      | other algorithms at the same time              | ECCP_KEY_ROLLBACK   |
      | a cross-signature by a stranger                | ECCP_BAD_SIGNATURE  |
      | a cross-signature by the device itself         | ECCP_BAD_SIGNATURE  |
      | the cross-signature of the manifest before     | ECCP_BAD_SIGNATURE  |

  @MAN-018 @must
  Scenario: Nobody can vouch without an account key
    When Alice publishes a manifest with "a cross-signature by a stranger"
    And Alice vouches for Alice with the key of a stranger
    Then every request is refused with ECCP_BAD_SIGNATURE
    And Alice sees the keys that Alice has published

  @MAN-015 @MAN-033 @must
  Scenario: A later manifest takes the place of the one before
    Given Alice has noted the stream of Alice's keys
    When Alice publishes a manifest
    Then it succeeds
    And Alice sees the keys that Alice has published
    And the stream of Alice's keys has grown, as Alice sees it

  @MAN-016 @must
  Scenario: The same once more changes nothing
    Given Alice has an account key
    And Alice lists a device as revoked that nobody has
    And Alice has noted the stream of Alice's keys
    When Alice publishes the same manifest again
    And Alice publishes the same account key and list again
    Then it succeeds
    And Alice sees the keys that Alice has published
    And the stream of Alice's keys is the same, as Alice sees it

  @MAN-020 @MAN-018 @must
  Scenario: A device is verified from when the account vouches for it
    Given Alice has an account key
    And Alice logs in on "phone"
    And Alice on "phone" has published a manifest
    When Alice vouches for Alice on "phone"
    Then Alice sees the device of Alice on "phone" as verified
    And Alice on "phone" sees the device of Alice as not verified
    When Alice on "phone" publishes a manifest
    Then Alice sees the device of Alice on "phone" as not verified
    When Alice on "phone" publishes a manifest that her account vouches for
    Then Alice sees the device of Alice on "phone" as verified
    And Alice sees the keys that Alice has published

  @MAN-019 @must
  Scenario: Nobody can vouch for a device without a manifest
    Given Alice has an account key
    And Alice logs in on "phone"
    When Alice vouches for Alice on "phone"
    And Alice vouches for the device "NOSUCHDEVICE"
    Then every request is refused with ECCP_NOT_FOUND
    And Alice sees the device of Alice on "phone" as not verified
