@since-0.1 @cap-federation
Feature: What becomes of a transaction
  A transaction is a list of items, each with a result of its own. Repeating one, or all of it, does no harm.

  Background:
    Given Alice has a public room
    And Pat is a member of the room

  @FED-001 @FED-002 @FED-003 @FED-004 @FED-005 @FED-014 @must
  Scenario: Each item has its result, in order, and a bad one does not hold up the others
    When Pat's node submits to the room, in one transaction:
      | the message "one"                          |
      | an event with "a padded nonce"             |
      | the message "two"                          |
      | an event with "a sender of a third node"   |
      | an event with "an anchor off the chain"    |
      | the message "three"                        |
    Then the results are:
      | sequenced            |
      | ECCP_BAD_EVENT       |
      | sequenced            |
      | ECCP_SENDER_MISMATCH |
      | ECCP_CHAIN_FORK      |
      | sequenced            |
    And "one", "two" and "three" follow each other in the room, as Alice sees it

  @FED-008 @must
  Scenario: Sections that are absent are empty
    When the peer sends an empty transaction
    Then the answer's "submissions" is []
    And the answer's "entries" is []
    And the answer's "invites" is []

  @FED-009 @FED-041 @must
  Scenario: What nobody knows is ignored
    When the peer sends the transaction:
      """
      { "padding": "AAAAAAAA", "org.example.section": [{ "a": 1 }], "ephemeral": [] }
      """
    Then it succeeds
    And the answer's "submissions" is []

  @FED-010 @must
  Scenario Outline: An item of "<section>" that is nothing but an id is refused by itself
    When the peer sends the transaction:
      """
      { "<section>": [{ "event_id": "$p3Kd8wZ1xR5tHf4sGj6uAeTo9iXrQvNkBc0Vn7YqLm4" }] }
      """
    Then it succeeds
    And the answer's "<section>.0.errcode" is "ECCP_BAD_EVENT"
    And the answer's "<section>.0.event_id" is "$p3Kd8wZ1xR5tHf4sGj6uAeTo9iXrQvNkBc0Vn7YqLm4"
    And the answer has no "<section>.0.status"
    And nothing came of it

    Examples:
      | section     |
      | submissions |
      | entries     |
      | invites     |

  @ERR-016 @FED-010 @must
  Scenario Outline: A transaction that is none is refused as a whole: <body>
    When the peer sends the transaction:
      """
      <body>
      """
    Then the request is refused with ECCP_BAD_PARAM
    And nothing came of it

    Examples:
      | body                                         |
      | { "submissions": [{}] }                      |
      | { "submissions": [7] }                       |
      | { "submissions": {} }                        |
      | { "entries": [{ "event_id": "nonsense" }] }  |
      | { "padding": "BBBB" }                        |

  @FED-006 @must
  Scenario: 51 items are too many
    When Pat's node submits 51 messages to the room in one transaction
    Then the request is refused with ECCP_TOO_LARGE
    And nothing came of it

  @FED-006 @must
  Scenario: Items are counted over all sections
    When the peer sends a transaction with 20 submissions, 20 entries and 11 invites
    Then the request is refused with ECCP_TOO_LARGE
    And nothing came of it

  @FED-007 @FED-005 @must
  Scenario: 50 items are not
    When Pat's node submits 50 messages to the room in one transaction
    Then it succeeds
    And the results are all "sequenced", each with the next place

  @FED-011 @must
  Scenario: An event that comes again has the same result
    Given Pat's node has made the message "hello" for the room
    When Pat's node submits "hello"
    And Pat's node submits "hello"
    Then both results are the same
    And the event is sequenced
    And "hello" is in the room 1 time, as Alice sees it

  @FED-011 @HOST-012 @must
  Scenario: It has the same result also when the room has moved on
    Given Pat's node has made the message "hello" for the room
    When Pat's node submits "hello"
    Then the event is sequenced
    Given Pat is banned from the room
    When Pat's node submits "hello"
    Then both results are the same

  @FED-012 @must
  Scenario: The same event several times in one transaction is one event
    Given Pat's node has made the message "hello" for the room
    When Pat's node submits "hello" 5 times in one transaction
    Then the results are all the same, and "sequenced"
    And "hello" is in the room 1 time, as Alice sees it

  @FED-012 @must
  Scenario: The same event several times at once is one event
    Given Pat's node has made the message "hello" for the room
    When Pat's node submits "hello" 8 times at once
    Then the results are all the same, and "sequenced"
    And "hello" is in the room 1 time, as Alice sees it

  @FED-041 @must
  Scenario: Nobody types for users of another node
    Given Bob is a member of the room
    And Alice has synced
    When Pat's node tells that Bob types in the room
    And Alice sends "done" to the room
    Then Alice's sync shows "done" in the room
    And no sync has shown Alice who types in the room
