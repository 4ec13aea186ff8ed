@since-0.1 @cap-e2ee
Feature: A conversation goes on when keys are refused
  Keys that a node may not take change nothing: what was published stays, and no one-time prekey is gone.

  Background:
    Given Alice has an encrypted private room
    And Bob and Carol are members of the room
    And Alice, Alice on "laptop", Alice on "tablet", Bob and Carol have encrypting clients
    And Alice disowns Alice on "laptop"
    And Alice disowns Alice on "tablet"

  @MAN-005 @MAN-013 @MAN-015 @MAN-017 @MAN-018 @MAN-022 @MAN-023 @PRE-002 @PRE-003 @PRE-004 @PRE-007 @PRE-009 @PRE-010 @must
  Scenario Outline: Alice <act>: "<fault>"
    When Bob tells the room "before it"
    Then Alice reads "before it"
    And the node has 9 one-time prekeys of Alice left
    When Alice <act> "<fault>"
    Then the request is refused with <code>
    And Bob sees the keys that Alice has published
    And the node has 9 one-time prekeys of Alice left
    When Carol tells the room "after it"
    Then Alice and Bob read "after it"
    And the node has 8 one-time prekeys of Alice left
    And Carol reads "before it"
    And everything came as it was sent
    And every session began with a one-time prekey that no other had

    Examples:
      | act                                   | fault                                  | code                |
      | publishes a manifest with             | the signature of another device        | ECCP_BAD_SIGNATURE  |
      | publishes a manifest with             | an earlier time than before            | ECCP_KEY_ROLLBACK   |
      | publishes a manifest with             | an X25519 key of 0                     | ECCP_BAD_KEY        |
      | publishes a manifest with             | an X25519 key of order 8               | ECCP_BAD_KEY        |
      | publishes a manifest with             | a cross-signature by a stranger        | ECCP_BAD_SIGNATURE  |
      | publishes a list of revocations with  | a version below                        | ECCP_KEY_ROLLBACK   |
      | publishes a list of revocations with  | a revocation that is taken back        | ECCP_KEY_CONTINUITY |
      | publishes an account key with         | the hash of no key before it           | ECCP_KEY_CONTINUITY |
      | leaves prekeys with                   | a bad signature beside good ones       | ECCP_BAD_SIGNATURE  |
      | leaves prekeys with                   | a bad signature on the signed prekey   | ECCP_BAD_SIGNATURE  |
      | leaves prekeys with                   | a signed prekey of an earlier time     | ECCP_KEY_ROLLBACK   |
      | leaves prekeys with                   | an id that another prekey had          | ECCP_STATE_CONFLICT |
      | leaves prekeys with                   | a key of 0                             | ECCP_BAD_KEY        |
