@since-0.1
Feature: Invitations, knocks and leaves
  What became of a user in a room stands under one heading, with as much of the room as the user may see.

  @SYNC-030 @must
  Scenario: An invitation shows what one is invited to
    Given Alice has a room:
      """
      { "name": "Harbour", "topic": "ships", "historyVisibility": "shared" }
      """
    And Carol is a member of the room
    And Alice sends "not for the invited" to the room
    And Alice puts the state "org.example.lamp" in the room:
      """
      { "not": "for the invited" }
      """
    And Bob has synced
    When Carol invites Bob to the room
    And Bob syncs
    Then the answer lists the room under "invited" and nowhere else
    And the answer's "rooms.invited[{{room}}].event.event_id" is "{{event Bob's invite}}"
    And the answer's "rooms.invited[{{room}}].event.content.membership" is "invite"
    And the answer shows in the room the state:
      | eccp.room.create             |           |
      | eccp.room.visibility         |           |
      | eccp.room.history_visibility |           |
      | eccp.room.name               |           |
      | eccp.room.topic              |           |
      | eccp.room.member             | {{Carol}} |
    And the answer mentions "Harbour" somewhere
    And the answer mentions "ships" somewhere
    And the answer mentions "for the invited" nowhere
    And nothing is new to Bob's sync

  @SYNC-030 @must
  Scenario: As far as the room has it
    Given Alice has a private room
    And Bob has synced
    When Alice invites Bob to the room because "we need a welder"
    And Bob syncs
    Then the answer shows in the room the state:
      | eccp.room.create             |           |
      | eccp.room.visibility         |           |
      | eccp.room.history_visibility |           |
      | eccp.room.member             | {{Alice}} |
    And the answer's "rooms.invited[{{room}}].event.content.reason" is "we need a welder"

  @SYNC-030 @cap-e2ee @must
  Scenario: An invitation shows whether one can only come with keys
    Given Alice has a room:
      """
      { "encrypted": true }
      """
    And Bob has synced
    When Alice invites Bob to the room
    And Bob syncs
    Then the answer shows in the room the state:
      | eccp.room.create             |           |
      | eccp.room.visibility         |           |
      | eccp.room.history_visibility |           |
      | eccp.room.encryption         |           |
      | eccp.room.member             | {{Alice}} |

  @SYNC-030 @must
  Scenario: An invitation shows the room as it is when one looks
    Given Alice has a room:
      """
      { "name": "Harbour" }
      """
    And Bob has synced
    And Alice invites Bob to the room
    And Alice renames the room to "Haven"
    When Bob syncs
    Then the answer mentions "Haven" somewhere
    And the answer mentions "Harbour" nowhere

  @SYNC-030 @must
  Scenario: What happens in the room does not concern who is only invited
    Given Alice has a room:
      """
      { "historyVisibility": "shared" }
      """
    And Bob is invited to the room
    And Bob has synced
    When Alice sends "hello" to the room
    Then nothing is new to Bob's sync

  @SYNC-031 @must
  Scenario: A knock
    Given Alice has an invite-only room
    And Bob has synced
    When Bob knocks on the room
    And Bob syncs
    Then the answer lists the room under "knocked" and nowhere else
    And the answer's "rooms.knocked[{{room}}].event.event_id" is "{{event Bob's knock}}"
    And nothing is new to Bob's sync

  @SYNC-032 @must
  Scenario Outline: The end of a membership, with what was said until then
    Given Alice has a private room
    And Bob is a member of the room
    And Bob has synced
    And Alice sends "before" to the room
    And Alice renames the room to "Harbour"
    And <who> <ends it> the room
    And Alice sends "after" to the room
    When Bob syncs
    Then the answer lists the room under "left" and nowhere else
    And the answer shows in the room the events:
      | before         |
      | eccp.room.name |
      | <event>        |
    And the answer shows in the room no state
    And the timeline of the room is not limited
    And nothing is new to Bob's sync

    Examples:
      | who   | ends it        | event       |
      | Bob   | leaves         | Bob's leave |
      | Alice | kicks Bob from | Bob's kick  |
      | Alice | bans Bob from  | Bob's ban   |

  @SYNC-032 @SYNC-020 @SYNC-022 @must
  Scenario: The end of a membership after much was said
    Given Alice has a private room
    And Bob is a member of the room
    When Bob syncs anew
    And Alice renames the room to "Harbour"
    And Alice sends 5 messages to the room
    And Alice kicks Bob from the room
    And Alice renames the room to "Haven"
    And Bob syncs with a limit of 2
    Then the timeline of the room is limited
    And the answer shows in the room the events:
      | message 5  |
      | Bob's kick |
    And each of Bob's syncs has shown the state of the room before its timeline, as Alice's log has it
    And Bob's syncs have shown every readable event of the room once, those left out found by going back
    And Bob knows the state of the room from the syncs

  @SYNC-032 @SYNC-022 @must
  Scenario: A visit between two syncs
    Given Alice has a room:
      """
      { "name": "Harbour", "visibility": "public" }
      """
    And Bob syncs anew
    And Bob joins the room
    And Alice sends "welcome" to the room
    And Bob leaves the room
    And Alice sends "alone again" to the room
    When Bob syncs
    Then the answer lists the room under "left" and nowhere else
    And the answer shows in the room the events:
      | Bob's join  |
      | welcome     |
      | Bob's leave |
    And each of Bob's syncs has shown the state of the room before its timeline, as Alice's log has it
    And Bob's syncs have shown every readable event of the room once, those left out found by going back

  @SYNC-033 @must
  Scenario: Nothing that happens after the leave is shown
    Given Alice has a private room with "shared" history
    And Bob is a member of the room
    And Bob has synced
    And Bob leaves the room
    And Alice renames the room to "hidden from Bob"
    And Alice sends "hidden from Bob too" to the room
    When Bob syncs
    Then the answer shows in the room the events:
      | Bob's leave |
    And the answer mentions "hidden from Bob" nowhere
    When Alice sends "hidden from Bob as well" to the room
    Then nothing is new to Bob's sync

  @SYNC-033 @must
  Scenario: An invitation that one declines shows nothing of the time between
    Given Alice has a private room with "shared" history
    And Bob is a member of the room
    And Bob has synced
    And Alice kicks Bob from the room
    And Alice puts the state "org.example.plan" in the room:
      """
      { "plan": "hidden from Bob" }
      """
    And Carol is a member of the room
    And Alice sends "hidden from Bob too" to the room
    And Alice invites Bob to the room
    And Bob leaves the room
    When Bob syncs
    Then the answer lists the room under "left" and nowhere else
    And the answer mentions "hidden from Bob" nowhere
    And the answer mentions "{{Carol}}" nowhere

  @SYNC-033 @must
  Scenario: Nor does a knock that one takes back
    Given Alice has a room:
      """
      { "visibility": "invite_only", "historyVisibility": "shared" }
      """
    And Bob is a member of the room
    And Bob has synced
    And Bob leaves the room
    And Alice renames the room to "hidden from Bob"
    And Bob knocks on the room
    And Bob leaves the room
    When Bob syncs
    Then the answer mentions "hidden from Bob" nowhere

  @SYNC-034 @must
  Scenario Outline: An invitation that ends
    Given Alice has a room:
      """
      { "name": "Harbour", "historyVisibility": "shared" }
      """
    And Bob is invited to the room
    And Bob has synced
    And <who> <ends it> the room
    When Bob syncs
    Then the answer lists the room under "left" and nowhere else
    And the answer shows in the room the events:
      | <event> |
    And the answer shows in the room no state
    When Bob syncs anew
    Then the answer lists the room nowhere

    Examples:
      | who   | ends it        | event       |
      | Bob   | leaves         | Bob's leave |
      | Alice | kicks Bob from | Bob's kick  |
      | Alice | bans Bob from  | Bob's ban   |

  @SYNC-034 @must
  Scenario Outline: A knock that ends
    Given Alice has a room:
      """
      { "name": "Harbour", "visibility": "invite_only", "historyVisibility": "shared" }
      """
    And Bob knocks on the room
    And Bob has synced
    And <who> <ends it> the room
    When Bob syncs
    Then the answer lists the room under "left" and nowhere else
    And the answer shows in the room the events:
      | <event> |
    And the answer shows in the room no state
    When Bob syncs anew
    Then the answer lists the room nowhere

    Examples:
      | who   | ends it        | event       |
      | Bob   | leaves         | Bob's leave |
      | Alice | kicks Bob from | Bob's kick  |
      | Alice | bans Bob from  | Bob's ban   |

  @SYNC-034 @SYNC-033 @must
  Scenario Outline: The event that ended it stands last, after whatever gap: <who> <ends it>
    Given Alice has a room:
      """
      { "visibility": "invite_only", "historyVisibility": "shared" }
      """
    And Bob is a member of the room
    And Bob has synced
    And Alice sends "said before" to the room
    And Alice kicks Bob from the room
    And Alice sends "hidden from Bob" to the room
    And <first> <comes near> the room
    And Alice sends "hidden from Bob, too" to the room
    And <who> <ends it> the room
    When Bob syncs
    Then the answer lists the room under "left" and nowhere else
    And the timeline of the room in the answer ends with:
      | <event> |
    And the answer mentions "hidden from Bob" nowhere
    And nothing is new to Bob's sync

    Examples:
      | first | comes near     | who   | ends it        | event       |
      | Alice | invites Bob to | Bob   | leaves         | Bob's leave |
      | Alice | invites Bob to | Alice | kicks Bob from | Bob's kick  |
      | Alice | invites Bob to | Alice | bans Bob from  | Bob's ban   |
      | Bob   | knocks on      | Bob   | leaves         | Bob's leave |
      | Bob   | knocks on      | Alice | kicks Bob from | Bob's kick  |

  @SYNC-034 @must
  Scenario: An invitation that came and went unseen
    Given Alice has a private room
    And Bob has synced
    And Alice invites Bob to the room
    And Alice kicks Bob from the room
    When Bob syncs
    Then the answer lists the room under "left" and nowhere else
    And the answer shows in the room the events:
      | Bob's kick |

  @SYNC-035 @must
  Scenario Outline: A room stands where the user ends up
    Given Alice has an invite-only room
    And Bob <is> the room
    And Bob has synced
    And <first> <does> the room
    And <second> <does then> the room
    When Bob syncs
    Then the answer lists the room under "<heading>" and nowhere else

    Examples:
      | is             | first | does           | second | does then       | heading |
      | has left       | Alice | invites Bob to | Bob    | joins           | joined  |
      | has left       | Bob   | knocks on      | Alice  | invites Bob to  | invited |
      | is invited to  | Bob   | joins          | Bob    | leaves          | left    |
      | is invited to  | Bob   | leaves         | Bob    | knocks on       | knocked |
      | is invited to  | Bob   | leaves         | Alice  | invites Bob to  | invited |
      | is a member of | Bob   | leaves         | Alice  | invites Bob to  | invited |
      | is a member of | Bob   | leaves         | Bob    | knocks on       | knocked |
      | is a member of | Alice | bans Bob from  | Alice  | unbans Bob from | left    |
      | is a member of | Bob   | leaves         | Alice  | bans Bob from   | left    |
      | knocks on      | Alice | invites Bob to | Bob    | joins           | joined  |
