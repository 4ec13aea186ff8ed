@since-0.1 @cap-federation
Feature: How a node hands on what it has
  A node keeps a queue for each other node: one transaction at a time, in order, until each item was answered.

  Background:
    Given Alice has a public room
    And Pat is a member of the room

  @FED-020 @FED-032 @FED-021 @must
  Scenario: One transaction at a time, with all that came meanwhile
    Given the peer takes 400 ms for a transaction
    When Alice sends 12 messages to the room
    Then "message 12" reaches the peer
    And the peer never had two transactions at once
    And the peer was sent at most 6 transactions with messages of the room

  @FED-022 @FED-021 @FED-025 @must
  Scenario: What waits is sent in order, 50 items at a time
    Given the peer takes no more transactions
    When Alice sends 120 messages to the room
    And the peer takes transactions again
    And the peer sends an empty transaction
    Then "message 120" reaches the peer
    And no transaction to the peer had more than 50 items

  @FED-028 @should
  Scenario: A node that is back is not left waiting
    Given the peer takes no more transactions
    When Alice sends "hello" to the room
    And the peer has missed 3 transactions
    And the peer takes transactions again
    And the peer sends an empty transaction
    Then "hello" reaches the peer within 2000 ms

  @FED-025 @must
  Scenario Outline: A transaction that was answered with <answer> is sent again
    Given the peer answers the next <count> transactions with <answer>
    When Alice sends "hello" to the room
    Then "hello" reaches the peer
    And the peer was sent "hello" 2 times, each time with a nonce of its own

    Examples:
      | count | answer           |
      | 1     | ECCP_UNAVAILABLE |
      | 1     | silence cut off  |

  @FED-025 @FED-031 @must
  Scenario: An item that is refused even by itself does not hold up those after it for good
    Given the peer answers every transaction with "one" with ECCP_BAD_PARAM
    When Alice sends "one" to the room
    And Alice sends "two" to the room
    Then the peer has been sent "two"

  @FED-023 @must
  Scenario: An item that was refused for good is not sent again
    Given the peer refuses "one" with ECCP_FORBIDDEN
    When Alice sends "one" to the room
    And Alice sends "two" to the room
    Then the peer has been sent "two"
    And the peer was sent "one" 1 time

  @FED-023 @must
  Scenario: An item that was accepted is not sent again
    When Alice sends "one" to the room
    Then "one" reaches the peer
    When Alice sends "two" to the room
    Then "two" reaches the peer
    And the peer was sent "one" 1 time

  @FED-024 @FED-021 @must
  Scenario: An item that may be taken later is sent again, before what follows it
    Given the peer refuses "one" with ECCP_GAP once
    When Alice sends "one" to the room
    And Alice sends "two" to the room
    Then "two" reaches the peer
    And the peer was sent "one" 2 times

  @FED-027 @must
  Scenario: A node that asks for time has it
    Given the peer answers the next 1 transactions with ECCP_LIMIT_EXCEEDED and 2000 ms
    When Alice sends "hello" to the room
    Then "hello" reaches the peer
    And at least 2000 ms lay between the transactions with "hello"

  @FED-031 @must
  Scenario: A node that is silent does not hold up others
    Given Ruth is a member of the room
    And the peer does not answer any more
    When Alice sends "hello" to the room
    Then "hello" reaches the peer "two" within 2000 ms
