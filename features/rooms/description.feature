@since-0.1
Feature: What a room is
  A client can tell its user what a room is: all of it to those who have to do with it, and of a public room to everybody.

  @ROOM-040 @must
  Scenario Outline: A room is described to everybody with a membership
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
      | is banned from     | ban        | 2       |
      | has left           | leave      | 2       |

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
      | is banned from |

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
