@since-0.1 @needs-kill @alone
Feature: What a room holds after a crash
  Whoever was told that a message stands in the room may rely on it, whatever happens to the node in the next moment.

  @ROOM-070 @SYNC-007 @must
  Scenario: What was answered outlasts a crash, and so does the place of a sync
    Given Alice has a private room
    And Bob and Carol are members of the room
    And Bob has synced
    And Alice sends "before" to the room
    When Alice, Bob and Carol send messages to the room until the node is killed, and it is started again
    Then every message that was answered stands in the room once, in its place, as Alice sees it
    And Alice can verify the whole log of the room
    When Bob syncs
    Then Bob's syncs have shown every readable event of the room once, those left out found by going back
    When Alice sends "after" to the room
    Then Bob's sync shows "after" in the room
    And Alice can verify the whole log of the room
