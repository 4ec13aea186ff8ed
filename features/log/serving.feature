@since-0.1
Feature: Serving a log
  An event is the same for everybody, always, and what was refused was never there.

  @LOG-058 @LOG-022 @must
  Scenario: Every answer gives every event alike
    Given Alice has a public room with "shared" history
    And Bob is a member of the room
    And Bob has power 50 in the room
    And Alice renames the room to "Harbour"
    And Bob sends "hello" to the room
    And Alice is also logged in on "phone"
    And Alice on "phone" sends "from the phone" to the room
    And Bob sets the "org.example.status" state of the room with the key "{{Bob}}"
    And Bob sends "secret" to the room
    And Bob redacts "secret" in the room
    And Carol is a member of the room
    And Dave has left the room
    Then Alice, Alice on "phone", Bob and Carol are given each event of the room the same in every answer
    And Alice, Alice on "phone", Bob and Carol are given content and nonce of every event that makes up the room in every answer

  @LOG-058 @must
  Scenario: Who left is given the same as who stayed
    Given Alice has a private room
    And Bob is a member of the room
    And Bob sends "hello" to the room
    And Alice renames the room to "Harbour"
    And Bob leaves the room
    And Alice renames the room to "Pier"
    Then Alice and Bob are given each event of the room the same in every answer

  @LOG-058 @LOG-022 @must
  Scenario: Who is invited is given the same as who is joined
    Given Alice has a room:
      """
      { "name": "Harbour", "topic": "ships" }
      """
    And Bob is a member of the room
    And Carol is invited to the room
    Then Bob and Carol's invitation are given the events of the room alike

  @LOG-059 @must
  Scenario: Refused events leave no trace
    Given Alice has a public room
    And Bob is a member of the room
    And Bob sends "hello" to the room
    And Alice renames the room to "Harbour"
    And Alice remembers the room
    When Bob renames the room to "Pier"
    And Bob sends an "eccp.room.unknown" event to the room
    And Bob puts the state "eccp.room.message" in the room:
      """
      { "body": "x" }
      """
    And Bob sends the event "eccp.room.message" to the room:
      """
      { "body": 1 }
      """
    And Alice puts the state "eccp.room.name" in the room, replacing "nothing":
      """
      { "name": "Quay" }
      """
    And Alice puts the state "eccp.room.topic" in the room, replacing "eccp.room.name":
      """
      { "topic": "ships" }
      """
    And Bob kicks Alice from the room
    And Bob bans Carol from the room
    And Alice invites Bob to the room
    And Bob knocks on the room
    And Carol leaves the room
    And Alice sends an event of 62000 characters to the room
    Then every request is refused with ECCP_FORBIDDEN or ECCP_BAD_EVENT or ECCP_STATE_CONFLICT or ECCP_TOO_LARGE
    And the room is as it was
    And Alice can verify the whole log of the room
