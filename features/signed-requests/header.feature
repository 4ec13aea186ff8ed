@since-0.1 @cap-federation
Feature: Who may not be believed
  A request between nodes proves who sent it, to whom, when, and what. Whatever does not prove all of it leaves nothing behind: no
  entry in a log, nothing passed on, but a record for the operator.

  Background:
    Given Alice has a public room
    And Pat and Ruth are members of the room

  @AUTH-011 @AUTH-012 @AUTH-013 @AUTH-014 @AUTH-015 @JSON-031 @JSON-032 @ERR-017 @must
  Scenario Outline: A request with <fault> is refused
    When Pat's node submits the message "hello" to the room, in a request with "<fault>"
    Then the request is refused with <code>
    And nothing came of it

    Examples: the header
      | fault                           | code                   |
      | no Authorization header         | ECCP_BAD_AUTH          |
      | two Authorization headers       | ECCP_BAD_AUTH          |
      | the scheme in small letters     | ECCP_BAD_AUTH          |
      | another scheme                  | ECCP_BAD_AUTH          |
      | two spaces after the scheme     | ECCP_BAD_AUTH          |
      | a space after a comma           | ECCP_BAD_AUTH          |
      | no quotation marks              | ECCP_BAD_AUTH          |
      | a member that nobody knows      | ECCP_BAD_AUTH          |
      | a member that stands twice      | ECCP_BAD_AUTH          |
      | members in another order        | ECCP_BAD_AUTH          |
      | no nonce                        | ECCP_BAD_AUTH          |
      | no signature                    | ECCP_BAD_AUTH          |
      | an origin in capitals           | ECCP_BAD_AUTH          |
      | a key id of another form        | ECCP_BAD_AUTH          |
      | a ts with a leading zero        | ECCP_BAD_AUTH          |
      | a ts with a fraction            | ECCP_BAD_AUTH          |
      | a ts beyond the integers        | ECCP_BAD_AUTH          |
      | a padded nonce                  | ECCP_BAD_ENCODING      |
      | a padded digest                 | ECCP_BAD_ENCODING      |
      | a padded signature              | ECCP_BAD_ENCODING      |
      | spare bits in the nonce         | ECCP_BAD_ENCODING      |
      | a nonce in the other alphabet   | ECCP_BAD_ENCODING      |
      | a nonce of 15 bytes             | ECCP_BAD_ENCODING      |
      | a nonce of 17 bytes             | ECCP_BAD_ENCODING      |
      | a digest of 31 bytes            | ECCP_BAD_ENCODING      |
      | a signature of 63 bytes         | ECCP_BAD_ENCODING      |
      | another destination             | ECCP_WRONG_DESTINATION |
      | the destination without its port | ECCP_WRONG_DESTINATION |
      | the node's own name as origin   | ECCP_BAD_AUTH          |
      | a time 330 seconds ago          | ECCP_CLOCK_SKEW        |
      | a time 90 seconds ahead         | ECCP_CLOCK_SKEW        |

  @AUTH-020 @AUTH-024 @AUTH-025 @AUTH-003 @ID-072 @ID-073 @ID-076 @ERR-017 @must
  Scenario Outline: A request with <fault> is refused, since its signature does not hold
    When Pat's node submits the message "hello" to the room, in a request with "<fault>"
    Then the request is refused with ECCP_BAD_SIGNATURE
    And nothing came of it

    Examples:
      | fault                                          |
      | another body                                   |
      | no body                                        |
      | another query                                  |
      | another path                                   |
      | another method                                 |
      | another time in the signature                  |
      | another nonce in the signature                 |
      | another destination in the signature           |
      | another domain of the signature                |
      | a flipped bit in the signature                 |
      | a signature whose S is not below L             |
      | a signature that holds only with the cofactor  |
      | a signature whose R is the neutral element     |
      | the signature of another key                   |
      | a key that its document does not list          |

  @AUTH-015 @must
  Scenario Outline: A request with <fault> is taken
    When Pat's node submits the message "hello" to the room, in a request with "<fault>"
    Then it succeeds
    And "hello" is in the room 1 time, as Alice sees it

    Examples:
      | fault                    |
      | a time 270 seconds ago   |
      | a time 40 seconds ahead  |

  @AUTH-011 @must
  Scenario: A user's token is no signature
    When Alice calls getLogHead
    Then the request is refused with ECCP_BAD_AUTH
    When Alice calls exchange with the body:
      """
      {}
      """
    Then the request is refused with ECCP_BAD_AUTH

  @AUTH-011 @must
  Scenario: Nobody reads a log without saying who asks
    When a stranger calls getLogHead
    And a stranger calls getLog
    And a stranger calls exchange with the body:
      """
      {}
      """
    Then every request is refused with ECCP_BAD_AUTH

  @AUTH-025 @AUTH-003 @must
  Scenario Outline: A question with <fault> is refused as well
    When the peer asks for the head of the room, in a request with "<fault>"
    Then the request is refused with ECCP_BAD_SIGNATURE
    And nothing came of it

    Examples:
      | fault                                |
      | another query                        |
      | its path encoded otherwise           |
      | another time in the signature        |

  @AUTH-031 @must
  Scenario: The digest counts also where no body belongs
    When the peer asks for the head of the room, in a request with "a body that was not signed"
    Then the request is refused with ECCP_BAD_SIGNATURE
    And nothing came of it

  @AUTH-031 @PULL-010 @must
  Scenario: A question is answered to whoever proves who asks
    When the peer asks for the head of the room
    Then it succeeds
    And the answer has an "entry.seq"
