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
