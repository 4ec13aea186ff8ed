@since-0.1 @cap-e2ee
Feature: Revocation
  A list that the account key has signed says which devices nobody may trust any more. It only grows, and what it names is cut off at once.

  Background:
    Given Alice has an account
    And Alice has an account key
    And Alice logs in on "phone"
    And Alice logs in on "tablet"
    And Alice, Alice on "phone" and Alice on "tablet" have published a manifest

  @MAN-024 @MAN-026 @must
  Scenario: A device on the list loses its tokens and its manifest, and a sync of it that waits
    Given Alice on "phone" has synced
    And Alice on "phone" waits in a sync for up to 20000 ms
    When Alice lists Alice on "phone" as revoked
    Then it succeeds
    And Alice on "phone"'s waiting sync is refused with ECCP_UNKNOWN_TOKEN within 2000 ms
    And Alice on "phone" is no longer logged in
    And Alice on "tablet" is still logged in
    And the devices of Alice are, oldest first:
      | Alice             |
      | Alice on "tablet" |
    And Alice sees the keys that Alice has published

  @MAN-024 @must
  Scenario: A key on the list cuts off the device that has it, whatever id stands beside it
    When Alice lists the key of Alice on "phone" as revoked, under another device id
    Then it succeeds
    And Alice on "phone" is no longer logged in
    And Alice sees the keys that Alice has published

  @MAN-026 @DEV-006 @must
  Scenario: A device that is removed without a list loses its manifest, too
    When Alice revokes the device of Alice on "phone"
    Then it succeeds
    And Alice sees 2 manifests of Alice

  @MAN-025 @must
  Scenario: A key that is revoked does not come back on another device
    Given Alice lists Alice on "phone" as revoked
    And Alice logs in on "new phone"
    When Alice on "new phone" publishes a manifest with the key of Alice on "phone"
    Then the request is refused with ECCP_KEY_REVOKED
    And Alice sees the keys that Alice has published

  @MAN-002 @MAN-021 @MAN-022 @MAN-023 @ERR-016 @must
  Scenario Outline: A list with <fault> is not taken
    Given Alice lists Alice on "phone" as revoked
    When Alice publishes a list of revocations with "<fault>"
    Then the request is refused with <code>
    And Alice sees the keys that Alice has published
    And Alice on "tablet" is still logged in

    Examples:
      | fault                            | code                |
      | another user                     | ECCP_BAD_PARAM      |
      | the signature of a stranger      | ECCP_BAD_SIGNATURE  |
      | the signature of the device      | ECCP_BAD_SIGNATURE  |
      | the same version                 | ECCP_KEY_ROLLBACK   |
      | a revocation that is taken back  | ECCP_KEY_CONTINUITY |
      | a device that stands twice       | ECCP_BAD_PARAM      |

  @MAN-022 @must
  Scenario: A list does not go back to an earlier version
    Given Alice lists Alice on "phone" as revoked
    And Alice lists Alice on "tablet" as revoked
    When Alice publishes a list of revocations with "a version below"
    Then the request is refused with ECCP_KEY_ROLLBACK
    And Alice sees the keys that Alice has published

  @MAN-021 @must
  Scenario: Who has no account key has no list either
    Given Erin has an account
    When Erin publishes a list of revocations with "the signature of a stranger"
    Then the request is refused with ECCP_BAD_SIGNATURE

  @MAN-031 @MAN-035 @fresh-accounts @must
  Scenario: Of an account that is deactivated nobody sees keys
    Given Bob has an account
    And Alice has a public room
    And Bob is a member of the room
    And Bob has synced
    When Alice calls deactivateAccount with the body:
      """
      { "password": "{{Alice.password}}" }
      """
    Then it succeeds
    And Bob sees no keys of Alice
    And Bob's sync names Alice under "left"
