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

  @DISC-023 @ROOM-006 @must
  Scenario Outline: An alias of another node makes no room: <alias>
    Given Alice and Bob have synced
    When Alice calls createRoom with the body:
      """
      { "visibility": "public", "alias": "<alias>", "invite": ["{{Bob}}"] }
      """
    Then the request is refused with ECCP_BAD_PARAM
    And the answer's "path" is "/alias"
    And nothing is new to Alice's sync
    And nothing is new to Bob's sync

    Examples:
      | alias                          |
      | #harbour:elsewhere.example.org |
      | #harbour:[2001:db8::1]:8448    |

  @ROOM-016 @no-cap-aliases @must
  Scenario: A node without aliases makes no room with one, and others as ever
    Given Alice and Bob have synced
    When Alice calls createRoom with the body:
      """
      { "visibility": "public", "alias": "#c-{{unique}}:{{node}}", "invite": ["{{Bob}}"] }
      """
    Then the request is refused with ECCP_CAPABILITY
    And nothing is new to Alice's sync
    And nothing is new to Bob's sync
    When Alice creates a room:
      """
      { "visibility": "public", "invite": ["{{Bob}}"] }
      """
    Then it succeeds
