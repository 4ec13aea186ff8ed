@since-0.1 @cap-federation
Feature: What was sent once does not come twice
  Whoever listens on the way can send a request again as it is. Its nonce gives it away.

  Background:
    Given Alice has a public room
    And Pat and Ruth are members of the room

  @AUTH-026 @ERR-017 @must
  Scenario: A request that comes a second time is refused
    When Pat's node submits the message "one" to the room with a nonce that it keeps
    Then it succeeds
    When Pat's node submits the message "two" to the room with the nonce that was kept
    Then the request is refused with ECCP_REPLAY
    And nothing came of it

  @AUTH-026 @must
  Scenario: Two nodes may have the same nonce
    When Pat's node submits the message "one" to the room with a nonce that it keeps
    Then it succeeds
    When Ruth's node submits the message "two" to the room with the nonce that was kept
    Then it succeeds

  @AUTH-028 @must
  Scenario Outline: A request that was refused for <fault> leaves its nonce unused
    When Pat's node submits the message "one" to the room with a nonce that it keeps, in a request with "<fault>"
    Then the request is refused with <code>
    When Pat's node submits the message "two" to the room with the nonce that was kept
    Then it succeeds
    And "two" is in the room 1 time, as Alice sees it

    Examples:
      | fault                                 | code                   |
      | a member that nobody knows            | ECCP_BAD_AUTH          |
      | another destination                   | ECCP_WRONG_DESTINATION |
      | a time 330 seconds ago                | ECCP_CLOCK_SKEW        |
      | another body                          | ECCP_BAD_SIGNATURE     |
      | a key that its document does not list | ECCP_BAD_SIGNATURE     |
      | a flipped bit in the signature        | ECCP_BAD_SIGNATURE     |

  @AUTH-029 @AUTH-026 @must
  Scenario: Of one request many times at once one is accepted
    When Pat's node submits the message "hello" to the room 6 times at once, in one and the same request
    Then exactly 1 of the requests succeeds, and the others are refused with ECCP_REPLAY
    And "hello" is in the room 1 time, as Alice sees it

  @AUTH-026 @must
  Scenario: A nonce is used up also where the operation then refuses
    When the peer asks for the head of a room that does not exist, with a nonce that it keeps
    Then the request is refused with ECCP_NOT_FOUND
    When Pat's node submits the message "two" to the room with the nonce that was kept
    Then the request is refused with ECCP_REPLAY
