@since-0.1 @cap-e2ee
Feature: Leaving prekeys
  A device leaves keys with its node, so that others can write to it while it is away.

  Background:
    Given Alice can be written to
    And Alice has left 2 one-time prekeys
    And Alice has left a fallback prekey

  @PRE-006 @PRE-010 @must
  Scenario: The answer says what the node has
    When Alice leaves 3 one-time prekeys
    Then the answer's "prekeys" is { "one_time": 5, "fallback": true }
    And Alice's sync tells of 5 one-time prekeys and a fallback

  @PRE-010 @must
  Scenario: What was handed out is not among them, the fallback prekey neither
    When Alice claims a prekey of Alice
    Then Alice's sync tells of 1 one-time prekeys and a fallback
    When Alice claims a prekey of Alice
    Then Alice's sync tells of 0 one-time prekeys and a fallback
    When Alice claims a prekey of Alice
    Then Alice's sync tells of 0 one-time prekeys and no fallback

  @PRE-010 @must
  Scenario: A device is told of its own prekeys
    Given Alice logs in on "phone"
    Then Alice on "phone"'s sync tells of 0 one-time prekeys and no fallback
    And Alice's sync tells of 2 one-time prekeys and a fallback

  @PRE-001 @PRE-002 @PRE-003 @PRE-004 @PRE-007 @PRE-009 @ERR-016 @must
  Scenario Outline: Prekeys with <fault> are not taken
    When Alice leaves prekeys with "<fault>"
    Then the request is refused with <code>
    And Alice's sync tells of 2 one-time prekeys and a fallback
    When Alice claims a prekey of Alice
    Then Alice got what Alice published, and a one-time prekey

    Examples:
      | fault                                  | code                |
      | another user                           | ECCP_BAD_PARAM      |
      | another device                         | ECCP_BAD_PARAM      |
      | another kind than its place            | ECCP_BAD_PARAM      |
      | a member that nobody knows             | ECCP_BAD_PARAM      |
      | an id with a space                     | ECCP_BAD_PARAM      |
      | the signature of another device        | ECCP_BAD_SIGNATURE  |
      | a bad signature beside good ones       | ECCP_BAD_SIGNATURE  |
      | a bad signature on the signed prekey   | ECCP_BAD_SIGNATURE  |
      | a bad signature on the fallback prekey | ECCP_BAD_SIGNATURE  |
      | a signed prekey of an earlier time     | ECCP_KEY_ROLLBACK   |
      | a fallback prekey of the same time     | ECCP_KEY_ROLLBACK   |
      | an id that another prekey had          | ECCP_STATE_CONFLICT |
      | a key of 0                             | ECCP_BAD_KEY        |
      | a signed prekey with a key of 0        | ECCP_BAD_KEY        |
      | a fallback prekey with a key of 0      | ECCP_BAD_KEY        |
      | a key of order 8                       | ECCP_BAD_KEY        |
      | a key of p                             | ECCP_BAD_KEY        |
      | a key with its highest bit set         | ECCP_BAD_KEY        |

  @PRE-002 @must
  Scenario: A device without a manifest leaves no prekeys
    Given Alice logs in on "phone"
    When Alice on "phone" leaves a one-time prekey without having a manifest
    Then the request is refused with ECCP_BAD_SIGNATURE

  @PRE-005 @PRE-006 @must
  Scenario: The pool holds 500 and no more
    When Alice leaves 498 one-time prekeys
    Then the answer's "prekeys.one_time" is 500
    When Alice leaves 1 one-time prekey
    Then the request is refused with ECCP_TOO_LARGE
    And Alice's sync tells of 500 one-time prekeys and a fallback
    When Alice claims a prekey of Alice
    And Alice leaves 1 one-time prekey
    Then the answer's "prekeys.one_time" is 500

  @PRE-008 @must
  Scenario: The same prekeys once more change nothing, and none that was handed out comes back
    When Alice claims a prekey of Alice
    And Alice leaves the same prekeys again
    Then the answer's "prekeys" is { "one_time": 1, "fallback": true }

  @PRE-009 @PRE-021 @must
  Scenario: Signed and fallback prekeys are replaced by later ones
    When Alice leaves a new signed prekey
    And Alice leaves a new fallback prekey
    And Alice claims a prekey of Alice
    Then Alice got what Alice published, and a one-time prekey
    When Alice claims a prekey of Alice
    And Alice claims a prekey of Alice
    Then Alice got what Alice published, and the fallback prekey
