@since-0.1
Feature: Size and depth of events

  @LOG-018 @must
  Scenario Outline: Alice <what>, <bytes> bytes with its event, filled with <filling>: <verdict>
    Given Alice has a private room
    When Alice <what> that comes with its event to <bytes> bytes, filled with "<filling>"
    Then <verdict>

    Examples:
      | what                        | bytes  | filling | verdict                                    |
      | sends a message to the room | 61440  | x       | it succeeds                                |
      | sends a message to the room | 61441  | x       | the request is refused with ECCP_TOO_LARGE |
      | sends a message to the room | 61440  | é       | it succeeds                                |
      | sends a message to the room | 61441  | é       | the request is refused with ECCP_TOO_LARGE |
      | sends a message to the room | 61440  | 😀      | it succeeds                                |
      | sends a message to the room | 61441  | 😀      | the request is refused with ECCP_TOO_LARGE |
      | sends a message to the room | 61440  | \u0001  | it succeeds                                |
      | sends a message to the room | 61441  | \u0001  | the request is refused with ECCP_TOO_LARGE |
      | sends a message to the room | 61440  | \\n     | it succeeds                                |
      | sends a message to the room | 61441  | \\n     | the request is refused with ECCP_TOO_LARGE |
      | sets state of the room      | 61440  | x       | it succeeds                                |
      | sets state of the room      | 61441  | x       | the request is refused with ECCP_TOO_LARGE |
      | sends a message to the room | 100000 | x       | the request is refused with ECCP_TOO_LARGE |

  @LOG-018 @LOG-059 @must
  Scenario: What is too large leaves no trace
    Given Alice has a private room
    And Alice remembers the room
    When Alice sends an event of 62000 characters to the room
    Then the room refuses it with ECCP_TOO_LARGE

  @LOG-019 @must
  Scenario Outline: Alice <what>, nesting <depth> deep, of <kind>: the room <verdict>
    Given Alice has a private room
    And Alice remembers the room
    When Alice <what> that nests <depth> deep, of <kind>
    Then the room <verdict>

    Examples:
      | what                      | depth | kind    | verdict                        |
      | sends content to the room | 24    | objects | takes it                       |
      | sends content to the room | 25    | objects | refuses it with ECCP_BAD_EVENT |
      | sends content to the room | 24    | arrays  | takes it                       |
      | sends content to the room | 25    | arrays  | refuses it with ECCP_BAD_EVENT |
      | sends content to the room | 32    | arrays  | refuses it with ECCP_BAD_EVENT |
      | sets state of the room    | 24    | objects | takes it                       |
      | sets state of the room    | 25    | objects | refuses it with ECCP_BAD_EVENT |
      | sets state of the room    | 24    | arrays  | takes it                       |
      | sets state of the room    | 25    | arrays  | refuses it with ECCP_BAD_EVENT |
