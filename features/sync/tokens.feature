@since-0.1
Feature: Syncing from where one was
  Each answer gives a token. What is new since then, and only that, is what the next sync with the token shows.

  @SYNC-001 @fresh-accounts @must
  Scenario: Without a token, the present
    Given Bob has a room:
      """
      { "name": "Joined", "visibility": "invite_only" }
      """
    And Alice has an invite-only room "inviting"
    And Bob is invited to the room "inviting"
    And Alice has an invite-only room "knocked at"
    And Bob knocks on the room "knocked at"
    And Alice has a public room "left"
    And Bob has left the room "left"
    And Alice has a public room "banned from"
    And Bob is banned from the room "banned from"
    And Alice has a public room "unrelated"
    And Bob sends "hello" to the room
    And Bob calls putAccountData with:
      | type | org.example.theme   |
      | body | { "theme": "dark" } |
    And Bob calls putRoomAccountData with:
      | type | org.example.pin  |
      | body | { "pin": true } |
    When Bob syncs anew
    Then the rooms in the answer are:
      | joined  | room       |
      | invited | inviting   |
      | knocked | knocked at |
    And the answer's "account_data" is [{ "type": "org.example.theme", "content": { "theme": "dark" } }]
    And the answer's "rooms.joined[{{room}}].account_data" is [{ "type": "org.example.pin", "content": { "pin": true } }]
    And the answer's "rejected" is []
    And the answer shows in the room the messages:
      | hello |
    And Bob knows the state of the room from the syncs

  @SYNC-001 @fresh-accounts @must
  Scenario: A new account has nothing
    Given Alice has a public room
    When Bob syncs anew
    Then the answer has nothing new

  @SYNC-002 @must
  Scenario: After a token, what came since and nothing else
    Given Alice has a private room
    And Alice has a private room "quiet"
    And Bob is a member of the room
    And Bob is a member of the room "quiet"
    And Alice sends "before" to the room
    And Alice has read "before" in the room
    And Alice has an invite-only room "inviting"
    And Bob is invited to the room "inviting"
    And Alice has an invite-only room "knocked at"
    And Bob knocks on the room "knocked at"
    And Alice has a public room "left"
    And Bob has left the room "left"
    And Bob calls putAccountData with:
      | type | org.example.theme   |
      | body | { "theme": "dark" } |
    And Bob has synced
    And Alice sends "after" to the room
    When Bob syncs
    Then the rooms in the answer are:
      | joined | room |
    And the answer shows in the room the messages:
      | after |
    And the answer shows in the room no state
    And the answer's "account_data" is []
    And the answer's "rooms.joined[{{room}}].receipts" is []
    And nothing is new to Bob's sync

  @SYNC-002 @SYNC-025 @must
  Scenario: A room where nothing is new is left out
    Given Alice has a private room
    And Alice has a private room "busy"
    And Bob is a member of the room
    And Bob is a member of the room "busy"
    And Bob has synced
    When Alice sends "hello" to the room "busy"
    And Bob syncs
    Then the rooms in the answer are:
      | joined | busy |
    And the answer lists the room nowhere

  @SYNC-005 @must
  Scenario: The same token gives the same events again
    Given Alice has a private room
    And Bob is a member of the room
    And Bob has synced
    And Bob's place in the sync is kept as "start"
    And Alice sends "one" to the room
    And Alice renames the room to "two"
    And Alice invites Carol to the room
    When Bob syncs from "start"
    And Bob syncs from "start"
    Then both answers have the same "rooms"
    When Alice sends "three" to the room
    And Bob syncs
    And Bob syncs from "start"
    Then both answers have the same "rooms"
    And the answer shows in the room the messages:
      | one   |
      | three |

  @SYNC-005 @must
  Scenario: An older token is not used up by a newer one
    Given Alice has a private room
    And Bob is a member of the room
    And Bob has synced
    And Bob's place in the sync is kept as "start"
    And Alice sends "one" to the room
    And Bob syncs
    And Bob's place in the sync is kept as "later"
    And Alice sends "two" to the room
    When Bob syncs from "later"
    Then the answer shows in the room the messages:
      | two |
    When Bob syncs from "start"
    Then the answer shows in the room the messages:
      | one |
      | two |
    When Bob syncs from "later"
    Then the answer shows in the room the messages:
      | two |

  @SYNC-005 @fresh-accounts @must
  Scenario: A token of one device serves another
    Given Alice has a private room
    And Bob is a member of the room
    And Bob is also logged in on "phone"
    And Bob has synced
    And Bob's place in the sync is kept as "start"
    And Alice sends "hello" to the room
    When Bob syncs from "start"
    Then the answer shows in the room the messages:
      | hello |
    When Bob on "phone" syncs from "start"
    Then both answers have the same "rooms"
    And the answer shows in the room the messages:
      | hello |

  @SYNC-005 @must
  Scenario: Also when the room was left and joined meanwhile
    Given Alice has a public room
    And Bob is a member of the room
    And Bob has synced
    And Bob's place in the sync is kept as "start"
    And Bob leaves the room
    When Bob syncs from "start"
    Then the answer lists the room under "left" and nowhere else
    When Bob joins the room
    And Bob syncs from "start"
    Then the answer lists the room under "joined" and nowhere else

  @SYNC-006 @must
  Scenario Outline: What is no token is refused
    Given Alice has a private room
    When Alice calls sync with:
      | ?since | <token> |
    Then the request is refused with ECCP_BAD_PARAM
    And the answer's "path" is "since"

    Examples:
      | token                                        |
      | yesterday                                    |
      | 0                                            |
      | -1                                           |
      | {{room}}                                     |
      | {{Alice.device}}                             |
      | 99999999999999999999999999999999             |
      | null                                         |

  @SYNC-006 @must
  Scenario: A token that was altered is refused
    Given Alice has synced
    And Alice's place in the sync is kept as "start"
    When Alice calls sync with:
      | ?since | x{{saved start}} |
    Then the request is refused with ECCP_BAD_PARAM
    When Alice calls sync with:
      | ?since | {{saved start}}x |
    Then the request is refused with ECCP_BAD_PARAM
    When Alice syncs
    Then it succeeds

  @SYNC-008 @fresh-accounts @must
  Scenario: Without a token nothing is waited for, though there is nothing at all
    Given Bob has an account
    When Bob calls sync with:
      | ?timeout | 20000 |
    Then the answer took 0 to 1000 ms
    And the answer has nothing new
    And the answer has a "next_batch"

  @SYNC-008 @must
  Scenario: Nor where there is something
    Given Alice has a private room
    And Alice has synced
    When Alice calls sync with:
      | ?timeout | 60000 |
    Then the answer took 0 to 1000 ms
    And the answer lists the room under "joined" and nowhere else

  @SYNC-009 @SYNC-043 @SYNC-053 @must
  Scenario: Without a token everything counts as new, and each room as newly joined
    Given Alice has a room:
      """
      { "name": "Harbour", "historyVisibility": "shared" }
      """
    And Alice sends "long ago" to the room
    And Bob is a member of the room
    And Alice sends "since then" to the room
    And Alice has read "long ago" in the room
    And Bob has read "since then" in the room
    And Bob calls putRoomAccountData with:
      | type | org.example.pin |
      | body | { "pin": true } |
    And Alice types in the room for 60000 ms
    And Bob syncs
    And Bob syncs
    When Bob syncs anew with a limit of 100
    Then the answer shows in the room the messages:
      | long ago   |
      | since then |
    And the timeline of the room is not limited
    And each of Bob's syncs has shown the state of the room before its timeline, as Alice's log has it
    And Bob's syncs have shown every readable event of the room once, those left out found by going back
    And Bob knows the state of the room from the syncs
    And Bob's sync shows that Alice has read up to "long ago" in the room
    And Bob's sync shows that Bob has read up to "since then" in the room
    And Bob's sync shows Alice typing in the room
    And the answer's "rooms.joined[{{room}}].account_data" is [{ "type": "org.example.pin", "content": { "pin": true } }]
    When Bob syncs anew with a limit of 1
    Then the timeline of the room is limited
    And the answer shows in the room the messages:
      | since then |
    And each of Bob's syncs has shown the state of the room before its timeline, as Alice's log has it
    And Bob knows the state of the room from the syncs
    And Bob's sync shows that Alice has read up to "long ago" in the room

  @SYNC-009 @SYNC-030 @SYNC-031 @must
  Scenario: Invitations and knocks, however old
    Given Alice has an invite-only room
    And Alice has a room "club":
      """
      { "name": "Club", "visibility": "invite_only" }
      """
    And Bob knocks on the room
    And Bob is invited to the room "club"
    And Bob has synced
    And Alice sends "hello" to the room "club"
    When Bob syncs anew
    Then the answer lists the room under "knocked" and nowhere else
    And the answer's "rooms.knocked[{{room}}].event.event_id" is "{{event Bob's knock}}"
    And the answer lists the room "club" under "invited" and nowhere else
    And the answer's "rooms.invited[{{room club}}].event.event_id" is "{{event Bob's invite}}"
    And the answer mentions "Club" somewhere
