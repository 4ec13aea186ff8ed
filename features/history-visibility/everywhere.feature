@since-0.1
Feature: No way around the history visibility
  What the log keeps from a reader is kept from the reader in syncs and in the state, too.

  @HIST-009 @must
  Scenario Outline: The syncs of a user who <is out> show nothing of what comes after
    Given Alice has a private room with "shared" history
    And Bob is a member of the room
    And Bob has synced
    And Alice sends "still there {{unique}}" to the room
    When <event>
    And Alice sends "afterwards" to the room
    Then Bob's sync shows "still there {{unique}}" in the room
    And Bob's sync shows "<last>" in the room
    And Bob's sync does not show "afterwards" in the room

    Examples:
      | is out     | event                         | last        |
      | left       | Bob leaves the room           | Bob's leave |
      | was kicked | Alice kicks Bob from the room | Bob's kick  |
      | was banned | Alice bans Bob from the room  | Bob's ban   |

  @HIST-009 @must
  Scenario: A sync that went on before the leave shows nothing of what comes after it either
    Given Alice has a private room with "shared" history
    And Bob is a member of the room
    And Bob has synced
    And Bob leaves the room
    And Alice sends "a secret" to the room
    And Alice renames the room to "a secret name"
    Then neither Bob's next sync nor a sync anew mentions "a secret"

  @HIST-005 @HIST-006 @must
  Scenario Outline: The first sync after a join shows nothing of what came before it, history "<setting>"
    Given Alice has a public room with "<setting>" history
    And Bob has synced
    And Alice sends "a secret" to the room
    And Alice renames the room to "a secret name"
    And Alice renames the room to "Harbour"
    When Bob joins the room
    Then Bob's sync shows "Bob's join" in the room
    And neither Bob's next sync nor a sync anew mentions "a secret"

    Examples:
      | setting |
      | joined  |
      | invited |

  @HIST-003 @must
  Scenario: The first sync after a join shows what the room shares
    Given Alice has a public room with "shared" history
    And Bob has synced
    And Alice sends "one" to the room
    And Alice sends "two" to the room
    When Bob joins the room
    And Alice sends "three" to the room
    Then Bob's sync shows the messages in the room, in order:
      | one   |
      | two   |
      | three |

  @HIST-007 @must
  Scenario: An invitation shows what one is invited to, and no history
    Given Alice has a private room with "shared" history
    And Alice sends "a secret" to the room
    And Alice renames the room to "a secret name"
    And Alice renames the room to "Harbour"
    And Bob has synced
    When Alice invites Bob to the room
    And Alice sends "a secret, too" to the room
    Then Bob's sync lists the room under "invited"
    And neither Bob's next sync nor a sync anew mentions "a secret"

  @HIST-005 @HIST-013 @must
  Scenario: The state in force shows itself, and opens no history
    Given Alice has a private room with "joined" history
    And Alice sets the topic of the room to "ships"
    And Bob is a member of the room
    Then the state "eccp.room.topic" of the room contains, as Bob sees it:
      """
      { "topic": "ships" }
      """
    When Bob reads the event "eccp.room.topic" of the room
    Then the request is refused with ECCP_NOT_FOUND
    And Bob can read of the room:
      | entry           | Bob |
      | 0 to 4          | -   |
      | eccp.room.topic | -   |
      | Bob's invite    | -   |
      | Bob's join      | yes |

  @HIST-009 @must
  Scenario: The state of a user who left does not move on
    Given Alice has a private room with "shared" history
    And Alice sets the topic of the room to "ships"
    And Bob is a member of the room
    And Bob leaves the room
    When Alice sets the topic of the room to "a secret"
    And Alice puts the state "org.example.later" in the room:
      """
      { "x": 1 }
      """
    And Bob reads the state of the room
    Then the answer mentions "a secret" nowhere
    And the answer mentions "org.example.later" nowhere
    And the state "eccp.room.topic" of the room contains, as Bob sees it:
      """
      { "topic": "ships" }
      """
    And the room has no state "org.example.later", as Bob sees it

  @HIST-002 @HIST-005 @must
  Scenario: Paging from inside what is hidden goes on with what is not
    Given Alice has a public room with "joined" history
    And Bob joins the room
    And this is called "the first join"
    And Bob leaves the room
    And this is called "the first leave"
    And Alice sends "one" to the room
    And Alice sends "two" to the room
    And the answer's "seq" is kept as "two"
    And Alice sends "three" to the room
    And Bob joins the room
    And Alice sends "four" to the room
    When Bob reads the messages of the room with:
      | dir   | f             |
      | from  | {{saved two}} |
      | limit | 1             |
    Then the answer's "events.0.event_id" is "{{event Bob's join}}"
    And the answer lists 1 "events"
    When Bob reads the messages of the room with:
      | dir   | b             |
      | from  | {{saved two}} |
      | limit | 1             |
    Then the answer's "events.0.event_id" is "{{event the first leave}}"
    And the answer lists 1 "events"
