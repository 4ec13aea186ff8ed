@since-0.1 @cap-federation
Feature: Who is told what by the host
  Each entry goes to the nodes whose users are in the room, and to nobody else.

  Background:
    Given Alice has a public room
    And Pat is a member of the room

  @HOST-020 @HOST-024 @HOST-022 @must
  Scenario: Nodes in the room get every entry, those outside none
    Given Ruth's node has met the node
    When Alice sends "hello" to the room
    And Alice renames the room to "Harbour"
    Then "eccp.room.name" reaches the peer
    And "hello" is in the peer's copy of the room with its content
    And the peer "two" was not sent "hello"

  @HOST-020 @must
  Scenario: A node gets entries from the join of its first user on
    When Alice sends "before" to the room
    And Ruth's node submits a join of the room
    Then "Ruth's join" reaches the peer "two"
    And the peer "two" was sent "Ruth's join" 1 time
    And the peer "two" was sent "before" 0 times

  @HOST-020 @HOST-021 @HOST-022 @must
  Scenario Outline: Whose last user is <done> gets that entry, and none after it
    Given Ruth is a member of the room
    When Alice <act> Pat from the room
    And Alice sends "afterwards" to the room
    Then "<name>" reaches the peer
    And "afterwards" reaches the peer "two"
    And the peer was not sent "afterwards"

    Examples:
      | done   | act   | name       |
      | kicked | kicks | Pat's kick |
      | banned | bans  | Pat's ban  |

  @HOST-020 @must
  Scenario: A node with another user in the room goes on getting entries
    Given Quinn is a member of the room
    When Pat's node submits a leave of the room
    And Alice sends "afterwards" to the room
    Then "afterwards" reaches the peer

  @HOST-021 @must
  Scenario: A node learns what becomes of its user who was never joined
    When Alice bans Ruth from the room
    Then the peer "two" has been sent "Ruth's ban"

  @HOST-023 @HOST-040 @ROOM-017 @must
  Scenario: Who is invited is told in full, though not of the log
    Given Alice has a room "den":
      """
      { "name": "Den {{unique}}", "topic": "ships", "visibility": "invite_only", "encrypted": true }
      """
    When Alice invites Ruth to the room "den"
    Then the peer "two" has been invited to the room "den" with a right invitation
    And its preview is:
      """
      { "visibility": "invite_only", "encrypted": true, "name": "Den {{unique}}", "topic": "ships" }
      """
    And the peer "two" was sent no entries

  @HOST-023 @ROOM-017 @ROOM-004 @must
  Scenario: Users of other nodes can be invited when a room is made
    Given Alice has a room "new":
      """
      { "name": "New", "invite": ["{{Ruth}}", "{{Pat}}"] }
      """
    Then the peer "two" has been invited to the room "new" with a right invitation
    And the peer has been invited to the room "new" with a right invitation

  @HOST-023 @HOST-020 @must
  Scenario: An invite for a user whose node is in the room is an entry like any other
    When Alice invites Quinn to the room
    Then "Quinn's invite" reaches the peer
    And the peer has no invitation

  @HOST-021 @HOST-048 @must
  Scenario: An invitation that is taken back is told as well
    When Alice invites Ruth to the room
    And the peer "two" has been sent "Ruth's invite"
    And Alice kicks Ruth from the room
    Then the peer "two" has been sent "Ruth's kick"

  @HOST-024 @must
  Scenario: What was redacted meanwhile is sent without content
    Given the peer takes no more transactions
    When Alice sends "regret" to the room
    And Alice redacts "regret" in the room
    And the peer takes transactions again
    And the peer sends an empty transaction
    Then "the redaction of regret" reaches the peer
    And the peer was never sent the text "regret" after the redaction
