@since-0.1 @cap-federation
Feature: The rules of a room hold for the users of all nodes
  What chapter 9 refuses to a user of the host it refuses to a user of any node, and what it allows it allows to all.

  @RULE-019 @RULE-001 @HOST-003 @FED-014 @must
  Scenario: Nobody joins an invite-only room uninvited
    Given Alice has an invite-only room
    And Ruth is a member of the room
    When Pat's node submits a join of the room
    Then the event is refused with ECCP_FORBIDDEN
    And nothing came of it

  @RULE-018 @HOST-023 @HOST-040 @HOST-002 @must
  Scenario: Who is invited joins
    Given Alice has a private room
    And Pat is invited to the room
    When Pat's node submits a join of the room
    Then the event is sequenced
    And Pat's membership in the room is "join", as Alice sees it

  @RULE-020 @HOST-021 @FED-014 @must
  Scenario: A banned user does not come back
    Given Alice has a public room
    And Pat and Ruth are members of the room
    And Pat is banned from the room
    And "Pat's ban" reaches the peer
    When Pat's node submits a join of the room
    Then the event is refused with ECCP_FORBIDDEN
    And nothing came of it

  @RULE-045 @FED-014 @must
  Scenario: Nobody takes power from an equal
    Given Alice has a public room
    And Pat and Ruth are members of the room
    And Pat has power 100 in the room
    And the power levels of the room have reached the peer
    When Pat's node submits the state "eccp.room.power_levels" to the room:
      """
      { "users": { "{{Pat}}": 100, "{{Alice}}": 50 } }
      """
    Then the event is refused with ECCP_FORBIDDEN
    And nothing came of it

  @RULE-044 @must
  Scenario: Nobody gives more power than they have
    Given Alice has a public room
    And Pat is a member of the room
    When Pat's node submits the state "eccp.room.power_levels" to the room:
      """
      { "users": { "{{Pat}}": 100, "{{Alice}}": 100 } }
      """
    Then the event is refused with ECCP_FORBIDDEN
    And nothing came of it

  @RULE-036 @RULE-039 @must
  Scenario Outline: Nobody can <act> somebody with more power
    Given Alice has a public room
    And Pat is a member of the room
    When Pat's node submits a <act> of Alice from the room
    Then the event is refused with ECCP_FORBIDDEN
    And nothing came of it

    Examples:
      | act  |
      | kick |
      | ban  |

  @RULE-016 @must
  Scenario: Nobody joins for another
    Given Alice has a public room
    And Pat is a member of the room
    When Pat's node submits a join in the name of Pat for Quinn to the room
    Then the event is refused with ECCP_FORBIDDEN
    And nothing came of it

  @RULE-021 @must
  Scenario: Who is joined may say so again
    Given Alice has a public room
    And Pat is a member of the room
    When Pat's node submits a join of the room
    Then the event is sequenced
    And Alice sees 2 members in the room

  @RULE-035 @RULE-038 @RULE-040 @RULE-023 @HOST-003 @LOG-032 @must
  Scenario: A moderator of another node has the rights of a moderator
    Given Alice has a public room
    And Pat and Bob are members of the room
    And Pat has power 50 in the room
    And the power levels of the room have reached the peer
    When Pat's node submits a kick of Bob from the room
    Then the event is sequenced
    When Pat's node submits a ban of Bob from the room
    Then the event is sequenced
    When Pat's node submits an unban of Bob from the room
    Then the event is sequenced
    When Pat's node submits an invite of Bob to the room
    Then the event is sequenced
    And Bob's membership in the room is "invite", as Alice sees it
    And Bob's sync lists the room under "invited"

  @RULE-050 @RULE-051 @ROOM-081 @LOG-054 @must
  Scenario: Redactions act in all directions
    Given Alice has a public room
    And Pat is a member of the room
    When Pat's node submits the message "mine" to the room
    And Pat's node submits a redaction of "mine" by Pat in the room
    Then the event is sequenced
    And "mine" is redacted in the room, as Alice sees it
    When Pat's node submits the message "yours" to the room
    And Alice redacts "yours" in the room
    Then "the redaction of yours" reaches the peer
    And "yours" is redacted in the room, as Alice sees it

  @RULE-052 @must
  Scenario: Nobody redacts what somebody with more power said
    Given Alice has a public room
    And Pat is a member of the room
    And Alice sends "hello" to the room
    And "hello" reaches the peer
    When Pat's node submits a redaction of "hello" by Alice in the room
    Then the event is refused with ECCP_FORBIDDEN
    And nothing came of it

  @RULE-032 @HOST-021 @HOST-022 @must
  Scenario: Who leaves is told of it, and of nothing after
    Given Alice has a public room
    And Pat and Ruth are members of the room
    When Pat's node submits a leave of the room
    Then the event is sequenced
    And "Pat's leave" reaches the peer
    When Alice sends "afterwards" to the room
    Then "afterwards" reaches the peer "two"
    And the peer was not sent "afterwards"
