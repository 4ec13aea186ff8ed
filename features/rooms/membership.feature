@since-0.1
Feature: Coming, going, and being made to
  Every change of a membership is an event in the log, and nothing but an event in the log.

  @ROOM-020 @must
  Scenario: Joining a public room
    Given Alice has a public room
    When Bob joins the room
    Then the answer says that "Bob's join" was sequenced at the end of the log of the room, as Alice reads it
    And Alice finds "Bob's join" in the log of the room with:
      | type      | "eccp.room.member"        |
      | state_key | "{{Bob}}"                 |
      | sender    | "{{Bob}}"                 |
      | content   | { "membership": "join" }  |
    And Bob's membership in the room is "join", as Alice sees it

  @ROOM-020 @must
  Scenario: Joining on invitation
    Given Alice has a private room
    And Bob is invited to the room
    When Bob joins the room
    Then the answer says that "Bob's join" was sequenced at the end of the log of the room, as Alice reads it
    And Bob's membership in the room is "join", as Alice sees it
    And Bob's membership in the room is "join", as Bob sees it

  @ROOM-020 @must
  Scenario: Knocking
    Given Alice has an invite-only room
    When Bob knocks on the room
    Then the answer says that "Bob's knock" was sequenced at the end of the log of the room, as Alice reads it
    And Alice finds "Bob's knock" in the log of the room with:
      | type      | "eccp.room.member"        |
      | state_key | "{{Bob}}"                 |
      | sender    | "{{Bob}}"                 |
      | content   | { "membership": "knock" } |
    And Bob's membership in the room is "knock", as Alice sees it

  @ROOM-020 @must
  Scenario: Leaving
    Given Alice has a private room
    And Bob is a member of the room
    When Bob leaves the room
    Then the answer says that "Bob's leave" was sequenced at the end of the log of the room, as Alice reads it
    And Alice finds "Bob's leave" in the log of the room with:
      | state_key | "{{Bob}}"                 |
      | sender    | "{{Bob}}"                 |
      | content   | { "membership": "leave" } |

  @ROOM-020 @must
  Scenario: Inviting
    Given Alice has a private room
    When Alice invites Bob to the room
    Then the answer says that "Bob's invite" was sequenced at the end of the log of the room, as Alice reads it
    And Alice finds "Bob's invite" in the log of the room with:
      | state_key | "{{Bob}}"                  |
      | sender    | "{{Alice}}"                |
      | content   | { "membership": "invite" } |

  @ROOM-020 @must
  Scenario: Kicking
    Given Alice has a private room
    And Bob is a member of the room
    When Alice kicks Bob from the room
    Then the answer says that "Bob's kick" was sequenced at the end of the log of the room, as Alice reads it
    And Alice finds "Bob's kick" in the log of the room with:
      | state_key | "{{Bob}}"                 |
      | sender    | "{{Alice}}"               |
      | content   | { "membership": "leave" } |

  @ROOM-020 @must
  Scenario: Banning and unbanning
    Given Alice has a private room
    And Bob is a member of the room
    When Alice bans Bob from the room
    Then the answer says that "Bob's ban" was sequenced at the end of the log of the room, as Alice reads it
    And Alice finds "Bob's ban" in the log of the room with:
      | state_key | "{{Bob}}"               |
      | sender    | "{{Alice}}"             |
      | content   | { "membership": "ban" } |
    When Alice unbans Bob from the room
    Then the answer says that "Bob's unban" was sequenced at the end of the log of the room, as Alice reads it
    And Alice finds "Bob's unban" in the log of the room with:
      | state_key | "{{Bob}}"                 |
      | sender    | "{{Alice}}"               |
      | content   | { "membership": "leave" } |

  @ROOM-021 @must
  Scenario: What others do to one carries the reason that was given
    Given Alice has a private room
    When Alice invites Bob to the room because "we need a welder"
    And Alice kicks Bob from the room because "wrong welder"
    And Alice bans Bob from the room because "he insists"
    And Alice unbans Bob from the room because "it was a mix-up"
    Then Alice finds "Bob's invite" in the log of the room with:
      | content | { "membership": "invite", "reason": "we need a welder" } |
    And Alice finds "Bob's kick" in the log of the room with:
      | content | { "membership": "leave", "reason": "wrong welder" } |
    And Alice finds "Bob's ban" in the log of the room with:
      | content | { "membership": "ban", "reason": "he insists" } |
    And Alice finds "Bob's unban" in the log of the room with:
      | content | { "membership": "leave", "reason": "it was a mix-up" } |

  @ROOM-021 @must
  Scenario Outline: What one does oneself carries the reason that was given
    Given Alice has a <visibility> room
    When Bob calls <operation> with the body:
      """
      { "reason": "because of the pumps" }
      """
    Then it succeeds
    And the state "eccp.room.member" with the key "{{Bob}}" of the room contains, as Alice sees it:
      """
      { "membership": "<membership>", "reason": "because of the pumps" }
      """

    Examples:
      | visibility  | operation | membership |
      | public      | joinRoom  | join       |
      | invite-only | knockRoom | knock      |

  @ROOM-021 @must
  Scenario: A leave carries its reason, and listMembers names it
    Given Alice has a private room
    And Bob is a member of the room
    When Bob calls leaveRoom with the body:
      """
      { "reason": "too loud" }
      """
    Then the state "eccp.room.member" with the key "{{Bob}}" of the room contains, as Alice sees it:
      """
      { "membership": "leave", "reason": "too loud" }
      """

  @ROOM-022 @must
  Scenario: Joining twice changes nothing
    Given Alice has a private room
    And Bob is a member of the room
    And Alice has noted the end of the log of the room
    When Bob calls joinRoom with the body:
      """
      { "reason": "again" }
      """
    Then the answer contains:
      """
      { "event_id": "{{event Bob's join}}", "status": "sequenced", "seq": 6 }
      """
    And the log of the room has grown by 0 entries since, as Alice reads it

  @ROOM-022 @must
  Scenario: Knocking twice changes nothing
    Given Alice has an invite-only room
    And Bob knocks on the room
    And Alice has noted the end of the log of the room
    When Bob calls knockRoom with the body:
      """
      { "reason": "please" }
      """
    Then the answer contains:
      """
      { "event_id": "{{event Bob's knock}}", "status": "sequenced", "seq": 5 }
      """
    And the log of the room has grown by 0 entries since, as Alice reads it

  @ROOM-022 @must
  Scenario: Inviting twice changes nothing, whoever does it
    Given Alice has a private room
    And Carol is a member of the room
    And Bob is invited to the room
    And Alice has noted the end of the log of the room
    And the answer's "event_id" is kept as "the invite"
    When Alice invites Bob to the room because "really"
    And Carol invites Bob to the room
    Then both answers are the same, byte for byte
    And the answer contains:
      """
      { "event_id": "{{saved the invite}}", "status": "sequenced", "seq": 7 }
      """
    And the log of the room has grown by 0 entries since, as Alice reads it

  @ROOM-022 @must
  Scenario: Banning twice changes nothing
    Given Alice has a private room
    And Bob is banned from the room
    And the answer's "event_id" is kept as "the ban"
    And Alice has noted the end of the log of the room
    When Alice bans Bob from the room because "for good"
    Then the answer contains:
      """
      { "event_id": "{{saved the ban}}", "status": "sequenced", "seq": 5 }
      """
    And the log of the room has grown by 0 entries since, as Alice reads it

  @ROOM-022 @must
  Scenario: What changes nothing is still refused to those who may not do it
    Given Alice has an invite-only room
    And Bob and Carol are members of the room
    And Dave is invited to the room
    And Erin is banned from the room
    And Alice has noted the end of the log of the room
    When Bob invites Dave to the room
    Then the request is refused with ECCP_FORBIDDEN
    When Bob bans Erin from the room
    Then the request is refused with ECCP_FORBIDDEN
    And the log of the room has grown by 0 entries since, as Alice reads it

  @ROOM-023 @must
  Scenario: Only somebody who exists can be invited
    Given Alice has a private room
    And Alice has noted the end of the log of the room
    When Alice calls inviteMember with the body:
      """
      { "user_id": "@nobody-{{unique}}:{{node}}" }
      """
    Then the request is refused with ECCP_NOT_FOUND
    And the log of the room has grown by 0 entries since, as Alice reads it

  @ROOM-023 @fresh-accounts @must
  Scenario: Somebody whose account was deactivated does not exist any more
    Given Alice has a private room
    And Bob has left the room
    And Bob calls deactivateAccount with the body:
      """
      { "password": "{{Bob.password}}" }
      """
    And Alice has noted the end of the log of the room
    When Alice invites Bob to the room
    Then the request is refused with ECCP_NOT_FOUND
    And the log of the room has grown by 0 entries since, as Alice reads it

  @ROOM-024 @must
  Scenario: An invitation can be declined
    Given Alice has a private room
    And Bob is invited to the room
    When Bob leaves the room
    Then it succeeds
    And Alice finds "Bob's leave" in the log of the room with:
      | sender  | "{{Bob}}"                 |
      | content | { "membership": "leave" } |
    When Bob joins the room
    Then the request is refused with ECCP_NOT_FOUND

  @ROOM-024 @must
  Scenario: A knock can be taken back
    Given Alice has an invite-only room
    And Bob knocks on the room
    When Bob leaves the room
    Then it succeeds
    And Alice finds "Bob's leave" in the log of the room with:
      | sender  | "{{Bob}}"                 |
      | content | { "membership": "leave" } |
    And Bob is unknown in the room, as Alice sees it

  @ROOM-025 @must
  Scenario: The list of members
    Given Alice has an invite-only room
    And Bob is a member of the room
    And Bob has power 50 in the room
    And Carol is invited to the room
    And Dave knocks on the room
    And Erin is banned from the room
    And Frank has left the room
    When Bob calls listMembers
    Then the answer lists the members:
      | {{Alice}} | join   | 100 |
      | {{Bob}}   | join   | 50  |
      | {{Carol}} | invite | 0   |
      | {{Dave}}  | knock  | 0   |
      | {{Erin}}  | ban    | 0   |

  @ROOM-025 @must
  Scenario Outline: The members with one membership
    Given Alice has an invite-only room
    And Bob is a member of the room
    And Carol is invited to the room
    And Dave knocks on the room
    And Erin is banned from the room
    And Frank has left the room
    When Bob calls listMembers with:
      | ?membership | <membership> |
    Then the answer lists the members:
      | {{<who>}} | <membership> | 0 |

    Examples:
      | membership | who   |
      | invite     | Carol |
      | knock      | Dave  |
      | ban        | Erin  |
      | leave      | Frank |

  @ROOM-025 @must
  Scenario: The joined members, and nobody where nobody is meant
    Given Alice has a private room
    And Bob is a member of the room
    When Bob calls listMembers with:
      | ?membership | join |
    Then the answer lists the members:
      | {{Alice}} | join | 100 |
      | {{Bob}}   | join | 0   |
    When Bob calls listMembers with:
      | ?membership | knock |
    Then the answer lists 0 "members"

  @ROOM-029 @must
  Scenario: Only those who are there, invited or knocking are kicked
    Given Alice has an invite-only room
    And Bob has left the room
    And Carol is banned from the room
    And Alice has noted the end of the log of the room
    When Alice kicks Bob from the room
    Then the request is refused with ECCP_FORBIDDEN
    When Alice kicks Carol from the room
    Then the request is refused with ECCP_FORBIDDEN
    When Alice kicks Dave from the room
    Then the request is refused with ECCP_FORBIDDEN
    And the log of the room has grown by 0 entries since, as Alice reads it
    And Carol's membership in the room is "ban", as Alice sees it

  @ROOM-029 @must
  Scenario Outline: Nobody kicks themselves: <who>, who <is> the room
    Given Alice has an invite-only room
    And Bob is a member of the room
    And Bob has power 50 in the room
    And Carol is invited to the room
    And Dave knocks on the room
    And Alice has noted the end of the log of the room
    When <who> kicks <who> from the room
    Then the request is refused with ECCP_FORBIDDEN
    And the log of the room has grown by 0 entries since, as Alice reads it
    And <who>'s membership in the room is "<membership>", as Alice sees it

    Examples:
      | who   | is            | membership |
      | Alice | has made      | join       |
      | Bob   | is in         | join       |
      | Carol | is invited to | invite     |
      | Dave  | knocks on     | knock      |

  @ROOM-029 @must
  Scenario: An invitation and a knock end by a kick
    Given Alice has an invite-only room
    And Bob is invited to the room
    And Carol knocks on the room
    When Alice kicks Bob from the room
    And Alice kicks Carol from the room
    Then Bob is unknown in the room, as Alice sees it
    And Carol is unknown in the room, as Alice sees it

  @ROOM-029 @must
  Scenario: Only who is banned is unbanned
    Given Alice has an invite-only room
    And Bob is a member of the room
    And Carol is invited to the room
    And Dave knocks on the room
    And Erin has left the room
    And Alice has noted the end of the log of the room
    When Alice unbans Bob from the room
    Then the request is refused with ECCP_FORBIDDEN
    When Alice unbans Carol from the room
    Then the request is refused with ECCP_FORBIDDEN
    When Alice unbans Dave from the room
    Then the request is refused with ECCP_FORBIDDEN
    When Alice unbans Erin from the room
    Then the request is refused with ECCP_FORBIDDEN
    When Alice unbans Frank from the room
    Then the request is refused with ECCP_FORBIDDEN
    And the log of the room has grown by 0 entries since, as Alice reads it
    And Bob's membership in the room is "join", as Alice sees it
