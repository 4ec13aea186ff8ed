@since-0.1
Feature: What a room is
  A client can tell its user what a room is: all of it to those who have to do with it, and of a public room to everybody.

  @ROOM-040 @must
  Scenario Outline: A room is described to who is joined, invited or knocking
    Given Alice has a room:
      """
      { "name": "Engine room", "topic": "Pumps", "visibility": "invite_only", "historyVisibility": "invited" }
      """
    And Carol is a member of the room
    And Bob <comes near> the room
    When Bob looks at the room
    Then the answer contains:
      """
      {
        "room_id": "{{room}}", "membership": "<membership>", "name": "Engine room", "topic": "Pumps", "visibility": "invite_only", "join_rule": "knock",
        "history_visibility": "invited", "host": "{{node}}", "nodes": ["{{node}}"], "member_count": <members>, "direct": false, "bots": false, "bridges": false
      }
      """

    Examples:
      | comes near         | membership | members |
      | is a member of     | join       | 3       |
      | is invited to      | invite     | 2       |
      | knocks on          | knock      | 2       |

  @ROOM-040 @must
  Scenario Outline: Visibility and join rule belong together
    Given Alice has a <visibility> room
    When Alice looks at the room
    Then the answer's "visibility" is "<name>"
    And the answer's "join_rule" is "<join rule>"
    And the answer has no "name"
    And the answer has no "topic"

    Examples:
      | visibility  | name        | join rule |
      | public      | public      | open      |
      | private     | private     | invite    |
      | invite-only | invite_only | knock     |

  @ROOM-040 @must
  Scenario: The description follows what happens
    Given Alice has a room:
      """
      { "name": "Engine room", "topic": "Pumps" }
      """
    And Bob is a member of the room
    When Alice renames the room to "Boiler room"
    And Alice sets the topic of the room to "Steam"
    And Alice puts the state "eccp.room.visibility" in the room:
      """
      { "visibility": "public" }
      """
    And Alice puts the state "eccp.room.history_visibility" in the room:
      """
      { "history_visibility": "shared" }
      """
    And Alice kicks Bob from the room
    And Alice looks at the room
    Then the answer contains:
      """
      { "name": "Boiler room", "topic": "Steam", "visibility": "public", "join_rule": "open", "history_visibility": "shared", "member_count": 1, "nodes": ["{{node}}"] }
      """

  @ROOM-040 @must
  Scenario: A direct room says so
    Given Alice has a room:
      """
      { "direct": true, "invite": ["{{Bob}}"] }
      """
    When Bob looks at the room
    Then the answer's "direct" is true

  @ROOM-041 @must
  Scenario: A public room is described to everybody on the node
    Given Alice has a room:
      """
      { "name": "Harbour", "topic": "Ships", "visibility": "public", "historyVisibility": "shared" }
      """
    And Carol has left the room
    When Bob looks at the room
    Then the answer contains:
      """
      {
        "room_id": "{{room}}", "membership": "leave", "name": "Harbour", "topic": "Ships", "visibility": "public", "join_rule": "open", "history_visibility": "shared",
        "host": "{{node}}", "nodes": ["{{node}}"], "member_count": 1, "direct": false, "bots": false, "bridges": false, "head": { "seq": 0 }
      }
      """

  @ROOM-041 @must
  Scenario: But to nobody without a token
    Given Alice has a public room
    When a stranger calls getRoom
    Then the request is refused with ECCP_MISSING_TOKEN

  @ROOM-042 @must
  Scenario: The head of the log is the last entry for who is joined
    Given Alice has a private room
    And Bob is a member of the room
    When Alice sends "hello" to the room
    Then Alice sees as the head of the room the entry of "hello", as Alice reads it
    And Bob sees as the head of the room the entry of "hello", as Alice reads it

  @ROOM-042 @must
  Scenario Outline: The head of the log is the end of the membership for who is no longer joined
    Given Alice has a private room with "shared" history
    And Bob is a member of the room
    And Alice sends "hello" to the room
    And <who> <ends it> the room
    When Alice sends "bye" to the room
    Then Bob sees as the head of the room the entry of "<event>", as Alice reads it

    Examples:
      | who   | ends it         | event     |
      | Bob   | leaves          | Bob's leave |
      | Alice | kicks Bob from  | Bob's kick  |
      | Alice | bans Bob from   | Bob's ban   |

  @ROOM-042 @must
  Scenario Outline: The head of the log is the creation for who may read nothing
    Given Alice has an invite-only room with "shared" history
    And Bob <comes near> the room
    When Alice sends "hello" to the room
    Then Bob sees as the head of the room the entry of "the creation", as Alice reads it

    Examples:
      | comes near     |
      | is invited to  |
      | knocks on      |

  @ROOM-042 @must
  Scenario: Also for who is banned from a public room and was never in it
    Given Alice has a public room with "shared" history
    And Bob is banned from the room
    When Alice sends "hello" to the room
    Then Bob sees as the head of the room the entry of "the creation", as Alice reads it
    And Bob sees that "membership" of the room is "ban"

  @ROOM-042 @must
  Scenario: Also for those who look at a public room from outside
    Given Alice has a public room with "shared" history
    When Alice sends "hello" to the room
    Then Bob sees as the head of the room the entry of "the creation", as Alice reads it

  @ROOM-043 @must
  Scenario: An invite-only room is not described to outsiders
    Given Alice has an invite-only room
    And Carol is invited to the room
    And Carol leaves the room
    When Bob looks at the room
    Then the request is refused with ECCP_FORBIDDEN
    When Carol looks at the room
    Then the request is refused with ECCP_FORBIDDEN

  @ROOM-044 @must
  Scenario Outline: Who is no longer joined sees what the room was at the end: <visibility>, <ends it>
    Given Alice has a room:
      """
      { "name": "Engine room", "topic": "Pumps", "visibility": "<visibility>", "historyVisibility": "shared" }
      """
    And Carol is a member of the room
    And Bob is a member of the room
    And <who> <ends it> the room
    And Dave and Erin are members of the room
    And Carol leaves the room
    And Alice renames the room to "Boiler room"
    And Alice sets the topic of the room to "Steam"
    And Alice puts the state "eccp.room.history_visibility" in the room:
      """
      { "history_visibility": "joined" }
      """
    And Alice puts the state "eccp.room.visibility" in the room:
      """
      { "visibility": "<visibility later>" }
      """
    And Alice sends "bye" to the room
    When Bob looks at the room
    Then the answer contains:
      """
      {
        "room_id": "{{room}}", "membership": "<membership>", "name": "Engine room", "topic": "Pumps", "visibility": "<visibility>", "join_rule": "<join rule>",
        "history_visibility": "shared", "host": "{{node}}", "nodes": ["{{node}}"], "member_count": 2, "direct": false, "bots": false, "bridges": false
      }
      """
    And the answer mentions "Boiler" nowhere
    And the answer mentions "Steam" nowhere
    And Bob sees as the head of the room the entry of "<event>", as Alice reads it

    Examples:
      | who   | ends it        | event       | membership | visibility  | join rule | visibility later |
      | Bob   | leaves         | Bob's leave | leave      | private     | invite    | invite_only      |
      | Alice | kicks Bob from | Bob's kick  | leave      | private     | invite    | invite_only      |
      | Alice | bans Bob from  | Bob's ban   | ban        | private     | invite    | invite_only      |
      | Bob   | leaves         | Bob's leave | leave      | invite_only | knock     | private          |
      | Alice | bans Bob from  | Bob's ban   | ban        | invite_only | knock     | private          |
      | Bob   | leaves         | Bob's leave | leave      | public      | open      | private          |
      | Bob   | leaves         | Bob's leave | leave      | public      | open      | invite_only      |

  @ROOM-044 @must
  Scenario: What had no name then has none
    Given Alice has a private room
    And Bob has left the room
    And Alice renames the room to "Boiler room"
    And Alice sets the topic of the room to "Steam"
    When Bob looks at the room
    Then the answer has no "name"
    And the answer has no "topic"
    And the answer's "member_count" is 1

  @ROOM-044 @must
  Scenario: It is the end of the last time in the room that counts
    Given Alice has a room:
      """
      { "name": "first" }
      """
    And Bob has left the room
    And Alice renames the room to "second"
    And Bob is a member of the room
    And Bob leaves the room
    And Alice renames the room to "third"
    When Bob looks at the room
    Then the answer's "name" is "second"

  @ROOM-044 @must
  Scenario: A ban, and its end, that follow show no more of the room
    Given Alice has a room:
      """
      { "name": "first" }
      """
    And Bob has left the room
    And Alice renames the room to "second"
    And Carol is a member of the room
    When Alice bans Bob from the room
    And Bob looks at the room
    Then the answer's "name" is "first"
    And the answer's "member_count" is 1
    When Alice unbans Bob from the room
    And Bob looks at the room
    Then the answer's "name" is "first"
    And the answer's "member_count" is 1

  @ROOM-044 @ROOM-041 @must
  Scenario: A room that is public by now is described as it is, to everybody
    Given Alice has a room:
      """
      { "name": "Engine room" }
      """
    And Bob is a member of the room
    And Carol is a member of the room
    And Bob leaves the room
    And Alice bans Carol from the room
    And Alice renames the room to "Boiler room"
    And Alice puts the state "eccp.room.visibility" in the room:
      """
      { "visibility": "public" }
      """
    When Bob looks at the room
    Then the answer contains:
      """
      { "membership": "leave", "name": "Boiler room", "visibility": "public", "join_rule": "open", "member_count": 1 }
      """
    When Carol looks at the room
    Then the answer contains:
      """
      { "membership": "ban", "name": "Boiler room", "visibility": "public", "join_rule": "open", "member_count": 1 }
      """

  @ROOM-044 @ROOM-081 @must
  Scenario: What was redacted later is not in the description of the past either
    Given Alice has a room:
      """
      { "name": "the secret name" }
      """
    And Bob has left the room
    And Alice reads the state "eccp.room.name" of the room
    And the answer's "event_id" is kept as "the name"
    And Alice calls redactEvent with:
      | eventId | {{saved the name}} |
      | body    | {}                 |
    When Bob looks at the room
    Then it succeeds
    And the answer mentions "the secret name" nowhere

  @ROOM-044 @ROOM-040 @must
  Scenario: Who comes back sees what the room is
    Given Alice has a room:
      """
      { "name": "Engine room" }
      """
    And Bob has left the room
    And Alice renames the room to "Boiler room"
    And Alice invites Bob to the room
    When Bob joins the room
    And Bob looks at the room
    Then the answer contains:
      """
      { "membership": "join", "name": "Boiler room", "member_count": 2 }
      """

  @ROOM-045 @must
  Scenario Outline: Who is banned and was never in it learns nothing of a room that is <visibility>
    Given Alice has a room:
      """
      { "name": "Engine room", "visibility": "<visibility>" }
      """
    And Bob is banned from the room
    When Bob looks at the room
    Then the request is refused with ECCP_FORBIDDEN
    And the answer mentions "Engine room" nowhere

    Examples:
      | visibility  |
      | private     |
      | invite_only |

  @ROOM-045 @must
  Scenario Outline: Whatever came before the ban: <who> <comes near> the room
    Given Alice has an invite-only room
    And <who> <comes near> the room
    And Alice bans Bob from the room
    When Bob looks at the room
    Then the request is refused with ECCP_FORBIDDEN

    Examples:
      | who   | comes near     |
      | Alice | invites Bob to |
      | Bob   | knocks on      |

  @ROOM-045 @ROOM-027 @must
  Scenario: Nor who forgot the time there
    Given Alice has a private room
    And Bob has left the room
    And Bob forgets the room
    And Alice bans Bob from the room
    When Bob looks at the room
    Then the request is refused with ECCP_FORBIDDEN

  @ROOM-045 @must
  Scenario: A public room that one is banned from is described
    Given Alice has a room:
      """
      { "name": "Harbour", "visibility": "public" }
      """
    And Bob is banned from the room
    When Bob looks at the room
    Then the answer contains:
      """
      { "membership": "ban", "name": "Harbour", "visibility": "public", "member_count": 1 }
      """
