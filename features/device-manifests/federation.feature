@since-0.1 @cap-e2ee @cap-federation
Feature: Keys of devices across nodes
  A node asks the users' own nodes, believes only what is rightly signed, and hears when something changes.

  Background:
    Given Alice has a public room
    And Pat is a member of the room

  @MAN-040 @MAN-041 @must
  Scenario: Another node gets the keys of those who share a room with its users
    Given Bob has an account
    And Alice and Bob have an account key
    And Alice and Bob have published a manifest
    When Pat's node asks for the keys of Alice, Bob and Pat
    Then Pat's node has got the keys that Alice has published, and nobody else's

  @MAN-041 @must
  Scenario: A node without a user in any room gets nothing
    Given Alice has published a manifest
    When Ruth's node asks for the keys of Alice
    Then the answer's "users" is {}
    And the peer "two" is not told of Alice's keys

  @MAN-041 @must
  Scenario: Nor does a node get keys of those who have left, or once its own users have
    Given Alice and Bob have published a manifest
    And Bob has left the room
    When Pat's node asks for the keys of Bob
    Then the answer's "users" is {}
    Given Pat leaves the room of the node under test
    When Pat's node asks for the keys of Alice
    Then the answer's "users" is {}

  @MAN-042 @MAN-050 @must
  Scenario: Nodes of those who share a room are told of each change, once
    Given Alice has published a manifest
    Then the peer is told that Alice's keys have changed
    When Alice publishes a manifest
    Then the peer is told 2 times that Alice's keys have changed, each time in another item

  @MAN-050 @must
  Scenario: A node that does not know of such changes is not told again
    Given the peer knows no sections for devices
    And Alice has published a manifest
    And the peer is told 1 times that Alice's keys have changed, each time in another item
    When Alice publishes a manifest
    Then the peer is told 2 times that Alice's keys have changed, each time in another item

  @MAN-030 @MAN-046 @must
  Scenario: Users see what the other node says
    Given Pat has keys
    Then Alice sees the keys that Pat's node serves
    And Alice sees the keys that Pat's node serves

  @MAN-045 @MAN-034 @must
  Scenario: A change elsewhere is news, and the new keys are seen
    Given Pat has keys
    And Bob has an account
    And Alice sees the keys that Pat's node serves
    And Alice and Bob have synced
    And Alice waits in a sync for up to 20000 ms
    When Pat's keys change
    And Pat's node tells that Pat's keys have changed
    Then the item of "device_changes" is applied
    And Alice's waiting sync answers within 2000 ms
    And Alice's sync names Pat under "changed"
    And Bob's sync does not name Pat under "changed"
    And Alice sees the keys that Pat's node serves

  @MAN-043 @must
  Scenario: Telling again changes nothing
    Given Pat has keys
    And Alice sees the keys that Pat's node serves
    And Pat's keys change
    When Pat's node tells 3 times that Pat's keys have changed, with the same id
    Then the item of "device_changes" is applied
    Given Alice has synced
    When Pat's node tells that Pat's keys have changed
    Then the item of "device_changes" is applied
    And Alice's sync does not name Pat under "changed"

  @MAN-046 @must
  Scenario: Who was away is asked for anew
    Given Pat has keys
    And Alice sees the keys that Pat's node serves
    And Pat leaves the room of the node under test
    And Pat's keys change
    And Pat is a member of the room
    Then Alice sees the keys that Pat's node serves

  @MAN-047 @must
  Scenario: A node that cannot be asked is named
    Given Pat has keys
    And the peer cuts off questions about keys
    Then Alice gets no keys of Pat, and the peer among the failures
    Given the peer answers questions about keys again
    Then Alice sees the keys that Pat's node serves

  @MAN-017 @MAN-048 @MAN-049 @must
  Scenario Outline: <fault> is not believed
    Given Pat has keys
    And Alice sees the keys that Pat's node serves
    When Pat's node shows "<fault>", and tells that Pat's keys have changed
    Then Alice gets no keys of Pat, and the peer among the failures
    When Pat's keys are right again, and Pat's node tells so
    Then Alice sees the keys that Pat's node serves

    Examples:
      | fault                                      |
      | a manifest that another device signed      |
      | a manifest with an X25519 key of all zeros |
      | a cross-signature by a stranger            |
      | another user's manifest                    |
      | a device that its own list revokes         |
      | a list that a stranger signed              |
      | a list of a lower version                  |
      | no list any more                           |
      | an account key of a lower version          |
      | an account key without its signature       |
      | nothing that has the form                  |

  @MAN-044 @must
  Scenario: A node speaks for its own users only
    Given Alice has synced
    When Pat's node tells in its own name that Alice's keys have changed
    Then the item of "device_changes" is refused with ECCP_SENDER_MISMATCH
    And Alice's sync does not name Alice under "changed"
    And nothing came of it

  @MAN-043 @must
  Scenario: Items for devices have results like others
    When the peer sends the transaction:
      """
      { "device_changes": [{ "id": "a" }, { "id": "b", "x": 1 }], "to_device": [{ "id": "c" }] }
      """
    Then the answer's "device_changes.0.errcode" is "ECCP_BAD_EVENT"
    And the answer's "device_changes.0.id" is "a"
    And the answer's "device_changes.1.id" is "b"
    And the answer's "to_device.0.errcode" is "ECCP_BAD_EVENT"
    And the answer's "to_device.0.id" is "c"
    And the answer has no "to_device.0.status"
    When the peer sends an empty transaction
    Then the answer's "device_changes" is []
    And the answer's "to_device" is []

  @MAN-043 @must
  Scenario: Items for devices count with the others
    When Pat's node sends a transaction with 20 changes of keys, 20 messages and 11 entries
    Then the request is refused with ECCP_TOO_LARGE
