@since-0.1
Feature: Redaction
  A redaction takes away what was said, everywhere and for good, and nothing else.

  @LOG-054 @LOG-055 @LOG-058 @must
  Scenario Outline: What is redacted stands nowhere any more: <what>
    Given Alice has a public room with "shared" history
    And Bob and Carol are members of the room
    And Bob has power 50 in the room
    And <before>
    And Bob has synced
    When Alice redacts "<event>" in the room
    Then it succeeds
    And Alice, Bob and Carol are given "<event>" without content in every answer about the room, redacted by "the redaction of <event>"
    And Alice, Bob and Carol are given each event of the room the same in every answer
    And Alice can verify the whole log of the room

    Examples:
      | what             | event              | before                                                                     |
      | a message        | hello              | Bob sends "hello" to the room                                              |
      | an event         | org.example.poll   | Bob sends an "org.example.poll" event to the room                          |
      | the room's topic | eccp.room.topic    | Bob sets the "eccp.room.topic" state of the room                           |
      | custom state     | org.example.status | Bob sets the "org.example.status" state of the room with the key "{{Bob}}" |

  @LOG-054 @must
  Scenario: State that was redacted and then replaced is gone from the log too
    Given Alice has a private room
    And Bob is a member of the room
    And Alice renames the room to "Harbour"
    And Alice redacts "eccp.room.name" in the room
    And Alice renames the room to "Pier"
    Then Alice can verify the whole log of the room
    And the state "eccp.room.name" of the room contains, as Bob sees it:
      """
      { "name": "Pier" }
      """

  @LOG-054 @must
  Scenario: Whoever joins later finds the redacted event without content
    Given Alice has a public room with "shared" history
    And Alice sends "hello" to the room
    And Alice redacts "hello" in the room
    And Bob is a member of the room
    Then Alice and Bob are given "hello" without content in every answer about the room, redacted by "the redaction of hello"

  @LOG-055 @LOG-054 @must
  Scenario: The first of two redactions is the one that is named
    Given Alice has a private room
    And Bob is a member of the room
    And Bob sends "hello" to the room
    And Bob redacts "hello" in the room
    And the answer's "event_id" is kept as "first"
    When Alice redacts "hello" in the room because "once more"
    And Bob reads the event "hello" of the room
    Then the answer's "redacted_by" is "{{saved first}}"
    And the answer has no "content"
    And Alice finds the "redaction" of every entry of the room right

  @LOG-056 @must
  Scenario: Everything but the target stays as it is
    Given Alice has a private room
    And Bob is a member of the room
    And Bob sends "hello" to the room
    And Bob sends "stays" to the room
    And Bob sends the same message "stays" again as "stays too"
    And Alice renames the room to "Harbour"
    When Bob redacts "hello" in the room
    Then it succeeds
    And Alice finds the "redaction" of every entry of the room right
    And Bob can read "stays" in the room
    And Bob can read "stays too" in the room
    And Bob can read "eccp.room.name" in the room

  @LOG-056 @LOG-022 @must
  Scenario Outline: No redaction touches what makes up the room: <event>
    Given Alice has a private room
    And Bob is a member of the room
    And <before>
    And Alice remembers the room
    When Alice redacts "<event>" in the room
    Then the room refuses it with ECCP_BAD_EVENT
    And Alice and Bob are given content and nonce of every event that makes up the room in every answer

    Examples:
      | event                        | before                                                          |
      | Bob's join                   | Bob has an account                                              |
      | eccp.room.power_levels       | Alice sets the "eccp.room.power_levels" state of the room       |
      | eccp.room.visibility         | Alice sets the "eccp.room.visibility" state of the room         |
      | eccp.room.history_visibility | Alice sets the "eccp.room.history_visibility" state of the room |

  @LOG-056 @LOG-022 @must
  Scenario: A redaction is not redacted
    Given Alice has a private room
    And Bob is a member of the room
    And Bob sends "hello" to the room
    And Alice redacts "hello" in the room because "off topic"
    And Alice remembers the room
    When Alice redacts "the redaction of hello" in the room
    Then the room refuses it with ECCP_BAD_EVENT
    And "hello" is redacted in the room, as Bob sees it
    And Alice and Bob are given content and nonce of every event that makes up the room in every answer
