@since-0.1
Feature: Power for verified users
  Where a room asks for it, nobody becomes a moderator whose own account does not vouch for a device.

  @ENC-020 @cap-e2ee @must
  Scenario Outline: A new room asks for it: <body>
    Given Alice has an account
    When Alice creates a room as it comes:
      """
      <body>
      """
    Then the state "eccp.room.create" of the room contains, as Alice sees it:
      """
      { "require_verified": true }
      """

    Examples:
      | body                                                    |
      | {}                                                      |
      | { "visibility": "public", "encrypted": false }          |
      | { "visibility": "invite_only", "requireVerified": true } |

  @ENC-020 @cap-e2ee @must
  Scenario: Unless the request says no
    Given Alice and Bob have accounts
    When Alice creates a room as it comes:
      """
      { "visibility": "public", "requireVerified": false }
      """
    And Bob joins the room
    And Alice gives Bob power 50 in the room
    Then it succeeds

  @ENC-020 @cap-e2ee @must
  Scenario: A direct room does not
    Given Alice and Bob have accounts
    When Alice opens a direct room with Bob as it comes
    Then Bob's power in the room is 100, as Alice sees it

  @ENC-021 @cap-e2ee @must
  Scenario Outline: Nobody gets a moderator's power without keys: <power>
    Given Alice has a public room for verified moderators
    And Bob is a member of the room
    When Alice raises Bob to power <power> in the room with no keys
    Then the request is refused with ECCP_FORBIDDEN
    And Bob's power in the room is 0, as Alice sees it

    Examples:
      | power |
      | 50    |
      | 51    |
      | 100   |

  @ENC-021 @ENC-023 @cap-e2ee @must
  Scenario: With keys that Bob's account vouches for he does
    Given Alice has a public room for verified moderators
    And Bob is a member of the room
    When Alice raises Bob to power 50 in the room with his keys
    Then it succeeds
    And Bob's power in the room is 50, as Alice sees it
    When Alice raises Bob to power 60 in the room with no keys
    Then the request is refused with ECCP_FORBIDDEN
    When Alice raises Bob to power 60 in the room with his keys
    Then it succeeds

  @ENC-021 @cap-e2ee @must
  Scenario: One user's keys raise nobody else
    Given Alice has a public room for verified moderators
    And Bob is a member of the room
    And Carol is a member of the room
    When Alice raises Bob and Carol to power 50 in the room with keys of Bob's alone
    Then the request is refused with ECCP_FORBIDDEN
    And Bob's power in the room is 0, as Alice sees it

  @ENC-022 @cap-e2ee @must
  Scenario: Nobody vouches for everybody
    Given Alice has a public room for verified moderators
    When Alice sets the power levels of the room to:
      """
      { "users": { "{{Alice}}": 100 }, "users_default": 50 }
      """
    Then the request is refused with ECCP_FORBIDDEN
    When Alice sets the power levels of the room to:
      """
      { "users": { "{{Alice}}": 100 }, "users_default": 49 }
      """
    Then it succeeds

  @ENC-024 @cap-e2ee @must
  Scenario: What raises nobody so far takes no keys
    Given Alice has a public room for verified moderators
    And Bob is a member of the room
    When Alice raises Bob to power 49 in the room with no keys
    Then it succeeds
    When Alice raises Bob to power 70 in the room with his keys
    And Alice raises Bob to power 60 in the room with no keys
    And Alice sets the power levels of the room to:
      """
      { "users": { "{{Alice}}": 100, "{{Bob}}": 60 }, "kick": 60 }
      """
    And Alice raises Bob to power 0 in the room with no keys
    Then it succeeds

  @ENC-023 @cap-e2ee @must
  Scenario Outline: Keys that are not right give no power: <fault>
    Given Alice has a public room for verified moderators
    And Bob is a member of the room
    When Alice raises Bob to power 50 in the room with <fault>
    Then the request is refused with <code>
    And Bob's power in the room is 0, as Alice sees it

    Examples:
      | fault                                  | code                |
      | a manifest without a cross-signature   | ECCP_BAD_EVENT      |
      | a manifest of Carol                    | ECCP_BAD_EVENT      |
      | an account key of Carol                | ECCP_BAD_EVENT      |
      | no account key                         | ECCP_BAD_EVENT      |
      | no manifest                            | ECCP_BAD_EVENT      |
      | a member that nobody knows             | ECCP_BAD_EVENT      |
      | keys that are a string                 | ECCP_BAD_EVENT      |
      | an account key of small order          | ECCP_BAD_KEY        |
      | an account key of version 2 alone      | ECCP_KEY_CONTINUITY |
      | another signature of the account key   | ECCP_BAD_SIGNATURE  |
      | another signature of the manifest      | ECCP_BAD_SIGNATURE  |
      | a cross-signature by another key       | ECCP_BAD_SIGNATURE  |
      | his keys, and wrong ones of Carol      | ECCP_BAD_SIGNATURE  |

  @ENC-025 @must
  Scenario: A room that does not ask for keys does not look at them
    Given Alice has a public room
    And Bob is a member of the room
    When Alice sets the power levels of the room to:
      """
      { "users": { "{{Alice}}": 100, "{{Bob}}": 50 }, "verified": { "{{Bob}}": "anything" } }
      """
    Then it succeeds
    And Bob's power in the room is 50, as Alice sees it

  @ENC-021 @ENC-023 @cap-e2ee @cap-federation @must
  Scenario: The host judges another node's power levels alike
    Given Alice has a public room for verified moderators
    And Bob and Pat are members of the room
    And the power levels of the room let Pat change them, with keys of Pat's
    When Pat's node submits power 50 for Bob in the room with no keys
    Then the event is refused with ECCP_FORBIDDEN
    When Pat's node submits power 50 for Bob in the room with a cross-signature by another key
    Then the event is refused with ECCP_BAD_SIGNATURE
    When Pat's node submits power 50 for Bob in the room with his keys
    Then the event is sequenced

  @ENC-021 @cap-federation @must
  Scenario: A participant refuses power that the host should not have let anybody give
    Given Pat's node hosts a public room for verified moderators
    And Alice is a member of the room
    When Pat gives Alice power 50 in the room with no keys
    Then the entry is refused with ECCP_FORBIDDEN
    And it is not in the room, as Alice sees it
