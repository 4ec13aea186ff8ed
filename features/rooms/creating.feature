@since-0.1
Feature: Making a room
  Who makes a room says what kind of room it is, and is joined to it and in charge of it from the first moment.

  @ROOM-001 @must
  Scenario Outline: A room is as it was asked for
    When Alice creates a room:
      """
      { "name": "Engine room", "topic": "Pumps", "visibility": "<visibility>", "joinRule": "<join rule>", "historyVisibility": "<history>" }
      """
    Then the answer has status 201
    And Alice's membership in the room is "join", as Alice sees it
    And Alice sees that "room_id" of the room is "{{room}}"
    And Alice sees that "name" of the room is "Engine room"
    And Alice sees that "topic" of the room is "Pumps"
    And Alice sees that "visibility" of the room is "<visibility>"
    And Alice sees that "join_rule" of the room is "<join rule>"
    And Alice sees that "history_visibility" of the room is "<history>"
    And the state "eccp.room.name" of the room contains, as Alice sees it:
      """
      { "name": "Engine room" }
      """
    And the state "eccp.room.topic" of the room contains, as Alice sees it:
      """
      { "topic": "Pumps" }
      """
    And the state "eccp.room.visibility" of the room contains, as Alice sees it:
      """
      { "visibility": "<visibility>" }
      """
    And the state "eccp.room.history_visibility" of the room contains, as Alice sees it:
      """
      { "history_visibility": "<history>" }
      """

    Examples:
      | visibility  | join rule | history |
      | public      | open      | shared  |
      | private     | invite    | invited |
      | invite_only | knock     | joined  |

  @ROOM-001 @must
  Scenario: Each creation makes a room of its own
    When Alice creates a private room
    And Alice creates a private room "other"
    Then both answers have different "room_id"

  @ROOM-002 @must
  Scenario: A room is private unless the request says otherwise, and its history for those who are joined
    When Alice creates a room:
      """
      {}
      """
    Then Alice sees that "visibility" of the room is "private"
    And Alice sees that "join_rule" of the room is "invite"
    And Alice sees that "history_visibility" of the room is "joined"
    And the room has no state "eccp.room.name", as Alice sees it
    And the room has no state "eccp.room.topic", as Alice sees it

  @ROOM-002 @must
  Scenario: The join rule alone does not choose the visibility
    When Alice creates a room:
      """
      { "joinRule": "invite", "historyVisibility": "shared" }
      """
    Then Alice sees that "visibility" of the room is "private"
    And Alice sees that "history_visibility" of the room is "shared"

  @ROOM-003 @must
  Scenario Outline: A join rule that contradicts the visibility is refused
    Given Alice has synced
    When Alice calls createRoom with the body:
      """
      <body>
      """
    Then the request is refused with ECCP_BAD_PARAM
    And nothing is new to Alice's sync

    Examples:
      | body                                                |
      | { "visibility": "public", "joinRule": "invite" }      |
      | { "visibility": "private", "joinRule": "open" }       |
      | { "visibility": "invite_only", "joinRule": "invite" } |
      | { "joinRule": "knock" }                               |
      | { "joinRule": "payload" }                             |

  @ROOM-004 @must
  Scenario: Everybody who is named is invited
    When Alice creates a room:
      """
      { "invite": ["{{Bob}}", "{{Carol}}"] }
      """
    And Alice calls listMembers
    Then the answer lists the members:
      | {{Alice}} | join   | 100 |
      | {{Bob}}   | invite | 0   |
      | {{Carol}} | invite | 0   |
    And Bob's sync lists the room under "invited"
    And Carol's sync lists the room under "invited"

  @ROOM-005 @must
  Scenario Outline: Somebody who does not exist cannot be invited to a new room
    Given Alice and Bob have synced
    When Alice calls createRoom with the body:
      """
      { "invite": ["{{Bob}}", "<user>"]<more> }
      """
    Then the request is refused with ECCP_NOT_FOUND
    And nothing is new to Alice's sync
    And nothing is new to Bob's sync

    Examples:
      | user                              | more                     |
      | @nobody-{{unique}}:{{node}}         |                          |
      | @nobody-{{unique}}:{{node}}         | , "visibility": "public" |

  @ROOM-015 @must
  Scenario: Nobody is invited to the room that they make
    Given Alice has synced
    When Alice calls createRoom with the body:
      """
      { "invite": ["{{Bob}}", "{{Alice}}"] }
      """
    Then the request is refused with ECCP_BAD_PARAM
    And nothing is new to Alice's sync

  @ROOM-007 @no-cap-shadow_rooms @must
  Scenario: A node without Shadow Rooms makes none
    Given Alice has synced
    When Alice calls createRoom with the body:
      """
      { "visibility": "shadow" }
      """
    Then the request is refused with ECCP_CAPABILITY
    And nothing is new to Alice's sync

  @ROOM-007 @no-cap-shadow_rooms @must
  Scenario: A node without Shadow Rooms turns no room into one
    Given Alice has a private room
    When Alice puts the state "eccp.room.visibility" in the room:
      """
      { "visibility": "shadow" }
      """
    Then the request is refused with ECCP_CAPABILITY
    And Alice sees that "visibility" of the room is "private"

  @ROOM-008 @must
  Scenario Outline: Who makes a room has the power 100 there, and nobody else
    When Alice creates a <visibility> room
    And Alice invites Bob to the room
    Then Alice's power in the room is 100, as Alice sees it
    And Bob's power in the room is 0, as Alice sees it
    And the state "eccp.room.power_levels" of the room is exactly, as Alice sees it:
      """
      { "users": { "{{Alice}}": 100 } }
      """

    Examples:
      | visibility  |
      | public      |
      | private     |
      | invite-only |

  @ROOM-008 @must
  Scenario: Who is invited to a room that is made has no more power than others
    When Alice creates a room:
      """
      { "invite": ["{{Bob}}", "{{Carol}}"], "name": "Harbour" }
      """
    Then the state "eccp.room.power_levels" of the room is exactly, as Alice sees it:
      """
      { "users": { "{{Alice}}": 100 } }
      """

  @ROOM-005 @fresh-accounts @must
  Scenario: Nor can somebody whose account was deactivated
    Given Bob calls deactivateAccount with the body:
      """
      { "password": "{{Bob.password}}" }
      """
    And Alice has synced
    When Alice calls createRoom with the body:
      """
      { "invite": ["{{Bob}}"] }
      """
    And Alice calls createRoom with the body:
      """
      { "invite": ["{{Bob}}"], "direct": true }
      """
    Then every request is refused with ECCP_NOT_FOUND
    And nothing is new to Alice's sync

  @ROOM-018 @ROOM-019 @must
  Scenario: A room goes on in another one: the new one says where, and invites everybody
    Given Alice has a private room
    And Bob is a member of the room
    And Carol has left the room
    And Alice sends "the last word" to the room
    When Alice creates a room "next":
      """
      { "predecessor": "{{room}}", "invite": ["{{Carol}}"] }
      """
    Then the answer has status 201
    And the room "next" names the end of the room as its predecessor, as Alice sees it
    And Bob's membership in the room "next" is "invite", as Alice sees it
    And Carol's membership in the room "next" is "invite", as Alice sees it

  @ROOM-018 @must
  Scenario: Only who is in charge of a room continues it in another
    Given Alice has a private room
    And Bob is a member of the room
    When Bob calls createRoom with the body:
      """
      { "predecessor": "{{room}}" }
      """
    Then the request is refused with ECCP_FORBIDDEN
