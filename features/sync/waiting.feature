@since-0.1
Feature: Waiting for what is new
  A sync that finds nothing new waits, and comes back the moment there is something.

  @SYNC-010 @must
  Scenario: What is new already is answered at once
    Given Alice has a private room
    And Bob is a member of the room
    And Bob has synced
    And Alice sends "hello" to the room
    When Bob syncs, waiting for up to 20000 ms
    Then the answer took 0 to 1000 ms
    And the answer shows in the room the messages:
      | hello |

  @SYNC-011 @must
  Scenario: Where nothing comes, the answer does, in the end
    Given Bob has synced
    When Bob syncs, waiting for up to 300 ms
    Then the answer took 300 to 1300 ms
    And the answer has nothing new
    When Bob syncs, waiting for up to 0 ms
    Then the answer took 0 to 1000 ms
    And the answer has nothing new

  @SYNC-011 @must
  Scenario: Without a time to wait, nothing is waited for
    Given Bob has synced
    And Bob's place in the sync is kept as "start"
    When Bob calls sync with:
      | ?since | {{saved start}} |
    Then the answer took 0 to 1000 ms
    And the answer has nothing new

  @SYNC-012 @must
  Scenario: A message
    Given Alice has a private room
    And Bob is a member of the room
    And Bob has synced
    When Bob waits in a sync for up to 20000 ms
    Then Bob's waiting sync has not answered yet
    When Alice sends "hello" to the room
    Then Bob's waiting sync answers within a second, with something new under "rooms.joined[{{room}}].timeline.events"

  @SYNC-012 @must
  Scenario: One's own message, on another device
    Given Bob has a private room
    And Bob has synced
    When Bob waits in a sync for up to 20000 ms
    Then Bob's waiting sync has not answered yet
    When Bob sends "hello" to the room
    Then Bob's waiting sync answers within a second, with something new under "rooms.joined[{{room}}].timeline.events"

  @SYNC-012 @must
  Scenario Outline: What others do to one
    Given Alice has an invite-only room
    And Bob <is> the room
    And Bob has synced
    When Bob waits in a sync for up to 20000 ms
    Then Bob's waiting sync has not answered yet
    When Alice <acts> the room
    Then Bob's waiting sync answers within a second, with something new under "rooms.<heading>[{{room}}]"

    Examples:
      | is            | acts             | heading |
      | has left      | invites Bob to   | invited |
      | is invited to | kicks Bob from   | left    |
      | knocks on     | invites Bob to   | invited |
      | knocks on     | kicks Bob from   | left    |
      | is a member of | kicks Bob from  | left    |
      | is a member of | bans Bob from   | left    |
      | is invited to | bans Bob from    | left    |

  @SYNC-012 @must
  Scenario Outline: What one does oneself
    Given Alice has an invite-only room
    And Bob <is> the room
    And Bob has synced
    When Bob waits in a sync for up to 20000 ms
    Then Bob's waiting sync has not answered yet
    When Bob <acts> the room
    Then Bob's waiting sync answers within a second, with something new under "rooms.<heading>[{{room}}]"

    Examples:
      | is             | acts      | heading |
      | is invited to  | joins     | joined  |
      | is invited to  | leaves    | left    |
      | has left       | knocks on | knocked |
      | knocks on      | leaves    | left    |
      | is a member of | leaves    | left    |

  @SYNC-012 @must
  Scenario: A room that one makes
    Given Bob has synced
    When Bob waits in a sync for up to 20000 ms
    Then Bob's waiting sync has not answered yet
    When Bob creates a private room
    Then Bob's waiting sync answers within a second, with something new under "rooms.joined[{{room}}].timeline.events"

  @SYNC-012 @must
  Scenario: A room that one is invited to as it is made
    Given Bob has synced
    When Bob waits in a sync for up to 20000 ms
    Then Bob's waiting sync has not answered yet
    When Alice creates a room:
      """
      { "invite": ["{{Bob}}"] }
      """
    Then Bob's waiting sync answers within a second, with something new under "rooms.invited[{{room}}]"

  @SYNC-012 @must
  Scenario: A new name, a redaction, a receipt
    Given Alice has a private room
    And Bob is a member of the room
    And Alice sends "hello" to the room
    And Bob has synced
    When Bob waits in a sync for up to 20000 ms
    Then Bob's waiting sync has not answered yet
    When Alice renames the room to "Harbour"
    Then Bob's waiting sync answers within a second, with something new under "rooms.joined[{{room}}].timeline.events"
    When Bob waits in a sync for up to 20000 ms
    Then Bob's waiting sync has not answered yet
    When Alice redacts "hello" in the room
    Then Bob's waiting sync answers within a second, with something new under "rooms.joined[{{room}}].timeline.events"
    When Bob waits in a sync for up to 20000 ms
    Then Bob's waiting sync has not answered yet
    When Alice has read "the redaction of hello" in the room
    Then Bob's waiting sync answers within a second, with something new under "rooms.joined[{{room}}].receipts"

  @SYNC-012 @must
  Scenario: Somebody begins to type, and stops
    Given Alice has a private room
    And Bob is a member of the room
    And Bob has synced
    When Bob waits in a sync for up to 20000 ms
    Then Bob's waiting sync has not answered yet
    When Alice types in the room
    Then Bob's waiting sync answers within a second, with something new under "rooms.joined[{{room}}].typing"
    When Bob waits in a sync for up to 20000 ms
    Then Bob's waiting sync has not answered yet
    When Alice stops typing in the room
    Then Bob's waiting sync answers within a second, with something new under "rooms.joined[{{room}}]"

  @SYNC-012 @must
  Scenario: Typing ends by itself
    Given Alice has a private room
    And Bob is a member of the room
    And Alice types in the room for 600 ms
    And Bob has synced
    When Bob waits in a sync for up to 20000 ms
    Then Bob's waiting sync answers within a second, with something new under "rooms.joined[{{room}}]"
    And Bob's sync shows nobody typing in the room

  @SYNC-012 @must
  Scenario: Account data of one's own, and for a room
    Given Bob has a private room
    And Bob has synced
    When Bob waits in a sync for up to 20000 ms
    Then Bob's waiting sync has not answered yet
    When Bob calls putAccountData with:
      | type | org.example.theme   |
      | body | { "theme": "dark" } |
    Then Bob's waiting sync answers within a second, with something new under "account_data"
    When Bob waits in a sync for up to 20000 ms
    Then Bob's waiting sync has not answered yet
    When Bob calls putRoomAccountData with:
      | type | org.example.pin  |
      | body | { "pin": true } |
    Then Bob's waiting sync answers within a second, with something new under "rooms.joined[{{room}}].account_data"

  @SYNC-012 @fresh-accounts @must
  Scenario: Every device of a user that waits
    Given Alice has a private room
    And Bob is a member of the room
    And Bob is also logged in on "phone"
    And Bob has synced
    And Bob on "phone" has synced
    When Bob waits in a sync for up to 20000 ms
    And Bob on "phone" waits in a sync for up to 20000 ms
    Then Bob's waiting sync has not answered yet
    And Bob on "phone"'s waiting sync has not answered yet
    When Alice sends "hello" to the room
    Then Bob's waiting sync answers within a second, with something new under "rooms.joined[{{room}}].timeline.events"
    And Bob on "phone"'s waiting sync answers within a second, with something new under "rooms.joined[{{room}}].timeline.events"

  @SYNC-012 @DEV-006 @fresh-accounts @must
  Scenario: The end of the device
    Given Bob is also logged in on "phone"
    And Bob on "phone" has synced
    When Bob on "phone" waits in a sync for up to 20000 ms
    Then Bob on "phone"'s waiting sync has not answered yet
    When Bob calls revokeDevice with:
      | deviceId | {{Bob on "phone".device}} |
    Then Bob on "phone"'s waiting sync is refused within a second with ECCP_UNKNOWN_TOKEN

  @SYNC-013 @must
  Scenario Outline: A time to wait is an integer up to a minute
    Given Bob has synced
    When Bob calls sync with:
      | ?timeout | <timeout> |
    Then the request is refused with ECCP_BAD_PARAM
    And the answer's "path" is "timeout"

    Examples:
      | timeout |
      | -1      |
      | 60001   |
      | 1.5     |
      | soon    |
      | 1e3     |

  @SYNC-013 @must
  Scenario: A minute is allowed
    Given Alice has a private room
    And Alice has synced
    And Alice sends "hello" to the room
    When Alice syncs, waiting for up to 60000 ms
    Then the answer took 0 to 1000 ms

  @SYNC-014 @must
  Scenario: What concerns others wakes nobody and is in no answer
    Given Alice has a public room
    And Alice has a private room "theirs"
    And Carol is a member of the room "theirs"
    And Alice has a private room "old"
    And Bob has left the room "old"
    And Bob has synced
    When Bob waits in a sync for up to 400 ms
    Then Bob's waiting sync has not answered yet
    When Carol joins the room
    And Alice sends "public talk" to the room
    And Alice sends "private talk" to the room "theirs"
    And Carol has read "private talk" in the room "theirs"
    And Carol types in the room "theirs"
    And Carol stops typing in the room "theirs"
    And Alice invites Dave to the room "theirs"
    And Alice kicks Dave from the room "theirs"
    And Alice sends "without Bob" to the room "old"
    And Alice calls putAccountData with:
      | type | org.example.theme   |
      | body | { "theme": "dark" } |
    And Alice creates a private room "another"
    Then Bob's waiting sync answers within 1500 ms
    And Bob's sync has shown nothing at all
    And nothing is new to Bob's sync

  @SYNC-014 @must
  Scenario: Nor is what others keep about a room that one shares
    Given Alice has a private room
    And Bob is a member of the room
    And Bob has synced
    When Alice calls putRoomAccountData with:
      | type | org.example.pin  |
      | body | { "pin": true } |
    And Bob syncs
    Then the answer has nothing new
