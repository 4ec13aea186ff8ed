@since-0.1 @cap-federation
Feature: Signatures whose R is the neutral element
  Such a signature holds by the equation, and libraries disagree about it. No node may take it.

  Background:
    Given Alice has a public room
    And Pat and Ruth are members of the room

  @ID-076 @must
  Scenario: In a request
    When Pat's node submits the message "hello" to the room, in a request with "a signature whose R is the neutral element"
    Then the request is refused with ECCP_BAD_SIGNATURE
    And nothing came of it

  @ID-076 @must
  Scenario: In an event
    When Pat's node submits to the room an event with "a signature whose R is the neutral element"
    Then the event is refused with ECCP_BAD_SIGNATURE
    And nothing came of it

  @ID-076 @must
  Scenario: In a key document
    Given the peer "three" publishes key documents with "a signature whose R is the neutral element"
    When the peer "three" sends an empty transaction
    Then the request is refused with ECCP_BAD_SIGNATURE
