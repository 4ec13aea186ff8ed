@since-0.1 @cap-e2ee
Feature: Claiming prekeys
  Whoever begins a conversation gets fresh keys of the other device. A one-time prekey goes to one person only, ever.

  Background:
    Given Alice has a public room
    And Bob is a member of the room
    And Alice can be written to

  @PRE-020 @PRE-021 @must
  Scenario: One-time prekeys first, then the fallback, and without one none
    Given Alice has left 1 one-time prekey
    When Bob claims a prekey of Alice
    Then Bob got what Alice published, and a one-time prekey
    When Bob claims a prekey of Alice
    Then Bob got what Alice published, and no prekey
    Given Alice has left a fallback prekey
    When Bob claims a prekey of Alice
    And Bob claims a prekey of Alice
    Then Bob got what Alice published, and the fallback prekey
    And Alice's sync tells of 0 one-time prekeys and no fallback

  @PRE-023 @PRE-021 @must
  Scenario: 50 claims of 20 one-time prekeys at once give 20 different ones, and the fallback 30 times
    Given Alice has left 20 one-time prekeys
    And Alice has left a fallback prekey
    When Bob claims a prekey of Alice 50 times at once
    Then these claims gave 20 different one-time prekeys of Alice and 30 times the fallback prekey
    And Alice's sync tells of 0 one-time prekeys and no fallback

  @PRE-025 @should
  Scenario: First come, first out
    Given Alice has left 3 one-time prekeys
    When Bob claims a prekey of Alice
    And Bob claims a prekey of Alice
    And Bob claims a prekey of Alice
    Then these claims gave the one-time prekeys of Alice in the order in which she left them

  @PRE-022 @fresh-accounts @must
  Scenario: Strangers get nothing, and take nothing
    Given Carol has an account
    And Alice has left 1 one-time prekey
    When Carol claims a prekey of Alice
    Then the answer's "devices" is {}
    When Carol calls claimKeys with the body:
      """
      { "devices": { "@nobody.{{unique}}:{{node}}": ["NOSUCHDEVICE"] } }
      """
    Then the answer's "devices" is {}
    And both answers are the same, byte for byte
    And Alice's sync tells of 1 one-time prekey and no fallback

  @PRE-022 @PRE-020 @must
  Scenario: A device without a signed prekey, or that does not exist, is left out
    Given Alice logs in on "phone"
    And Alice on "phone" has published a manifest
    When Bob claims a prekey of Alice on "phone"
    Then nobody got anything of Alice
    When Bob calls claimKeys with the body:
      """
      { "devices": { "{{Alice}}": ["NOSUCHDEVICE", "{{Alice.device}}"] } }
      """
    Then Bob got what Alice published, and no prekey

  @PRE-026 @must
  Scenario: A device hears of it when its prekeys are taken
    Given Alice has left 2 one-time prekeys
    And Alice has synced
    And Alice waits in a sync for up to 20000 ms
    When Bob claims a prekey of Alice
    Then Alice's waiting sync answers within 2000 ms
    And Alice's sync tells of 1 one-time prekey and no fallback

  @MAN-026 @must
  Scenario: Of a device that was removed nobody gets anything
    Given Alice logs in on "phone"
    And Alice on "phone" can be written to
    And Alice on "phone" has left 2 one-time prekeys
    And Alice has an account key
    When Alice lists Alice on "phone" as revoked
    And Bob claims a prekey of Alice on "phone"
    Then nobody got anything of Alice
