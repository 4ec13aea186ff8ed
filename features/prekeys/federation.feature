@since-0.1 @cap-e2ee @cap-federation
Feature: Prekeys across nodes
  Whoever shares a room with somebody of another node gets prekeys through both nodes, each one-time prekey once.

  Background:
    Given Alice has a public room
    And Pat is a member of the room

  @PRE-030 @PRE-023 @must
  Scenario: Other nodes and own users draw from one pool
    Given Alice can be written to
    And Alice has left 20 one-time prekeys
    And Alice has left a fallback prekey
    When Pat's node claims a prekey of Alice 30 times at once
    And Alice claims a prekey of Alice 20 times at once
    Then these claims gave 20 different one-time prekeys of Alice and 30 times the fallback prekey
    And Alice's sync tells of 0 one-time prekeys and no fallback

  @PRE-031 @must
  Scenario: Whoever shares no room with a node's users is left out
    Given Bob can be written to
    And Bob has left 1 one-time prekey
    When Pat's node claims a prekey of Bob
    Then the answer's "devices" is {}
    And Bob's sync tells of 1 one-time prekey and no fallback

  @PRE-032 @must
  Scenario: Users get what the other node gives
    Given Pat has keys
    And Pat's node gives out prekeys of Pat
    When Alice claims a prekey of Pat's device
    Then Alice got what Pat's node gave
    And the answer's "failures" is {}

  @PRE-003 @PRE-033 @must
  Scenario Outline: <fault> is left out
    Given Pat has keys
    And Pat's node gives out prekeys of Pat with "<fault>"
    When Alice claims a prekey of Pat's device
    Then Alice got nothing of Pat's device

    Examples:
      | fault                                        |
      | a prekey that another device signed          |
      | a signed prekey that another device signed   |
      | a manifest that another device signed        |
      | a one-time prekey in place of the signed one |
      | a signed prekey of all zeros                 |
      | a one-time prekey of order 8                 |
      | a manifest with an X25519 key of all zeros   |

  @PRE-034 @must
  Scenario: A node that cannot be asked is named
    Given Pat has keys
    And the peer cuts off questions about keys
    When Alice claims a prekey of Pat's device
    Then Alice got nothing of Pat's device
    And the peer is among the failures

  @PRE-022 @must
  Scenario: Nobody claims prekeys of users of another node with whom one shares no room
    Given Bob has an account
    And Pat has keys
    And Pat's node gives out prekeys of Pat
    When Bob claims a prekey of Pat's device
    Then the answer's "devices" is {}
    And the answer's "failures" is {}
