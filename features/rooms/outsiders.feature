@since-0.1
Feature: Outsiders
  A room that is not open to everybody does not give away that it exists. A room that is known to exist gives away nothing else.

  Background:
    Given Alice has a room:
      """
      { "name": "Engine room", "topic": "Pumps", "historyVisibility": "shared" }
      """
    And Dave is a member of the room
    And Alice sends "hello" to the room

  @ROOM-030 @must
  Scenario: To somebody who has nothing to do with it a private room does not exist
    Then every operation on the room answers Bob as one on a room that does not exist

  @ROOM-030 @must
  Scenario: Nor to somebody whose invitation was withdrawn
    Given Alice invites Bob to the room
    When Alice kicks Bob from the room
    Then every operation on the room answers Bob as one on a room that does not exist

  @ROOM-030 @must
  Scenario: Nor to somebody who declined
    Given Alice invites Bob to the room
    When Bob leaves the room
    Then every operation on the room answers Bob as one on a room that does not exist

  @ROOM-030 @must
  Scenario: Nor to somebody who was banned and unbanned, and never in it
    Given Alice bans Bob from the room
    When Alice unbans Bob from the room
    Then every operation on the room answers Bob as one on a room that does not exist

  @ROOM-030 @must
  Scenario: Nor to somebody who knocked and took it back, once the room is private again
    Given Alice puts the state "eccp.room.visibility" in the room:
      """
      { "visibility": "invite_only" }
      """
    And Bob knocks on the room
    And Bob leaves the room
    When Alice puts the state "eccp.room.visibility" in the room:
      """
      { "visibility": "private" }
      """
    Then every operation on the room answers Bob as one on a room that does not exist

  @ROOM-030 @cap-aliases @must
  Scenario: The alias of a private room points nowhere, for outsiders
    Then the alias of the room answers Bob as one that points nowhere

  @ROOM-030 @must
  Scenario: An event of a private room is not found in a room of one's own
    Given Bob has a public room "own"
    When Bob calls getEvent with:
      | roomId  | {{room own}}    |
      | eventId | {{event hello}} |
    Then the request is refused with ECCP_NOT_FOUND
    When Bob calls redactEvent with:
      | roomId  | {{room own}}    |
      | eventId | {{event hello}} |
      | body    | {}              |
    Then the request is refused with ECCP_NOT_FOUND
    When Bob calls putReceipt with:
      | roomId | {{room own}}                      |
      | body   | { "event_id": "{{event hello}}" } |
    Then the request is refused with ECCP_NOT_FOUND

  @ROOM-031 @must
  Scenario Outline: An outsider can do nothing in a room that is known but to come in or look at it
    When Alice puts the state "eccp.room.visibility" in the room:
      """
      { "visibility": "<visibility>" }
      """
    Then every operation on the room that neither lets one in nor describes it refuses Bob with ECCP_FORBIDDEN

    Examples:
      | visibility  |
      | public      |
      | invite_only |

  @ROOM-031 @must
  Scenario Outline: Nor can somebody who declined or took a knock back
    Given Alice puts the state "eccp.room.visibility" in the room:
      """
      { "visibility": "invite_only" }
      """
    And <who> <comes near> the room
    When Bob leaves the room
    Then every operation on the room that neither lets one in nor describes it refuses Bob with ECCP_FORBIDDEN

    Examples:
      | who   | comes near     |
      | Bob   | knocks on      |
      | Alice | invites Bob to |

  @ROOM-032 @must
  Scenario: An invite-only room lets in nobody who is not invited
    Given Alice has an invite-only room "yard"
    And Carol knocks on the room "yard"
    When Bob joins the room "yard"
    Then the request is refused with ECCP_FORBIDDEN
    When Carol joins the room "yard"
    Then the request is refused with ECCP_FORBIDDEN
    And Bob is unknown in the room "yard", as Alice sees it
    And Carol's membership in the room "yard" is "knock", as Alice sees it
    When Alice invites Bob to the room "yard"
    And Bob joins the room "yard"
    Then it succeeds

  @ROOM-033 @must
  Scenario: Who left can do no more what the joined can
    Given Alice gives Dave power 100 in the room
    When Dave leaves the room
    Then Dave is refused with ECCP_FORBIDDEN what only joined users may do in the room

  @ROOM-033 @must
  Scenario Outline: Nor who was removed
    When Alice <removes> Dave from the room
    Then Dave is refused with ECCP_FORBIDDEN what only joined users may do in the room

    Examples:
      | removes |
      | kicks   |
      | bans    |

  @ROOM-033 @must
  Scenario: Nor who was removed and is invited again
    Given Alice kicks Dave from the room
    When Alice invites Dave to the room
    Then Dave is refused with ECCP_FORBIDDEN what only joined users may do in the room

  @ROOM-034 @must
  Scenario: An invitation opens nothing before it is accepted
    When Alice invites Bob to the room
    Then Bob is refused with ECCP_FORBIDDEN the history, members and state of the room
    And Bob is refused with ECCP_FORBIDDEN what only joined users may do in the room

  @ROOM-034 @must
  Scenario: Nor does a knock
    Given Alice puts the state "eccp.room.visibility" in the room:
      """
      { "visibility": "invite_only" }
      """
    When Bob knocks on the room
    Then Bob is refused with ECCP_FORBIDDEN the history, members and state of the room
    And Bob is refused with ECCP_FORBIDDEN what only joined users may do in the room

  @ROOM-034 @must
  Scenario: Nor does a ban
    When Alice bans Bob from the room
    Then Bob is refused with ECCP_FORBIDDEN the history, members and state of the room
    And Bob is refused with ECCP_FORBIDDEN what only joined users may do in the room

  @ROOM-034 @must
  Scenario Outline: Nor does a ban from a room that is <visibility>, whatever came before
    Given Alice puts the state "eccp.room.visibility" in the room:
      """
      { "visibility": "<visibility>" }
      """
    And <who> <comes near> the room
    When Alice bans Bob from the room
    Then Bob is refused with ECCP_FORBIDDEN the history, members and state of the room
    And Bob is refused with ECCP_FORBIDDEN what only joined users may do in the room

    Examples:
      | visibility  | who   | comes near     |
      | invite_only | Bob   | knocks on      |
      | invite_only | Alice | invites Bob to |
      | public      | Alice | invites Bob to |
