@since-0.1
Feature: Forgetting a room
  Who has left a room can give up what is left of it. Nothing of it comes back unless the user joins again.

  @ROOM-026 @must
  Scenario: A room that one is in cannot be forgotten
    Given Alice has an invite-only room
    And Bob is invited to the room
    And Carol knocks on the room
    When Alice forgets the room
    Then the request is refused with ECCP_FORBIDDEN
    When Bob forgets the room
    Then the request is refused with ECCP_FORBIDDEN
    When Carol forgets the room
    Then the request is refused with ECCP_FORBIDDEN
    And Alice sees that "membership" of the room is "join"
    And Bob sees that "membership" of the room is "invite"
    And Carol sees that "membership" of the room is "knock"

  @ROOM-027 @ROOM-030 @must
  Scenario: A forgotten room is as if it did not exist
    Given Alice has a room:
      """
      { "name": "Engine room" }
      """
    And Bob is a member of the room
    And Bob sends "hello" to the room
    And Bob leaves the room
    When Bob forgets the room
    Then it succeeds
    And every operation on the room answers Bob as one on a room that does not exist

  @ROOM-027 @ROOM-031 @must
  Scenario: A forgotten public room is as to anybody outside
    Given Alice has a room:
      """
      { "name": "Engine room", "visibility": "public" }
      """
    And Bob is a member of the room
    And Alice sends "hello" to the room
    And Bob leaves the room
    When Bob forgets the room
    Then every operation on the room that neither lets one in nor describes it refuses Bob with ECCP_FORBIDDEN
    And Bob sees that "membership" of the room is "leave"
    And Bob sees as the head of the room the entry of "the creation", as Alice reads it

  @ROOM-027 @ROOM-030 @must
  Scenario: A banned user can forget the room, too
    Given Alice has a room:
      """
      { "name": "Engine room" }
      """
    And Bob is a member of the room
    And Alice sends "hello" to the room
    And Alice bans Bob from the room
    When Bob forgets the room
    Then it succeeds
    And every operation on the room answers Bob as one on a room that does not exist
    And Bob's membership in the room is "ban", as Alice sees it

  @ROOM-027 @must
  Scenario: A ban that follows does not bring the past back
    Given Alice has a private room
    And Bob is a member of the room
    And Alice sends "hello" to the room
    And Bob leaves the room
    And Bob forgets the room
    And Alice bans Bob from the room
    When Bob reads the messages of the room
    And Bob reads the state of the room
    Then every request is refused with ECCP_FORBIDDEN

  @ROOM-027 @must
  Scenario: A forgotten room is in no sync, though the leave is new to it
    Given Alice has a private room
    And Bob is a member of the room
    And Bob has synced
    And Bob leaves the room
    And Bob forgets the room
    When Alice sends "still here" to the room
    Then nothing is new to Bob's sync
    When Bob syncs anew
    Then the answer lists the room nowhere

  @ROOM-027 @ROOM-034 @must
  Scenario: An invitation to a forgotten room does not bring the past back
    Given Alice has a room:
      """
      { "name": "Engine room", "historyVisibility": "shared" }
      """
    And Bob is a member of the room
    And Alice sends "of old" to the room
    And Bob leaves the room
    And Bob forgets the room
    When Alice invites Bob to the room
    Then Bob is refused with ECCP_FORBIDDEN the history, members and state of the room
    And Bob sees that "membership" of the room is "invite"

  @ROOM-027 @ROOM-030 @must
  Scenario: Nor does declining that invitation
    Given Alice has a room:
      """
      { "name": "Engine room", "historyVisibility": "shared" }
      """
    And Bob is a member of the room
    And Alice sends "of old" to the room
    And Bob leaves the room
    And Bob forgets the room
    And Alice invites Bob to the room
    When Bob leaves the room
    Then every operation on the room answers Bob as one on a room that does not exist

  @ROOM-027 @must
  Scenario: Forgetting is for one user
    Given Alice has a private room
    And Bob and Carol are members of the room
    And Alice sends "hello" to the room
    And Bob leaves the room
    And Carol leaves the room
    When Bob forgets the room
    Then Carol can read "hello" in the room
    And Alice can read "hello" in the room

  @ROOM-028 @must
  Scenario Outline: Who comes back reads what the history visibility allows
    Given Alice has a private room with "<history>" history
    And Bob is a member of the room
    And Alice sends "before" to the room
    And Bob leaves the room
    And Alice sends "in between" to the room
    And Bob forgets the room
    And Alice invites Bob to the room
    When Bob joins the room
    And Alice sends "after" to the room
    Then Bob can read "before" in the room
    And Bob <may> read "in between" in the room
    And Bob can read "after" in the room
    And Bob sees that "membership" of the room is "join"

    Examples:
      | history | may    |
      | shared  | can    |
      | joined  | cannot |

  @ROOM-028 @must
  Scenario: Who comes back has the room in the syncs again
    Given Alice has a public room
    And Bob is a member of the room
    And Bob leaves the room
    And Bob forgets the room
    And Bob has synced
    When Bob joins the room
    And Alice sends "welcome back" to the room
    And Bob syncs
    Then the answer lists the room under "joined" and nowhere else
    And the answer shows in the room the messages:
      | welcome back |

  @ROOM-027 @SYNC-023 @must
  Scenario: Who forgot a room and joins it again gets its whole state, also from an older token
    Given Alice has a public room
    And Bob is a member of the room
    And Bob has synced
    And Bob leaves the room
    And Bob forgets the room
    And Bob joins the room
    When Bob syncs
    Then the answer's "rooms.joined[{{room}}].state.0.event.type" is "eccp.room.create"

  @ROOM-027 @must
  Scenario: Lifting the ban of who forgot the room is no news
    Given Alice has a private room
    And Bob is a member of the room
    And Bob has synced
    And Alice bans Bob from the room
    And Bob forgets the room
    When Alice unbans Bob from the room
    Then it succeeds
    And nothing is new to Bob's sync
