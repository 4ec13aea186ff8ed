@since-0.1
Feature: Direct rooms
  A conversation of two is a private room that both own alike, and there is one of it.

  @ROOM-010 @fresh-accounts @must
  Scenario: A direct room is private, says that it is direct, and has invited the other
    When Alice creates a room:
      """
      { "direct": true, "invite": ["{{Bob}}"] }
      """
    Then the answer has status 201
    And Alice sees that "visibility" of the room is "private"
    And the state "eccp.room.create" of the room contains, as Alice sees it:
      """
      { "direct": true }
      """
    And Alice's membership in the room is "join", as Alice sees it
    And Bob's membership in the room is "invite", as Alice sees it
    And Bob's sync lists the room under "invited"

  @ROOM-010 @must
  Scenario: A room that was not asked to be direct is not
    Given Alice has a room:
      """
      { "invite": ["{{Bob}}"] }
      """
    When Alice reads the state "eccp.room.create" of the room
    Then the answer has no "content.direct"

  @ROOM-011 @must
  Scenario Outline: A direct room is private and has one other user
    Given Alice and Bob have synced
    When Alice calls createRoom with the body:
      """
      { "direct": true, <rest> }
      """
    Then the request is refused with ECCP_BAD_PARAM
    And nothing is new to Alice's sync
    And nothing is new to Bob's sync

    Examples:
      | rest                                                   |
      | "invite": ["{{Bob}}"], "visibility": "public"           |
      | "invite": ["{{Bob}}"], "visibility": "invite_only"      |
      | "invite": ["{{Bob}}", "{{Carol}}"]                      |
      | "invite": []                                            |
      | "topic": "nobody is invited"                            |
      | "invite": ["{{Alice}}"]                                 |
      | "invite": ["{{Alice}}", "{{Bob}}"]                      |

  @ROOM-008 @ROOM-012 @must
  Scenario: The power levels of a direct room name the two, and say nothing else
    When Alice creates a room:
      """
      { "direct": true, "invite": ["{{Bob}}"] }
      """
    Then the state "eccp.room.power_levels" of the room is exactly, as Alice sees it:
      """
      { "users": { "{{Alice}}": 100, "{{Bob}}": 100 } }
      """

  @ROOM-012 @must
  Scenario: Both own a direct room
    Given Alice has a room:
      """
      { "direct": true, "invite": ["{{Bob}}"] }
      """
    When Bob joins the room
    Then Alice's power in the room is 100, as Alice sees it
    And Bob's power in the room is 100, as Alice sees it
    And Bob's power in the room is 100, as Bob sees it

  @ROOM-013 @fresh-accounts @must
  Scenario: The direct room of two is found again while the other one is invited
    Given Alice has a room:
      """
      { "direct": true, "invite": ["{{Bob}}"] }
      """
    And Alice has noted the end of the log of the room
    When Alice creates a room "again":
      """
      { "direct": true, "invite": ["{{Bob}}"], "name": "Another" }
      """
    Then the answer has status 200
    And the answer's "room_id" is "{{room}}"
    And the log of the room has grown by 0 entries since, as Alice reads it

  @ROOM-013 @must
  Scenario: The direct room of two is found again once both are joined
    Given Alice has a room:
      """
      { "direct": true, "invite": ["{{Bob}}"] }
      """
    And Bob joins the room
    And Alice has noted the end of the log of the room
    When Alice creates a room "again":
      """
      { "direct": true, "invite": ["{{Bob}}"] }
      """
    Then the answer has status 200
    And the answer's "room_id" is "{{room}}"
    And the log of the room has grown by 0 entries since, as Alice reads it

  @ROOM-013 @must
  Scenario: The direct room of two is found by the other one, once joined
    Given Alice has a room:
      """
      { "direct": true, "invite": ["{{Bob}}"] }
      """
    And Bob joins the room
    When Bob creates a room "again":
      """
      { "direct": true, "invite": ["{{Alice}}"] }
      """
    Then the answer has status 200
    And the answer's "room_id" is "{{room}}"

  @ROOM-013 @fresh-accounts @must
  Scenario Outline: A direct room that one of the two is not in any more is not used again
    Given Alice has a room "old":
      """
      { "direct": true, "invite": ["{{Bob}}"] }
      """
    And Bob joins the room "old"
    And <who> leaves the room "old"
    When Alice creates a room:
      """
      { "direct": true, "invite": ["{{Bob}}"] }
      """
    Then the answer has status 201
    And Bob's sync lists the room under "invited"

    Examples:
      | who   |
      | Alice |
      | Bob   |

  @ROOM-013 @fresh-accounts @must
  Scenario: Neither a room that is not direct nor the direct room with somebody else is taken for it
    Given Alice has a room "plain":
      """
      { "invite": ["{{Bob}}"] }
      """
    And Bob joins the room "plain"
    And Alice has a room "other":
      """
      { "direct": true, "invite": ["{{Carol}}"] }
      """
    When Alice creates a room:
      """
      { "direct": true, "invite": ["{{Bob}}"] }
      """
    Then the answer has status 201
    And Bob's sync lists the room under "invited"

  @ROOM-013 @fresh-accounts @must
  Scenario: Asked for several times at once, there is one direct room
    When Alice opens a direct room with Bob 4 times at once
    Then all of them answer with the same room, which one of them made

  @ROOM-013 @fresh-accounts @must
  Scenario: The direct room of two others is not found by a third who is in it
    Given Alice has a room "theirs":
      """
      { "direct": true, "invite": ["{{Bob}}"] }
      """
    And Bob joins the room "theirs"
    And Alice invites Carol to the room "theirs"
    And Carol joins the room "theirs"
    When Carol creates a room:
      """
      { "direct": true, "invite": ["{{Bob}}"] }
      """
    Then the answer has status 201
    And Bob's sync lists the room under "invited"
