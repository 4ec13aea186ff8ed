@since-0.2
Feature: Optional capabilities
  What a node declares works; what it does not declare it says it cannot do, so that nobody takes it for an empty result.

  @CONF-005 @DISC-020 @DISC-021 @cap-aliases @must
  Scenario: A node that declares aliases has them
    Given Alice has a public room
    And Bob has an account
    When Alice calls putAlias with:
      | alias | #cap-{{unique}}:{{node}} |
      | body  | {"room_id": "{{room}}"}  |
    And Bob calls getAlias with:
      | alias | #cap-{{unique}}:{{node}} |
    Then the answer's "room_id" is "{{room}}"
    When Alice calls deleteAlias with:
      | alias | #cap-{{unique}}:{{node}} |
    And Bob calls getAlias with:
      | alias | #cap-{{unique}}:{{node}} |
    Then the request is refused with ECCP_NOT_FOUND

  @CONF-005 @DISC-033 @cap-directory @must
  Scenario: A node that declares a directory has one
    Given Alice has a room:
      """
      { "name": "Room {{unique}}", "visibility": "public" }
      """
    And Bob has an account
    When Bob calls listDirectory with:
      | ?search | {{unique}} |
    Then the answer's list "rooms" holds:
      """
      { "room_id": "{{room}}", "name": "Room {{unique}}" }
      """

  @CONF-006 @no-cap-aliases @must
  Scenario: A node without aliases refuses them
    Given Alice has a public room
    When Alice calls putAlias with:
      | alias | #cap-{{unique}}:{{node}} |
      | body  | {"room_id": "{{room}}"}  |
    And Alice calls getAlias with:
      | alias | #cap-{{unique}}:{{node}} |
    And Alice calls deleteAlias with:
      | alias | #cap-{{unique}}:{{node}} |
    Then every request is refused with ECCP_CAPABILITY

  @CONF-005 @MED-020 @cap-media @must
  Scenario: A node that declares media keeps blobs
    Given Alice and Bob have accounts
    And Alice uploads "photo" of 1000 bytes
    When Bob downloads "photo"
    Then the answer is "photo"

  @CONF-006 @no-cap-media @must
  Scenario: A node without media refuses it
    Given Alice has an account
    When Alice uploads "photo" of 1000 bytes
    And Alice downloads "photo"
    And Alice deletes "photo"
    Then every request is refused with ECCP_CAPABILITY

  @CONF-006 @no-cap-directory @must
  Scenario: A node without a directory refuses it
    Given Alice has an account
    When Alice calls listDirectory
    And Alice calls listDirectory with:
      | ?search | {{unique}} |
    Then every request is refused with ECCP_CAPABILITY
