@since-0.1
Feature: State of one's own, redaction, and what a change of visibility leaves alone

  @RULE-049 @must
  Scenario Outline: <who> sets state with the key <key>: the room <verdict>
    Given Alice has a public room
    And Bob is a member of the room
    And Bob has power 50 in the room
    And Alice remembers the room
    When <who> sets the "org.example.status" state of the room with the key "<key>"
    Then the room <verdict>

    Examples:
      | who   | key                     | verdict                        |
      | Bob   | {{Bob}}                 | takes it                       |
      | Alice | {{Alice}}               | takes it                       |
      | Alice | {{Bob}}                 | refuses it with ECCP_FORBIDDEN |
      | Bob   | {{Alice}}               | refuses it with ECCP_FORBIDDEN |
      | Alice | {{Alice}}x              | refuses it with ECCP_FORBIDDEN |
      | Alice | @{{Alice.username}}     | refuses it with ECCP_FORBIDDEN |
      | Alice | @                       | refuses it with ECCP_FORBIDDEN |
      | Alice | @somebody:elsewhere.org | refuses it with ECCP_FORBIDDEN |
      | Alice | bob@{{node}}            | takes it                       |
      | Alice | x{{Bob}}                | takes it                       |

  @RULE-049 @RULE-008 @must
  Scenario Outline: One's own key takes the level of the type: power <power>, level <level>
    Given Alice has a public room
    And Bob is a member of the room
    And the room has the power levels:
      | users Bob                 | <power> |
      | events org.example.status | <level> |
    And Alice remembers the room
    When Bob sets the "org.example.status" state of the room with the key "{{Bob}}"
    Then the room <verdict>

    Examples:
      | power | level   | verdict                        |
      | 49    | default | refuses it with ECCP_FORBIDDEN |
      | 50    | default | takes it                       |
      | 0     | 0       | takes it                       |
      | 59    | 60      | refuses it with ECCP_FORBIDDEN |

  @RULE-050 @must
  Scenario Outline: Everybody who is joined redacts what is their own: <what>
    Given Alice has a public room
    And Bob is a member of the room
    And Bob has power 50 in the room
    And <before>
    And the power levels of the room are:
      """
      { "users": { "{{Alice}}": 100, "{{Bob}}": 0 }, "redact": 100, "events_default": 100, "state_default": 100,
        "events": { "eccp.room.redaction": 100, "<event>": 100 } }
      """
    And Alice remembers the room
    When Bob redacts "<event>" in the room
    Then the room takes it
    And "<event>" is redacted in the room, as Alice sees it

    Examples:
      | what             | event             | before                                             |
      | a message        | eccp.room.message | Bob sends an "eccp.room.message" event to the room |
      | an event         | org.example.poll  | Bob sends an "org.example.poll" event to the room  |
      | the room's topic | eccp.room.topic   | Bob sets the "eccp.room.topic" state of the room   |

  @RULE-050 @must
  Scenario: Whoever comes back may redact what they said before
    Given Alice has a public room
    And Bob is a member of the room
    And Bob sends "mine" to the room
    And Bob leaves the room
    And Bob joins the room
    And Alice remembers the room
    When Bob redacts "mine" in the room
    Then the room takes it

  @RULE-014 @RULE-051 @RULE-052 @must
  Scenario Outline: A redaction by <power> of what <author> said, with <levels>: the room <verdict>
    Given Alice has a public room
    And Bob and Carol are members of the room
    And Carol sends "hers" to the room
    And the power levels of the room are:
      """
      { "users": { "{{Alice}}": 100, "{{Bob}}": <power>, "{{Carol}}": <author> }, <levels> }
      """
    And Alice remembers the room
    When Bob redacts "hers" in the room
    Then the room <verdict>

    Examples: the default is 50
      | power | author | levels               | verdict                        |
      | 50    | 0      | "kick": 90           | takes it                       |
      | 49    | 0      | "kick": 0            | refuses it with ECCP_FORBIDDEN |
      | 49    | 0      | "events_default": 0  | refuses it with ECCP_FORBIDDEN |
      | 50    | 0      | "events_default": 90 | takes it                       |

    Examples: another level
      | power | author | levels       | verdict                        |
      | 10    | 0      | "redact": 10 | takes it                       |
      | 9     | 0      | "redact": 10 | refuses it with ECCP_FORBIDDEN |
      | 80    | 0      | "redact": 80 | takes it                       |
      | 79    | 0      | "redact": 80 | refuses it with ECCP_FORBIDDEN |
      | 1     | 0      | "redact": 0  | takes it                       |

    Examples: more power than the author
      | power | author | levels      | verdict                        |
      | 51    | 50     | "kick": 50  | takes it                       |
      | 50    | 50     | "kick": 50  | refuses it with ECCP_FORBIDDEN |
      | 50    | 51     | "kick": 50  | refuses it with ECCP_FORBIDDEN |
      | 100   | 100    | "kick": 50  | refuses it with ECCP_FORBIDDEN |
      | 0     | 0      | "redact": 0 | refuses it with ECCP_FORBIDDEN |

  @RULE-051 @must
  Scenario: What counts is the author's power now, not when the event was sent
    Given Alice has a public room
    And Bob and Carol are members of the room
    And the room has the power levels:
      | users Bob   | 50 |
      | users Carol | 60 |
    And Carol sends "hers" to the room
    And the power level "users Carol" of the room is 49
    And Alice remembers the room
    When Bob redacts "hers" in the room
    Then the room takes it

  @RULE-052 @must
  Scenario Outline: An absent author keeps the power that protects the author's events: Carol <is>
    Given Alice has a public room
    And Bob and Carol are members of the room
    And Carol sends "hers" to the room
    And <before>
    And the room has the power levels:
      | users Bob   | 50 |
      | users Carol | 50 |
    And Alice remembers the room
    When Bob redacts "hers" in the room
    Then the room refuses it with ECCP_FORBIDDEN
    And Alice can read "hers" in the room

    Examples:
      | is        | before                         |
      | left      | Carol leaves the room          |
      | is banned | Alice bans Carol from the room |

  @RULE-051 @must
  Scenario: What an absent author said can be redacted
    Given Alice has a public room
    And Bob and Carol are members of the room
    And Bob has power 50 in the room
    And Carol sends "hers" to the room
    And Alice bans Carol from the room
    And Alice remembers the room
    When Bob redacts "hers" in the room
    Then the room takes it
    And "hers" is redacted in the room, as Alice sees it

  @RULE-053 @must
  Scenario Outline: A room that is turned <then> keeps its members, invitations, knocks and bans
    Given Alice has an invite-only room
    And Bob is a member of the room
    And Carol is invited to the room
    And Dave knocks on the room
    And Erin is banned from the room
    And Frank has left the room
    And Alice remembers the room
    When Alice turns the room <then>
    Then the room takes it
    And Bob's membership in the room is "join", as Alice sees it
    And Carol's membership in the room is "invite", as Alice sees it
    And Dave's membership in the room is "knock", as Alice sees it
    And Erin's membership in the room is "ban", as Alice sees it
    And Frank is unknown in the room, as Alice sees it
    And Bob sends "still here" to the room
    And Carol joins the room
    And Alice invites Dave to the room
    And Dave joins the room

    Examples:
      | then    |
      | private |
      | public  |

  @RULE-053 @must
  Scenario: A knock can be turned down, and taken back, in a room that takes no more knocks
    Given Alice has an invite-only room
    And Bob and Carol knock on the room
    And the room is turned private
    When Alice kicks Bob from the room
    And Carol leaves the room
    Then every request succeeds

  @RULE-054 @must
  Scenario Outline: State that repeats itself is judged like any other: power <power>, the room <verdict>
    Given Alice has a public room
    And Bob is a member of the room
    And Bob has power <power> in the room
    And Alice sets the "eccp.room.name" state of the room
    And Alice remembers the room
    When Bob sets the "eccp.room.name" state of the room
    Then the room <verdict>

    Examples:
      | power | verdict                        |
      | 50    | takes it                       |
      | 49    | refuses it with ECCP_FORBIDDEN |

  @RULE-054 @must
  Scenario: State that repeats itself takes the place of what it repeats
    Given Alice has a public room
    And Alice sets the "eccp.room.name" state of the room
    And Alice remembers the room
    When Alice sets the "eccp.room.name" state of the room
    Then the room takes it
    And the answer's "event_id" is kept as "second"
    And Alice puts the state "eccp.room.name" in the room, replacing "eccp.room.name":
      """
      { "name": "a third name" }
      """
