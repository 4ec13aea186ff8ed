@since-0.2
Feature: Making a room with an alias
  A room can have its readable name from the first moment. Where the name is taken there is no room.

  @ROOM-006 @must
  Scenario: A new room can have an alias at once
    When Alice creates a room:
      """
      { "visibility": "public", "alias": "#a-{{unique}}:{{node}}" }
      """
    And Bob calls getAlias with:
      | alias | #a-{{unique}}:{{node}} |
    Then the answer contains:
      """
      { "room_id": "{{room}}" }
      """

  @ROOM-014 @must
  Scenario: A taken alias makes no room
    Given Alice has a room:
      """
      { "visibility": "public", "alias": "#b-{{unique}}:{{node}}" }
      """
    And Bob and Carol have synced
    When Bob calls createRoom with the body:
      """
      { "alias": "#b-{{unique}}:{{node}}", "invite": ["{{Carol}}"] }
      """
    Then the request is refused with ECCP_FORBIDDEN
    And nothing is new to Bob's sync
    And nothing is new to Carol's sync
