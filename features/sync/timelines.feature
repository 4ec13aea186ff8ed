@since-0.1
Feature: What a joined room shows
  State and timeline of one sync after the other add up to the room: no event is missed, none comes twice, and the state is right at each point.

  @SYNC-003 @SYNC-004 @must
  Scenario: Every event once, while others talk
    Given Alice has a private room
    And Bob is a member of the room
    When Bob syncs anew
    And Alice sends "one" to the room
    And Bob sends "two" to the room
    And Bob syncs
    And Bob syncs
    And Alice sends the event "org.example.poll" to the room:
      """
      {}
      """
    And Alice redacts "one" in the room
    And Alice renames the room to "Harbour"
    And Carol is a member of the room
    And Bob syncs
    And Carol sends "three" to the room
    And Bob syncs
    Then Bob's syncs have shown every readable event of the room once, those left out found by going back
    And every timeline of the room in Bob's syncs is in the order of the log

  @SYNC-003 @SYNC-004 @must
  Scenario: Every event once, while several send at the same time
    Given Alice has a private room
    And Bob and Carol are members of the room
    When Bob syncs anew
    And Alice and Carol each send 10 messages to the room while Bob goes on syncing
    Then Bob's syncs have shown every readable event of the room once, those left out found by going back
    And every timeline of the room in Bob's syncs is in the order of the log

  @SYNC-003 @SYNC-004 @SYNC-020 @SYNC-022 @must
  Scenario Outline: Every event once, in bursts that are longer than the limit
    Given Alice has a private room with "<history>" history
    And Alice sends 4 messages to the room
    And Bob is a member of the room
    When Bob syncs anew with a limit of <limit>
    And Alice sends 2 messages to the room
    And Bob syncs with a limit of <limit>
    And Alice renames the room to "one"
    And Alice sends 9 messages to the room
    And Bob syncs with a limit of <limit>
    And Carol is a member of the room
    And Alice renames the room to "two"
    And Alice sets the topic of the room to "ships"
    And Alice sends 2 messages to the room
    And Alice kicks Carol from the room
    And Alice puts the state "org.example.lamp" with the key "left" in the room:
      """
      { "on": true }
      """
    And Bob syncs with a limit of <limit>
    And Bob sends "own" to the room
    And Bob syncs with a limit of <limit>
    Then Bob's syncs have shown every readable event of the room once, those left out found by going back
    And every timeline of the room in Bob's syncs is in the order of the log
    And each of Bob's syncs has shown the state of the room before its timeline, as Alice's log has it
    And Bob knows the state of the room from the syncs

    Examples:
      | limit | history |
      | 1     | joined  |
      | 2     | shared  |
      | 3     | joined  |
      | 5     | shared  |
      | 100   | joined  |

  @SYNC-020 @SYNC-021 @must
  Scenario Outline: A timeline that is full, and one that is too full
    Given Alice has a private room
    And Bob is a member of the room
    And Bob has synced
    And Alice sends <new> messages to the room
    When Bob syncs with a limit of 4
    Then the timeline of the room is <limited>
    And the answer shows in the room the messages:
      | message <first> |
      | message <second> |
      | message <third> |
      | message <new>   |

    Examples:
      | new | limited     | first | second | third |
      | 4   | not limited | 1     | 2      | 3     |
      | 5   | limited     | 2     | 3      | 4     |
      | 9   | limited     | 6     | 7      | 8     |

  @SYNC-020 @must
  Scenario: Going back from a limited timeline leads to what was left out
    Given Alice has a private room
    And Bob is a member of the room
    And Alice sends "known" to the room
    And Bob has synced
    And Alice sends 5 messages to the room
    When Bob syncs with a limit of 2
    Then the answer shows in the room the messages:
      | message 4 |
      | message 5 |
    And the timeline of the room is limited
    When Bob goes back in the room from where the timeline begins
    Then the answer lists the messages:
      | message 3 |
      | message 2 |
      | message 1 |
      | known     |

  @SYNC-020 @must
  Scenario: Twenty events without a limit, and no more than a hundred with one
    Given Alice has a private room
    And Bob is a member of the room
    And Bob has synced
    And Alice sends 21 messages to the room
    When Bob syncs
    Then the timeline of the room is limited
    And the answer lists 20 "rooms.joined[{{room}}].timeline.events"
    When Bob calls sync with:
      | ?limit | 101 |
    Then the request is refused with ECCP_BAD_PARAM
    When Bob calls sync with:
      | ?limit | 0 |
    Then the request is refused with ECCP_BAD_PARAM

  @SYNC-021 @SYNC-022 @must
  Scenario: What is in the timeline is not in the state as well
    Given Alice has a private room
    And Bob is a member of the room
    And Bob has synced
    And Alice renames the room to "Harbour"
    And Carol is a member of the room
    When Bob syncs
    Then the answer shows in the room the events:
      | eccp.room.name |
      | Carol's invite |
      | Carol's join   |
    And the answer shows in the room no state
    And the timeline of the room is not limited

  @SYNC-022 @must
  Scenario: What changed in the part left out comes as state
    Given Alice has a private room
    And Bob is a member of the room
    And Bob has synced
    And Alice renames the room to "one"
    And Alice renames the room to "two"
    And Alice sets the topic of the room to "ships"
    And Carol is a member of the room
    And Alice sends "hello" to the room
    And Alice puts the state "eccp.room.topic" in the room:
      """
      { "topic": "boats" }
      """
    When Bob syncs with a limit of 2
    Then the answer shows in the room the events:
      | hello           |
      | eccp.room.topic |
    And the answer shows in the room the state:
      | eccp.room.name   |           |
      | eccp.room.topic  |           |
      | eccp.room.member | {{Carol}} |
    When Bob syncs anew with a limit of 2
    Then each of Bob's syncs has shown the state of the room before its timeline, as Alice's log has it
    And Bob knows the state of the room from the syncs

  @SYNC-022 @must
  Scenario: A state that changed and changed back is new all the same
    Given Alice has a room:
      """
      { "name": "Harbour" }
      """
    And Bob is a member of the room
    When Bob syncs anew
    And Alice renames the room to "Haven"
    And Alice renames the room to "Harbour"
    And Alice sends "hello" to the room
    And Bob syncs with a limit of 1
    Then each of Bob's syncs has shown the state of the room before its timeline, as Alice's log has it
    And Bob knows the state of the room from the syncs

  @SYNC-022 @must
  Scenario: The first sync brings the whole state
    Given Alice has a room:
      """
      { "name": "Harbour" }
      """
    And Bob is a member of the room
    And Alice sends 3 messages to the room
    And Alice renames the room to "Haven"
    When Bob syncs anew with a limit of 2
    Then each of Bob's syncs has shown the state of the room before its timeline, as Alice's log has it
    And Bob knows the state of the room from the syncs

  @SYNC-023 @SYNC-027 @must
  Scenario Outline: A room that is newly joined comes whole
    Given Alice has a room:
      """
      { "name": "Harbour", "topic": "ships", "historyVisibility": "<history>" }
      """
    And Alice sends "before" to the room
    And Bob is invited to the room
    And Alice sends "while invited" to the room
    And Bob syncs anew
    When Bob joins the room
    And Alice sends "after" to the room
    And Bob syncs with a limit of 100
    Then the answer lists the room under "joined" and nowhere else
    And each of Bob's syncs has shown the state of the room before its timeline, as Alice's log has it
    And Bob knows the state of the room from the syncs
    And Bob's syncs have shown every readable event of the room once, those left out found by going back
    And Bob's sync <before> "before" in the room
    And Bob's sync <invited> "while invited" in the room
    And Bob's sync shows "after" in the room

    Examples:
      | history | before        | invited       |
      | shared  | shows         | shows         |
      | invited | does not show | shows         |
      | joined  | does not show | does not show |

  @SYNC-023 @SYNC-020 @SYNC-027 @must
  Scenario: A long history is cut for who is new, too
    Given Alice has a private room with "shared" history
    And Alice sends 6 messages to the room
    And Bob syncs anew
    And Bob is a member of the room
    When Bob syncs with a limit of 4
    Then the timeline of the room is limited
    And the answer shows in the room the messages:
      | message 5 |
      | message 6 |
    And Bob's syncs have shown every readable event of the room once, those left out found by going back
    And each of Bob's syncs has shown the state of the room before its timeline, as Alice's log has it

  @SYNC-023 @SYNC-022 @SYNC-026 @must
  Scenario Outline: Leaving and coming back between two syncs
    Given Alice has a room:
      """
      { "name": "Harbour", "historyVisibility": "<history>" }
      """
    And Bob is a member of the room
    When Bob syncs anew
    And Alice sends "still there" to the room
    And Bob leaves the room
    And Alice renames the room to "Haven"
    And Carol is a member of the room
    And Alice sends "while away" to the room
    And Alice invites Bob to the room
    And Bob joins the room
    And Alice sends "back again" to the room
    And Bob syncs with a limit of <limit>
    Then the answer lists the room under "joined" and nowhere else
    And each of Bob's syncs has shown the state of the room before its timeline, as Alice's log has it
    And Bob knows the state of the room from the syncs
    And Bob's syncs have shown every readable event of the room once, those left out found by going back
    And Bob's sync <away> "while away" in the room

    Examples:
      | history | limit | away          |
      | joined  | 100   | does not show |
      | joined  | 1     | does not show |
      | shared  | 100   | shows         |
      | shared  | 3     | does not show |

  @SYNC-023 @must
  Scenario: Coming back after a sync that showed the leave
    Given Alice has a room:
      """
      { "name": "Harbour" }
      """
    And Bob is a member of the room
    And Bob has synced
    And Bob leaves the room
    And Bob syncs
    And Alice renames the room to "Haven"
    And Alice invites Bob to the room
    When Bob joins the room
    And Bob syncs
    Then the answer shows in the room the events:
      | Bob's join |
    And the answer shows in the room the state:
      | eccp.room.create             |           |
      | eccp.room.member             | {{Alice}} |
      | eccp.room.power_levels       |           |
      | eccp.room.visibility         |           |
      | eccp.room.history_visibility |           |
      | eccp.room.name               |           |
      | eccp.room.member             | {{Bob}}   |

  @SYNC-024 @must
  Scenario: A redacted event is without content from then on
    Given Alice has a private room
    And Bob is a member of the room
    And Bob has synced
    And Bob's place in the sync is kept as "start"
    And Alice sends "the secret" to the room
    And Alice sends "no secret" to the room
    When Bob syncs
    Then the answer shows in the room the messages:
      | the secret |
      | no secret  |
    When Alice redacts "the secret" in the room
    And Bob syncs
    Then the answer shows in the room the events:
      | the redaction of the secret |
    And the answer mentions "the secret" nowhere
    When Bob syncs from "start"
    Then the answer shows in the room the messages:
      | (no content) |
      | no secret    |
    And the answer mentions "the secret" nowhere
    When Bob syncs anew
    Then the answer mentions "the secret" nowhere

  @SYNC-024 @must
  Scenario: Redacted state is without content as well
    Given Alice has a room:
      """
      { "name": "the secret name" }
      """
    And Bob is a member of the room
    And Alice reads the state "eccp.room.name" of the room
    And the answer's "event_id" is kept as "the name"
    And Alice calls redactEvent with:
      | eventId | {{saved the name}} |
      | body    | {}                 |
    When Bob syncs anew
    Then the answer mentions "the secret name" nowhere
    And the answer mentions "{{saved the name}}" somewhere
    And Bob knows the state of the room from the syncs

  @SYNC-025 @must
  Scenario: A sync that shows one room says nothing of the others
    Given Alice has a private room
    And Bob is a member of the room
    And Alice has a private room "busy"
    And Bob is a member of the room "busy"
    And Alice has read "Bob's join" in the room "busy"
    And Bob has synced
    When Alice sends "hello" to the room "busy"
    And Alice has read "hello" in the room "busy"
    And Bob calls putAccountData with:
      | type | org.example.theme   |
      | body | { "theme": "dark" } |
    And Bob syncs
    Then the rooms in the answer are:
      | joined | busy |

  @SYNC-026 @SYNC-002 @must
  Scenario Outline: Who comes back is not shown again what was there before the token: <history> history
    Given Alice has a room:
      """
      { "visibility": "public", "historyVisibility": "<history>" }
      """
    And Alice sends "before Bob" to the room
    And Bob is a member of the room
    And Alice sends "known" to the room
    And Bob has synced
    And Bob leaves the room
    When Bob joins the room
    And Alice sends "back again" to the room
    And Bob syncs with a limit of 100
    Then the answer lists the room under "joined" and nowhere else
    And the answer shows in the room the messages:
      | back again |
    And the timeline of the room in the answer ends with:
      | Bob's leave |
      | Bob's join  |
      | back again  |
    And nothing is new to Bob's sync

    Examples:
      | history |
      | shared  |
      | joined  |
      | invited |

  @SYNC-026 @must
  Scenario: Nor what came while the user was away, before the token
    Given Alice has a room:
      """
      { "visibility": "public", "historyVisibility": "shared" }
      """
    And Bob is a member of the room
    And Alice sends "known" to the room
    And Bob leaves the room
    And Alice sends "while away" to the room
    And Bob syncs anew
    And Alice sends "after the token" to the room
    When Bob joins the room
    And Bob syncs with a limit of 100
    Then the answer lists the room under "joined" and nowhere else
    And the answer shows in the room the events:
      | after the token |
      | Bob's join      |
    And Bob knows the state of the room from the syncs
    And nothing is new to Bob's sync
    And Bob can read "while away" in the room

  @SYNC-027 @ROOM-027 @must
  Scenario: Who forgot the room and comes back is shown all that there is to read
    Given Alice has a room:
      """
      { "visibility": "public", "historyVisibility": "shared" }
      """
    And Alice sends "of old" to the room
    And Bob has left the room
    And Alice sends "in between" to the room
    And Bob forgets the room
    And Bob syncs anew
    When Bob joins the room
    And Alice sends "back again" to the room
    And Bob syncs with a limit of 100
    Then the answer shows in the room the messages:
      | of old     |
      | in between |
      | back again |
    And the timeline of the room is not limited

  @SYNC-027 @must
  Scenario: What an invitation opened counts as new once one is in
    Given Alice has a room:
      """
      { "historyVisibility": "invited" }
      """
    And Alice sends "before" to the room
    And Bob is invited to the room
    And Alice sends "while invited" to the room
    And Bob syncs anew
    And Bob syncs
    When Bob joins the room
    And Bob syncs with a limit of 100
    Then the answer shows in the room the events:
      | Bob's invite  |
      | while invited |
      | Bob's join    |
    And the timeline of the room is not limited
    And Bob knows the state of the room from the syncs

  @SYNC-028 @SYNC-020 @SYNC-009 @must
  Scenario: A timeline begins after what one may not read
    Given Alice has a private room with "joined" history
    And Bob is a member of the room
    And Alice sends "one" to the room
    And Bob leaves the room
    And Alice sends "while away" to the room
    And Alice renames the room to "while away"
    And Alice invites Bob to the room
    And Bob joins the room
    And Alice sends "two" to the room
    When Bob syncs anew with a limit of 100
    Then the answer shows in the room the events:
      | Bob's join |
      | two        |
    And the timeline of the room is limited
    And each of Bob's syncs has shown the state of the room before its timeline, as Alice's log has it
    And Bob's syncs have shown every readable event of the room once, those left out found by going back
    And Bob knows the state of the room from the syncs
    When Bob goes back in the room from where the timeline begins
    Then the answer lists the messages:
      | one |

  @SYNC-028 @SYNC-020 @SYNC-026 @must
  Scenario: So it does in a sync that goes on
    Given Alice has a private room with "joined" history
    And Bob is a member of the room
    And Alice sends "one" to the room
    And Bob syncs anew
    And Alice sends "two" to the room
    And Bob leaves the room
    And Alice sends "while away" to the room
    And Alice renames the room to "while away"
    And Alice invites Bob to the room
    When Bob joins the room
    And Alice sends "three" to the room
    And Bob syncs with a limit of 100
    Then the answer shows in the room the events:
      | Bob's join |
      | three      |
    And the timeline of the room is limited
    And each of Bob's syncs has shown the state of the room before its timeline, as Alice's log has it
    And Bob's syncs have shown every readable event of the room once, those left out found by going back
    And Bob knows the state of the room from the syncs
    When Bob goes back in the room from where the timeline begins
    Then the answer lists the messages:
      | two |
      | one |

  @SYNC-028 @SYNC-023 @must
  Scenario: A gap from before one came in counts, too
    Given Alice has a public room with "shared" history
    And Alice sends "shared" to the room
    And Alice puts the state "eccp.room.history_visibility" in the room:
      """
      { "history_visibility": "joined" }
      """
    And Alice sends "hidden" to the room
    And Bob syncs anew
    When Bob joins the room
    And Alice sends "hello" to the room
    And Bob syncs with a limit of 100
    Then the answer shows in the room the events:
      | Bob's join |
      | hello      |
    And the timeline of the room is limited
    And each of Bob's syncs has shown the state of the room before its timeline, as Alice's log has it
    And Bob's syncs have shown every readable event of the room once, those left out found by going back
    And the answer mentions "hidden" nowhere

  @SYNC-028 @must
  Scenario: Of several gaps the last one counts
    Given Alice has a room:
      """
      { "visibility": "public", "historyVisibility": "joined" }
      """
    And Bob syncs anew
    And Bob joins the room
    And Alice sends "one" to the room
    And Bob leaves the room
    And Alice sends "hidden" to the room
    And Bob joins the room
    And Alice sends "two" to the room
    And Bob leaves the room
    And Alice sends "hidden, too" to the room
    When Bob joins the room
    And Alice sends "three" to the room
    And Bob syncs with a limit of 100
    Then the answer shows in the room the events:
      | Bob's join |
      | three      |
    And the timeline of the room is limited
    And Bob's syncs have shown every readable event of the room once, those left out found by going back
    And each of Bob's syncs has shown the state of the room before its timeline, as Alice's log has it

  @SYNC-028 @SYNC-021 @must
  Scenario: Where nothing lies in between, nothing is left out
    Given Alice has a room:
      """
      { "visibility": "public", "historyVisibility": "joined" }
      """
    And Bob syncs anew
    And Bob joins the room
    And Alice sends "one" to the room
    And Bob leaves the room
    When Bob joins the room
    And Alice sends "two" to the room
    And Bob syncs with a limit of 100
    Then the answer shows in the room the messages:
      | one |
      | two |
    And the timeline of the room is not limited
