@since-0.1 @cap-admin @cap-federation @alone
Feature: A node changes its keys
  An operator gives the node a new key: because it is time to, or because the old one is in other hands. Rooms learn of it by what
  stands in their logs, and what was signed before stays good.

  @KEY-057 @KEY-050 @AUD-007 @must
  Scenario: A new key beside the old one
    When the operator rotates the keys of the node
    Then the node publishes one document more, with the version and the key of the answer
    And none of the keys before that it listed is revoked
    And the record "keys.rotated" is there, by the operator, about the new key
    And the next request to the peer is signed with the key of the answer

  @KEY-051 @should
  Scenario: The old key goes on being listed
    When the operator rotates the keys of the node
    Then the keys that it listed before are listed still, as far as there is room for 16

  @KEY-057 @KEY-053 @KEY-054 @must
  Scenario: What was signed with the old key stays good
    Given Alice has a public room
    And Pat is a member of the room
    And Alice sends "before" to the room
    When the operator rotates the keys of the node
    And Alice sends "after" to the room
    Then "after" reaches the peer
    And Alice's join was repeated with 1 key document before "after" in the room
    And "after" and its entry are signed with the new key in the room, as Alice sees it
    And Alice can verify the whole log of the room
    When Pat's node submits the message "an answer" to the room
    Then the event is sequenced
    And Alice can verify the whole log of the room

  @KEY-053 @KEY-054 @must
  Scenario: So it is in a room that another node hosts
    Given Pat's node hosts a public room
    And Alice is a member of the room
    And Alice sends "before" to the room
    When the operator rotates the keys of the node
    And Alice sends "after" to the room
    Then "after" is in the room of the peer
    And Alice's node holds the same log of the room as the peer
    And the whole log of the room holds, as the peer has it

  @KEY-058 @KEY-057 @KEY-052 @KEY-053 @must
  Scenario: Every key before is revoked
    Given Alice has a public room
    And Pat is a member of the room
    And Alice sends "before" to the room
    When the operator rotates and revokes the keys of the node
    Then the node publishes one document more, with the version and the key of the answer
    And every key before is revoked, and none of them listed
    And the next request to the peer is signed with the key of the answer
    When Alice sends "after" to the room
    Then "after" and its entry are signed with the new key in the room, as Alice sees it
    And Alice can verify the whole log of the room
    And "after" reaches the peer
    And the audit log is whole: its numbers, hashes and signatures hold

  @KEY-055 @should
  Scenario: A room is told of a revocation at once
    Given Alice has a public room
    And Pat is a member of the room
    When the operator rotates and revokes the keys of the node
    Then the peer is told of the new key in the room
    And Alice can verify the whole log of the room

  @KEY-059 @KEY-053 @RULE-055 @must
  Scenario: A host that everybody of its own has left goes on under its new key
    Given Alice has a public room
    And Pat is a member of the room
    And Alice has left the room
    When the operator rotates and revokes the keys of the node
    And Pat's node submits the message "still here" to the room
    Then the event is sequenced
    And the room has the new key, brought by a leave of Alice, as the peer sees it
    And the whole log of the room holds, as the peer has it
