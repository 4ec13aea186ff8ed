@since-0.1
Feature: Browsers
  A client that runs in a web page reaches any node, and no cache between them keeps what was meant for one person.

  @ERR-020 @must
  Scenario Outline: Every answer may be read by any page: <request>
    Given Alice has an account
    When <request>
    Then the answer's header "Access-Control-Allow-Origin" is "*"

    Examples:
      | request                                                      |
      | a stranger calls getVersions                                 |
      | a stranger calls getHealth                                   |
      | a stranger requests GET "/.well-known/eccp/client"           |
      | Alice calls getAccount                                       |
      | a stranger requests GET "/_eccp/client/v1/{{unique}}"        |
      | a stranger requests DELETE "/_eccp/client/v1/account"        |
      | a stranger calls getAccount                                  |
      | Alice requests GET "/_eccp/client/v1/rooms/%zz"              |
      | a stranger requests OPTIONS "/_eccp/client/v1/account"       |

  @ERR-020 @must
  Scenario: The answer is the same for every page
    When a stranger requests GET "/_eccp/client/v1/versions" with the headers:
      | Origin | https://client.example |
    Then it succeeds
    And the answer's header "Access-Control-Allow-Origin" is "*"

  @ERR-020 @ERR-021 @must
  Scenario: A page may ask ahead for every method of every path
    When a browser asks ahead for every path
    Then each of them is answered with a success
    And each of them lists the methods of its path in "Access-Control-Allow-Methods"
    And each of them names "Authorization, Content-Type, Idempotency-Key" in the header "Access-Control-Allow-Headers"
    And each of the answers has the header "Access-Control-Allow-Origin" with "*"

  @ERR-022 @should
  Scenario: No cache keeps what a token was needed for
    Given Alice has a private room
    When Alice calls every operation
    Then each answer of an operation that needs a token names "no-store" in the header "Cache-Control"
