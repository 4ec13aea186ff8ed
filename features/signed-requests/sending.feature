@since-0.1 @cap-federation
Feature: How a node signs
  Each request of the node under test is checked to the letter by whoever gets it in the scenarios of all chapters; here are those that are about nothing else.

  Background:
    Given Alice has a public room
    And Pat is a member of the room

  @AUTH-001 @AUTH-002 @AUTH-003 @AUTH-004 @AUTH-006 @must
  Scenario: What a node sends is signed as it should be
    When Alice sends "one" to the room
    And Alice sends "two" to the room
    Then "two" reaches the peer
    And the peer has found nothing wrong with at least 2 signed requests

  @AUTH-003 @AUTH-004 @must
  Scenario: A question is signed with its path and query
    Given Quinn's node hosts a public room "theirs"
    When Alice joins the room "theirs"
    Then the peer was asked for the log of the room "theirs"
    And the peer has found nothing wrong with at least 2 signed requests

  @AUTH-005 @must
  Scenario: What is tried again is signed anew
    Given the peer refuses the next 2 transactions with ECCP_UNAVAILABLE
    When Alice sends "one" to the room
    Then "one" reaches the peer
    And the peer was sent "one" 3 times, each time with a nonce of its own
