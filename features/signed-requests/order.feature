@since-0.1 @cap-federation
Feature: What is wrong first with a signed request
  What costs little is checked first. The order decides what a node tells to whom, and what strangers can make it do.

  Background:
    Given Alice has a public room
    And Pat is a member of the room

  @AUTH-010 @must
  Scenario Outline: <first> comes before <second>
    When the peer sends an empty transaction, in a request with "<first> and <second>"
    Then the request is refused with <code>
    And nothing came of it

    Examples:
      | first                                 | second                                | code                   |
      | a member that nobody knows            | a padded nonce                        | ECCP_BAD_AUTH          |
      | a member that nobody knows            | another destination                   | ECCP_BAD_AUTH          |
      | a padded nonce                        | another destination                   | ECCP_BAD_ENCODING      |
      | a padded signature                    | a time 330 seconds ago                | ECCP_BAD_ENCODING      |
      | another destination                   | a time 330 seconds ago                | ECCP_WRONG_DESTINATION |
      | the node's own name as origin         | a time 330 seconds ago                | ECCP_BAD_AUTH          |
      | a time 330 seconds ago                | another body                          | ECCP_CLOCK_SKEW        |
      | a time 330 seconds ago                | a flipped bit in the signature        | ECCP_CLOCK_SKEW        |
      | a flipped bit in the signature        | a text as its media type              | ECCP_BAD_SIGNATURE     |
      | another body                          | a text as its media type              | ECCP_BAD_SIGNATURE     |

  @AUTH-010 @ERR-010 @ERR-011 @must
  Scenario: Path and method come before everything
    When a stranger requests GET "/_eccp/federation/v1/nothing"
    Then the request is refused with ECCP_NOT_FOUND
    When a stranger requests GET "/_eccp/federation/v1/transactions"
    Then the request is refused with ECCP_METHOD_NOT_ALLOWED

  @AUTH-010 @must
  Scenario: What a right request asks for is looked at last
    When the peer requests GET "/_eccp/federation/v1/rooms/nonsense/head", signed
    Then the request is refused with ECCP_BAD_PARAM
    When the peer requests GET "/_eccp/federation/v1/rooms/{{room}}/log?limit=0", signed
    Then the request is refused with ECCP_BAD_PARAM
    When the peer sends an empty transaction, in a request with "a text as its media type"
    Then the request is refused with ECCP_UNSUPPORTED_MEDIA_TYPE
    When the peer sends an empty transaction, in a request with "a signed body that is no JSON"
    Then the request is refused with ECCP_BAD_JSON
    When the peer sends an empty transaction, in a request with "a signed body with a list of items that is none"
    Then the request is refused with ECCP_BAD_PARAM
    And nothing came of it

  @AUTH-019 @must
  Scenario: A body that is too large is refused, however well it is signed
    When the peer sends a transaction of 4194305 bytes
    Then the request is refused with ECCP_TOO_LARGE
    And nothing came of it

  @FED-007 @AUTH-019 @FED-009 @must
  Scenario: A body that is just not too large is taken
    When the peer sends a transaction of 4194304 bytes
    Then it succeeds

  @JSON-040 @AUTH-019 @must
  Scenario: A question has no large body either
    When the peer asks for the head of the room, in a request with "a signed body of 1048577 bytes"
    Then the request is refused with ECCP_TOO_LARGE
    And nothing came of it
