@since-0.1 @cap-federation
Feature: Invitations from other nodes
  A node that is invited cannot check the log, which is not for it yet. What it checks is who says so.

  Background:
    Given Pat's node hosts a private room
    And Alice has an account

  @HOST-047 @HOST-040 @FED-002 @must
  Scenario: An invitation is shown as it came
    When Pat's node invites Alice to the room
    Then the invitation is taken
    And Alice's sync shows the invitation to the room with the preview:
      """
      { "visibility": "private" }
      """

  @HOST-050 @HOST-051 @HOST-053 @RULE-018 @must
  Scenario: Who is invited joins
    Given Pat has invited Alice to the room
    When Alice joins the room
    Then it succeeds
    And the answer's "status" is "sequenced"
    And the join of Alice came to the peer with one key document, in place of "Alice's invite"
    And Alice's node holds the same log of the room as the peer

  @HOST-066 @must
  Scenario: Who is invited is told what the invitation tells
    Given Pat has invited Alice to the room
    When Alice looks at the room
    Then it succeeds
    And the answer contains:
      """
      { "visibility": "private", "membership": "invite", "host": "{{peer}}", "join_rule": "invite" }
      """

  @HOST-065 @must
  Scenario: Nobody else is told that there is such a room
    Given Bob has an account
    And Pat has invited Alice to the room
    When Bob looks at the room
    And Bob reads the state of the room
    And Alice reads the state of the room
    And Alice reads the messages of the room
    And Alice sends "hello" to the room
    Then every request is refused with ECCP_NOT_FOUND

  @HOST-065 @HOST-022 @ROOM-024 @must
  Scenario: An invitation can be declined
    Given Pat has invited Alice to the room
    When Alice leaves the room
    Then it succeeds
    And Alice's membership in the room is "leave" for the peer
    And Alice's sync shows no invitation to the room

  @HOST-041 @HOST-042 @HOST-043 @HOST-044 @HOST-045 @HOST-046 @LOG-023 @FED-003 @FED-014 @must
  Scenario Outline: An invitation with <fault> is refused
    When Pat's node invites Alice to the room with "<fault>"
    Then the invitation is refused with <code>
    And nothing came of it

    Examples:
      | fault                                               | code                     |
      | another room beside it                              | ECCP_ROOM_MISMATCH       |
      | the create event of another room                    | ECCP_ROOM_MISMATCH       |
      | the invite to another room                          | ECCP_ROOM_MISMATCH       |
      | a join in place of the invite                       | ECCP_BAD_EVENT           |
      | a ban in place of the invite                        | ECCP_BAD_EVENT           |
      | a message in place of the invite                    | ECCP_BAD_EVENT           |
      | a user who does not exist                           | ECCP_NOT_FOUND           |
      | a user of a third node                              | ECCP_NOT_FOUND           |
      | an event signature that does not verify             | ECCP_BAD_SIGNATURE       |
      | an entry signature that does not verify             | ECCP_BAD_SIGNATURE       |
      | an entry under a key that the host does not have    | ECCP_BAD_SIGNATURE       |
      | a room version that nobody knows                    | ECCP_UNSUPPORTED_VERSION |
      | no create event                                     | ECCP_BAD_EVENT           |
      | no key document                                     | ECCP_BAD_EVENT           |
      | no preview                                          | ECCP_BAD_EVENT           |
      | a preview that is none                              | ECCP_BAD_EVENT           |
      | a preview whose name is no text                     | ECCP_BAD_EVENT           |
      | a preview that does not say yes or no to encryption | ECCP_BAD_EVENT           |

  @HOST-041 @must
  Scenario: Nobody invites to a room of somebody else
    When Pat's node invites Alice to the room, and the peer "two" hands it over
    Then the invitation is refused with ECCP_NOT_HOST
    And nothing came of it

  @FED-011 @must
  Scenario: An invitation that comes again is taken again, and shown once
    Given Pat has invited Alice to the room
    And Alice has synced
    When Pat's node hands over the invitation of Alice again
    Then the invitation is taken
    And Alice's sync does not list the room under "invited"

  @HOST-048 @HOST-049 @must
  Scenario: An invitation that is taken back is over
    Given Pat has invited Alice to the room
    And Alice has synced
    When Pat's node takes the invitation of Alice to the room back
    Then the entry is applied
    And Alice's sync lists the room under "left"
    And Alice's sync shows no invitation to the room
    When Alice looks at the room
    Then the request is refused with ECCP_NOT_FOUND
