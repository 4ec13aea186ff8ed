@since-0.1
Feature: Account data in the sync
  What one device keeps for the account, the others learn.

  @SYNC-050 @must
  Scenario: What changed, as it is now
    Given Alice has synced
    And Alice calls putAccountData with:
      | type | org.example.theme    |
      | body | { "theme": "light" } |
    And Alice calls putAccountData with:
      | type | org.example.font |
      | body | { "font": 12 }   |
    And Alice calls putAccountData with:
      | type | org.example.theme   |
      | body | { "theme": "dark" } |
    When Alice syncs
    Then the account data in the answer is:
      | org.example.theme | { "theme": "dark" } |
      | org.example.font  | { "font": 12 }      |
    And nothing is new to Alice's sync

  @SYNC-050 @must
  Scenario: What did not change is not said again
    Given Alice calls putAccountData with:
      | type | org.example.theme    |
      | body | { "theme": "light" } |
    And Alice has synced
    And Alice calls putAccountData with:
      | type | org.example.font |
      | body | { "font": 12 }   |
    When Alice syncs
    Then the account data in the answer is:
      | org.example.font | { "font": 12 } |

  @SYNC-050 @fresh-accounts @must
  Scenario: Another device of the account is told, and no other account
    Given Alice is also logged in on "phone"
    And Alice on "phone" has synced
    And Bob has synced
    And Alice calls putAccountData with:
      | type | org.example.theme    |
      | body | { "theme": "light" } |
    When Alice on "phone" syncs
    Then the account data in the answer is:
      | org.example.theme | { "theme": "light" } |
    And nothing is new to Bob's sync

  @SYNC-050 @SYNC-051 @must
  Scenario: What belongs to a room stands with the room
    Given Alice has a private room
    And Alice has a private room "other"
    And Alice has synced
    And Alice calls putRoomAccountData with:
      | type | org.example.pin   |
      | body | { "pin": false } |
    And Alice calls putRoomAccountData with:
      | type | org.example.pin  |
      | body | { "pin": true } |
    When Alice syncs
    Then the answer's "rooms.joined[{{room}}].account_data" is [{ "type": "org.example.pin", "content": { "pin": true } }]
    And the answer's "rooms.joined[{{room}}].timeline" is { "events": [], "limited": false }
    And the answer's "account_data" is []
    And the rooms in the answer are:
      | joined | room |
    And nothing is new to Alice's sync

  @SYNC-051 @must
  Scenario: The same type in two rooms
    Given Alice has a private room
    And Alice has a private room "other"
    And Alice has synced
    And Alice calls putRoomAccountData with:
      | type | org.example.pin |
      | body | { "pin": 1 }    |
    And Alice calls putRoomAccountData with:
      | roomId | {{room other}}  |
      | type   | org.example.pin |
      | body   | { "pin": 2 }    |
    When Alice syncs
    Then the answer's "rooms.joined[{{room}}].account_data" is [{ "type": "org.example.pin", "content": { "pin": 1 } }]
    And the answer's "rooms.joined[{{room other}}].account_data" is [{ "type": "org.example.pin", "content": { "pin": 2 } }]

  @SYNC-051 @must
  Scenario: It comes along with what else is new in the room
    Given Alice has a private room
    And Bob is a member of the room
    And Alice has synced
    And Bob sends "hello" to the room
    And Alice calls putRoomAccountData with:
      | type | org.example.pin  |
      | body | { "pin": true } |
    When Alice syncs
    Then the answer shows in the room the messages:
      | hello |
    And the answer's "rooms.joined[{{room}}].account_data" is [{ "type": "org.example.pin", "content": { "pin": true } }]

  @SYNC-053 @must
  Scenario: Who comes back to a room gets back what they kept about it
    Given Alice has a public room
    And Bob is a member of the room
    And Bob calls putRoomAccountData with:
      | type | org.example.pin |
      | body | { "pin": true } |
    And Bob leaves the room
    And Bob has synced
    When Bob joins the room
    And Bob syncs
    Then the answer's "rooms.joined[{{room}}].account_data" is [{ "type": "org.example.pin", "content": { "pin": true } }]
    And nothing is new to Bob's sync

  @SYNC-053 @must
  Scenario: What was kept while one was invited is there once one is in
    Given Alice has a private room
    And Bob is invited to the room
    And Bob calls putRoomAccountData with:
      | type | org.example.pin |
      | body | { "pin": true } |
    And Bob has synced
    When Bob joins the room
    And Bob syncs
    Then the answer's "rooms.joined[{{room}}].account_data" is [{ "type": "org.example.pin", "content": { "pin": true } }]
    And nothing is new to Bob's sync
