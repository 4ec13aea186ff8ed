@since-0.1 @cap-nothing-that-exists
Feature: Every phrase of the base vocabulary has exactly one meaning

  @STUB-001 @must
  Scenario: accounts and rooms
    Given Alice has an account
    And Alice, Bob and Carol have accounts
    And Alice is also logged in on "phone"
    And Alice is also logged in on "reader" with the scopes "read"
    And Alice has a private room
    And Alice has an invite-only room "den"
    And Alice has a private room with "shared" history
    And Alice has a room:
      """
      {}
      """
    And Alice has a room "den":
      """
      {}
      """
    When Alice creates a public room
    And Alice creates a shadow room "den"
    And Alice on "phone" creates a private room with "invited" history
    And Alice creates a room:
      """
      {}
      """
    And Bob looks at the room "den"
    Then Bob sees that "visibility" of the room is "private"
    And Bob sees 3 members in the room
    And Bob sees 1 member in the room "den"

  @STUB-001 @must
  Scenario: members
    Given Bob is a member of the room
    And Bob and Carol are members of the room "den"
    And Bob is invited to the room
    And Bob, Carol and Dave are invited to the room
    And Bob is banned from the room
    And Bob has left the room
    And Bob has power 50 in the room
    When Bob joins the room
    And Bob knocks on the room
    And Bob leaves the room
    And Bob forgets the room
    And a stranger joins the room
    And Alice invites Bob to the room
    And Alice kicks Bob from the room "den"
    And Alice bans Bob from the room because "spam"
    And Alice unbans Bob from the room
    And Alice gives Bob power 50 in the room
    Then Bob's membership in the room is "join", as Alice sees it
    And Bob is unknown in the room, as Alice sees it
    And Bob's power in the room is 50, as Alice sees it

  @STUB-001 @must
  Scenario: state
    When Alice renames the room to "Harbour"
    And Alice sets the topic of the room to "ships"
    And Alice puts the state "org.example.x" in the room:
      """
      {}
      """
    And Alice puts the state "org.example.x" with the key "{{Bob}}" in the room:
      """
      {}
      """
    And Alice puts the state "org.example.x" in the room, replacing "nothing":
      """
      {}
      """
    And Alice puts the state "eccp.room.power_levels" in the room, replacing what is in force:
      """
      {}
      """
    And Bob reads the state of the room
    And Bob reads the state "eccp.room.name" of the room
    And Bob reads the state "org.example.x" with the key "{{Bob}}" of the room
    Then the state "eccp.room.name" of the room contains, as Bob sees it:
      """
      {}
      """
    And the state "eccp.room.member" with the key "{{Bob}}" of the room "den" contains, as Alice sees it:
      """
      {}
      """
    And the room has no state "eccp.room.topic", as Bob sees it

  @STUB-001 @must
  Scenario: messages and the log
    Given Alice sends 30 messages to the room
    When Bob sends "hello" to the room
    And Bob sends "hello" to the room with the transaction id "t1"
    And Bob sends the event "org.example.poll" to the room:
      """
      {}
      """
    And Alice redacts "hello" in the room
    And Alice redacts "hello" in the room because "off topic"
    And Bob reads the event "hello" of the room
    And Bob reads the messages of the room
    And Bob reads the messages of the room with:
      | dir | f |
    Then Bob can read "hello" in the room
    And Bob cannot read "hello" in the room
    And "hello" is redacted in the room, as Bob sees it
    And the answer lists the messages:
      | hello |
    And Alice can verify the whole log of the room
    And Alice finds the "signature" of every entry of the room right

  @STUB-001 @must
  Scenario: sync
    Given Bob has synced
    And Bob and Carol have synced
    When Bob syncs
    And Bob syncs anew
    And Bob waits in a sync for up to 10000 ms
    Then Bob's waiting sync answers within 2000 ms
    And Bob's waiting sync has not answered yet
    And Bob's sync shows "hello" in the room
    And Bob's sync does not show "hello" in the room
    And Bob's sync shows the messages in the room, in order:
      | hello |
    And Bob's sync lists the room under "invited"
    And Bob's sync does not list the room under "joined"

  @STUB-001 @must
  Scenario: requests and answers
    When Alice calls getRoom
    And Alice calls getEvent with:
      | eventId | {{event hello}} |
    And Alice calls createRoom with the body:
      """
      {}
      """
    And Alice calls createRoom with the bad body:
      """
      {}
      """
    And someone with the token "abc" calls getAccount
    And Alice sends the body "{}" to createRoom
    And Alice sends the body '{"a":1,"a":2}' to createRoom
    And Alice sends the body "{}" as "text/plain" to createRoom
    And Alice sends the bytes "7b227d" to createRoom
    And Alice sends to createRoom the body:
      """
      {}
      """
    And a stranger requests GET "/_eccp/client/v1/nothing"
    And Alice requests POST "/_eccp/client/v1/rooms" with the body "{}" as "application/json"
    And Alice requests GET "/_eccp/client/v1/account" with the headers:
      | x-a | b |
    Then it succeeds
    And the request is refused with ECCP_FORBIDDEN
    And the request is refused with ECCP_FORBIDDEN or ECCP_NOT_FOUND
    And every request is refused with ECCP_FORBIDDEN
    And the answer has status 404
    And the answer contains:
      """
      {}
      """
    And the answer's "event.sender" is "{{Bob}}"
    And the answer's "seq" is 3
    And the answer has a "next"
    And the answer has an "event"
    And the answer has no "content"
    And the answer lists 3 "events"
    And the answer mentions "secret" nowhere
    And the answer's header "cache-control" is "no-store"
    And the answer's header "x-request-id" matches "^\S+$"
    And the answer's header "set-cookie" is absent
    And both answers are the same, byte for byte
    And both answers have the same "event_id"
    And both answers have different "event_id"
    And the answer's "event_id" is kept as "first"
    And the answers have the statuses:
      | 200 |
