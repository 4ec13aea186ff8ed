@since-0.1 @cap-federation
Feature: Users of other nodes count as there
  A node cannot tell whom another node has, and asks nobody: a name of the right form is enough.

  @ROOM-017 @must
  Scenario: A user of another node can be invited without being known
    Given Alice has a private room
    When Alice invites Quinn to the room
    Then it succeeds
    And Quinn's membership in the room is "invite", as Alice sees it

  @ROOM-017 @must
  Scenario: Also into a new room
    When Alice creates a room:
      """
      { "visibility": "private", "invite": ["{{Quinn}}", "@nobody-at-all:{{peer}}"] }
      """
    Then it succeeds
    And Quinn's membership in the room is "invite", as Alice sees it

  @ROOM-017 @must
  Scenario: A name that no user has by its form is none anywhere
    Given Alice has a private room
    When Alice calls inviteMember with the bad body:
      """
      { "user_id": "@Nobody At All:{{peer}}" }
      """
    Then the request is refused with ECCP_BAD_PARAM
