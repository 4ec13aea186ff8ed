@since-0.1 @cap-e2ee
Feature: Rooms that are encrypted from the start
  Who does not ask for anything else gets a room in which nobody can say a thing that its nodes can read.

  @ENC-010 @ENC-011 @ENC-012 @must
  Scenario Outline: A new room is encrypted: <body>
    Given Alice has an account
    When Alice creates a room as it comes:
      """
      <body>
      """
    Then the room begins with the events "eccp.room.create, eccp.room.member, eccp.room.power_levels, eccp.room.visibility, eccp.room.history_visibility, eccp.room.encryption", as Alice sees it
    And the state "eccp.room.encryption" of the room contains, as Alice sees it:
      """
      { "algorithm": "eccp.room.v1" }
      """
    When Alice looks at the room
    Then the answer contains:
      """
      { "encrypted": true }
      """
    When Alice sends "hello" to the room
    Then the request is refused with ECCP_FORBIDDEN

    Examples:
      | body                                              |
      | {}                                                |
      | { "name": "Harbour", "topic": "ships" }           |
      | { "visibility": "invite_only" }                   |
      | { "visibility": "private", "encrypted": true }    |
      | { "visibility": "public", "encrypted": true }     |

  @ENC-010 @ENC-011 @ENC-012 @must
  Scenario Outline: Unless it is public, or the request says no: <body>
    Given Alice has an account
    When Alice creates a room as it comes:
      """
      <body>
      """
    Then the room has no state "eccp.room.encryption", as Alice sees it
    When Alice looks at the room
    Then the answer contains:
      """
      { "encrypted": false }
      """
    When Alice sends "hello" to the room
    Then it succeeds

    Examples:
      | body                                               |
      | { "visibility": "public" }                         |
      | { "visibility": "public", "encrypted": false }     |
      | { "encrypted": false }                             |
      | { "visibility": "invite_only", "encrypted": false } |
