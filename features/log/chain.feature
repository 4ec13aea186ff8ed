@since-0.1
Feature: A log that anybody can verify
  Whoever holds a log recomputes every hash, signature and state in it, with nothing but the log and the specification.

  @LOG-001 @LOG-002 @LOG-003 @LOG-005 @LOG-007 @LOG-008 @LOG-009 @LOG-011 @LOG-025 @LOG-026 @LOG-030 @LOG-033 @LOG-034 @LOG-036 @LOG-042 @LOG-044 @LOG-045 @LOG-046 @LOG-050 @LOG-054 @LOG-055 @must
  Scenario: A long and varied log verifies from its first entry to its last
    When Alice founds a room and all kinds of things happen in it
    Then Alice can verify the whole log of the room

  @LOG-004 @must
  Scenario: A room is named by the hash of its create event, and by the node of its creator
    Given Alice has a private room
    Then the id of the room is made of its create event, as Alice sees it

  @LOG-004 @LOG-003 @must
  Scenario: Rooms that are asked for alike are different rooms
    Given Alice has a private room "one"
    And Alice has a private room "two"
    Then the id of the room "one" is made of its create event, as Alice sees it
    And the id of the room "two" is made of its create event, as Alice sees it
    And Alice can verify the whole log of the room "two"

  @LOG-053 @must
  Scenario: A room begins with creation, join, power levels, visibility and history visibility
    Given Alice has a private room
    Then Alice finds in the log of the room, all by Alice and nothing else:
      | eccp.room.create             |           | { "room_version": "1" }            |
      | eccp.room.member             | {{Alice}} | { "membership": "join" }           |
      | eccp.room.power_levels       |           | { "users": { "{{Alice}}": 100 } }  |
      | eccp.room.visibility         |           | { "visibility": "private" }        |
      | eccp.room.history_visibility |           | { "history_visibility": "joined" } |

  @LOG-053 @must
  Scenario: Name, topic and invitations follow, where they are given
    Given Alice has a room:
      """
      { "name": "Harbour", "topic": "ships", "visibility": "public", "historyVisibility": "shared", "invite": ["{{Bob}}"] }
      """
    Then Alice finds in the log of the room, all by Alice and nothing else:
      | eccp.room.create             |           | { "room_version": "1" }            |
      | eccp.room.member             | {{Alice}} | { "membership": "join" }           |
      | eccp.room.power_levels       |           | { "users": { "{{Alice}}": 100 } }  |
      | eccp.room.visibility         |           | { "visibility": "public" }         |
      | eccp.room.history_visibility |           | { "history_visibility": "shared" } |
      | eccp.room.name               |           | { "name": "Harbour" }              |
      | eccp.room.topic              |           | { "topic": "ships" }               |
      | eccp.room.member             | {{Bob}}   | { "membership": "invite" }         |

  @LOG-053 @must
  Scenario: A topic stands without a name, in an invite-only room
    Given Alice has a room:
      """
      { "topic": "ships", "visibility": "invite_only" }
      """
    Then Alice finds in the log of the room, all by Alice and nothing else:
      | eccp.room.create             |           | { "room_version": "1" }            |
      | eccp.room.member             | {{Alice}} | { "membership": "join" }           |
      | eccp.room.power_levels       |           | { "users": { "{{Alice}}": 100 } }  |
      | eccp.room.visibility         |           | { "visibility": "invite_only" }    |
      | eccp.room.history_visibility |           | { "history_visibility": "joined" } |
      | eccp.room.topic              |           | { "topic": "ships" }               |

  @LOG-053 @must
  Scenario: Each invited user has one invite
    Given Alice has a room:
      """
      { "name": "Harbour", "invite": ["{{Bob}}", "{{Carol}}", "{{Dave}}"] }
      """
    Then the log of the room ends with one invite each for Bob, Carol and Dave, as Alice sees it

  @LOG-006 @must
  Scenario: Every event has 16 random bytes of its own
    Given Alice has a private room "one"
    And Alice has a private room "two"
    When Alice sends 20 messages to the room "one"
    And Alice sends 20 messages to the room "two"
    Then no two events of the rooms share a nonce, as Alice sees it
    And every byte of the nonces varies, as Alice sees it

  @LOG-005 @LOG-006 @must
  Scenario: Who knows a hash of a content cannot tell that another is the same
    Given Alice has a private room
    When Alice sends "yes" to the room
    And Alice sends the same message "yes" again as "yes again"
    Then "yes" and "yes again" have different content hashes in the room, as Alice sees it
    And Alice finds the "content_hash" of every entry of the room right

  @LOG-013 @LOG-035 @must
  Scenario: Event and entry carry the time at which they were signed
    Given Alice has a private room
    When Alice looks at the node's clock, sends "one" to the room and looks again
    And Alice looks at the node's clock, sends "two" to the room and looks again
    Then the "origin_ts" of "one" in the room lies between the looks, as Alice sees it
    And the "host_ts" of "one" in the room lies between the looks, as Alice sees it
    And the "origin_ts" of "two" in the room lies between the looks, as Alice sees it
    And the "host_ts" of "two" in the room lies between the looks, as Alice sees it

  @LOG-035 @must
  Scenario: The time of an entry is never before that of the entry before it
    Given Alice has a private room
    When Alice fills the room with 60 messages
    Then Alice finds the "host_ts" of every entry of the room right

  @LOG-008 @LOG-033 @LOG-036 @must
  Scenario: What is sent at the same time comes into one chain
    Given Alice has a private room
    And Bob is a member of the room
    When Alice fills the room with 50 messages
    And Bob fills the room with 10 messages
    Then Alice finds the "chain" of every entry of the room right
    And Alice finds the "event_id" of every entry of the room right

  @LOG-025 @LOG-026 @must
  Scenario: An anchor is never more than 1000 entries away, however long the log is
    Given Alice has a public room
    And Bob is a member of the room
    When Alice fills the room with 1010 messages
    And Alice renames the room to "Harbour"
    And Bob leaves the room
    And Alice invites Bob to the room
    Then Alice finds every event of the room anchored 1 to 1000 entries back, but for creation and users' own memberships

  @LOG-026 @must
  Scenario: Joining, knocking, leaving and declining need no knowledge of the log
    Given Alice has an invite-only room
    When Bob knocks on the room
    And Alice invites Bob to the room
    And Bob joins the room
    And Bob leaves the room
    And Bob is invited to the room
    And Bob leaves the room
    And Carol knocks on the room
    And Carol leaves the room
    Then Alice finds every event of the room anchored 1 to 1000 entries back, but for creation and users' own memberships
    And Alice finds the "form" of every entry of the room right

  @LOG-042 @must
  Scenario: The state root is made of the state in the order of its bytes
    Given Alice has a private room
    When Alice sets these states of the room:
      | org.example.a   |           |
      | org.example.a   | z         |
      | org.example.a   | Z         |
      | org.example.a   | zz        |
      | org.example.a   | !         |
      | org.example.a   | ~         |
      | org.example.a   | "         |
      | org.example.a   | #         |
      | org.example.a   | [         |
      | org.example.a   | ]         |
      | org.example.a   | 10        |
      | org.example.a   | 9         |
      | org.example.a   | {{Alice}} |
      | org.example.a.b | z         |
      | org.example.a-b | z         |
      | org.example.a_b | z         |
      | org.example.a1  | z         |
      | org.example.aa  | z         |
      | aaa.first       | z         |
      | eccp_.x         | z         |
      | eccpa.x         | z         |
      | org.example.a   | Z         |
    Then Alice finds the "state_root" of every entry of the room right
    And Alice finds the "replaces" of every entry of the room right

  @LOG-042 @must
  Scenario: Messages and redactions leave the state as it is, redacted state included
    Given Alice has a private room
    And Alice renames the room to "Harbour"
    And Alice sends "hello" to the room
    When Alice redacts "eccp.room.name" in the room
    And Alice sends "goodbye" to the room
    And Alice renames the room to "Pier"
    Then Alice finds the "state_root" of every entry of the room right
    And Alice finds the "replaces" of every entry of the room right

  @LOG-044 @LOG-045 @LOG-046 @LOG-050 @must
  Scenario: The log brings the keys that it is judged by, once
    Given Alice has a public room
    When Bob joins the room
    And Bob leaves the room
    And Bob joins the room
    And Alice sends "hello" to the room
    Then Alice finds the "keys" of every entry of the room right
    And Alice finds the "signature" of every entry of the room right
    And Alice finds the "form" of every entry of the room right
    And Alice finds the "state_root" of every entry of the room right
    And the create event of the room brings key documents and no other event does, as Alice sees it

  @LOG-005 @LOG-002 @must
  Scenario Outline: <what> is hashed in its canonical form
    Given Alice has a private room
    When Alice sends to sendEvent the body:
      """
      <body>
      """
    Then it succeeds
    And Alice can verify the whole log of the room

    Examples:
      | what                              | body                                                          |
      | content with members out of order | {"body":"x", "b":1, "a":2, "B":3, "_":4, "10":5, "9":6}       |
      | content with needless escapes     | {"\u0062ody":"\u0041\/\u00e9\u2028\ud83d\ude00"}              |
      | content with needed escapes       | {"body":"\"\\\\\\n\\u0001\\u001f\u007f"}                      |
      | content that looks normalised     | {"body":"e\u0301 \u00e9 \u212b"}                              |
      | content with white space          | {  "body" :  " x "  ,  "list" : [ 1 , [ ] , { } ]  }          |
      | content with nothing and all      | {"body":"","n":null,"t":true,"f":false,"i":-9007199254740991} |
