@since-0.1
Feature: Which refusal comes first
  A request can be wrong in several ways at once. The order of the checks keeps a node from telling somebody without a right anything
  about what is there, and lets clients rely on one answer.

  @ERR-010 @must
  Scenario Outline: A path that no operation has is not there: <method> <path>
    Given Alice has an account
    When Alice requests <method> "<path>"
    And a stranger requests <method> "<path>"
    Then every request is refused with ECCP_NOT_FOUND

    Examples:
      | method | path                                                           |
      | GET    | /_eccp/client/v1/{{unique}}                                    |
      | POST   | /_eccp/client/v1/{{unique}}                                    |
      | PUT    | /_eccp/client/v1/{{unique}}                                    |
      | DELETE | /_eccp/client/v1/{{unique}}                                    |
      | PATCH  | /_eccp/client/v1/{{unique}}                                    |
      | GET    | /_eccp/client/v1/account/{{unique}}                            |
      | GET    | /_eccp/client/v1/account/                                      |
      | GET    | /_eccp/client/v1/Account                                       |
      | GET    | /_eccp/client/V1/account                                       |
      | GET    | /_ECCP/client/v1/account                                       |
      | GET    | /_eccp/client/v1//account                                      |
      | GET    | /_eccp/client/v1                                               |
      | GET    | /_eccp/client/v0/account                                       |
      | GET    | /_eccp/client/account                                          |
      | GET    | /_eccp/{{unique}}                                              |
      | POST   | /_eccp/client/v1/rooms/nonsense/{{unique}}                     |
      | GET    | /_eccp/client/v1/rooms/nonsense/events                         |
      | GET    | /_eccp/client/v1/rooms/nonsense/state/a.b/c/d                  |
      | GET    | /.well-known/eccp/{{unique}}                                   |

  @ERR-011 @must
  Scenario: A path refuses methods that it does not have, before it looks at anything else
    When every path is requested with the methods that it does not serve
    Then each of them is refused with ECCP_METHOD_NOT_ALLOWED
    And each of them lists the methods of its path in "Allow"

  @ERR-012 @must
  Scenario Outline: Nothing that needs a token is done without one, however right or wrong the rest is: "<authorization>"
    Given Alice has an account
    When every operation that needs a token is called with the authorization "<authorization>"
    Then each of them is refused with ECCP_MISSING_TOKEN

    Examples:
      | authorization            |
      |                          |
      | Basic dXNlcjpwYXNzd29yZA |
      | {{Alice.token}}          |
      | Token {{Alice.token}}    |
      | Basic {{Alice.token}}    |

  @ERR-012 @must
  Scenario: A token in the query is none
    Given Alice has an account
    When a stranger calls getAccount with:
      | ?access_token | {{Alice.token}} |
    Then the request is refused with ECCP_MISSING_TOKEN

  @ERR-013 @must
  Scenario: Nothing that needs a token is done for one that was never issued, however right or wrong the rest is
    When every operation that needs a token is called with the authorization "Bearer 6sZ0qVn7YqLm2xR5tKd8wZ1pHf4sGj6uAeTo9iXrQvN"
    Then each of them is refused with ECCP_UNKNOWN_TOKEN

  @ERR-013 @must
  Scenario: Nothing that needs a token is done for one that has ended, however right or wrong the rest is
    Given Alice has an account
    And Alice calls logout
    When every operation that needs a token is called with the authorization "Bearer {{Alice.token}}"
    Then each of them is refused with ECCP_UNKNOWN_TOKEN

  @ERR-013 @must
  Scenario Outline: A token counts as a whole: <token>
    Given Alice has an account
    When someone with the token "<token>" calls getAccount
    Then the request is refused with ECCP_UNKNOWN_TOKEN

    Examples:
      | token                        |
      | {{Alice.token}}A             |
      | A{{Alice.token}}             |
      | {{Alice.token}}.             |
      | {{Alice}}                    |
      | {{Alice.device}}             |
      | null                         |
      | 0                            |

  @ERR-013 @must
  Scenario: A token with one character changed, left out or in the other case is another token
    Given Alice has an account
    When misspellings of Alice's token are tried one by one
    Then each of them is refused with ECCP_UNKNOWN_TOKEN

  @ERR-014 @ACC-052 @must
  Scenario Outline: A token without the scope <scope> does nothing that needs it, however right or wrong the rest is
    Given Alice is also logged in on "other" with the scopes "<others>"
    When Alice on "other" calls every operation that needs the scope "<scope>"
    Then each of them is refused with ECCP_FORBIDDEN

    Examples:
      | scope   | others         |
      | read    | write, account |
      | write   | read, account  |
      | account | read, write    |

  @ERR-015 @ERR-017 @must
  Scenario Outline: A body has to be declared as JSON, before its path or contents are looked at: "<type>"
    Given Alice has a private room
    And Alice remembers all that the node holds of her and the room
    When Alice sends every operation that takes a body one as "<type>"
    Then each of them is refused with ECCP_UNSUPPORTED_MEDIA_TYPE
    And all that the node holds of Alice and the room is as she remembers it

    Examples:
      | type                              |
      |                                   |
      | text/plain                        |
      | text/json                         |
      | application/x-www-form-urlencoded |
      | application/jsonp                 |
      | application/problem+json          |

  @ERR-015 @must
  Scenario: An operation that takes a body is not called without one
    Given Alice has a private room
    When Alice requests POST "/_eccp/client/v1/rooms"
    Then the request is refused with ECCP_UNSUPPORTED_MEDIA_TYPE

  @ERR-016 @must
  Scenario: What is malformed is refused as such, whether or not the thing it is about exists
    Given Alice has a private room
    And Bob has an account
    When Bob calls listMessages with:
      | ?limit | 0 |
    And Bob calls inviteMember with:
      | bad body | { "user_id": 7 } |
    And Bob calls getEvent with:
      | eventId | nonsense |
    Then every request is refused with ECCP_BAD_PARAM

  @ERR-017 @must
  Scenario: A refused send leaves the log as it is
    Given Alice has a private room
    And Alice remembers all that the node holds of her and the room
    When Alice sends the event "org.example.poll" to the room:
      """
      { "n": 1.5 }
      """
    And Alice sends the event "eccp.room.name" to the room:
      """
      { "name": "Quay" }
      """
    And Alice sends the event "eccp.room.unheard_of" to the room:
      """
      {}
      """
    Then every request is refused with ECCP_BAD_JSON or ECCP_BAD_EVENT
    And all that the node holds of Alice and the room is as she remembers it

  @ERR-017 @must
  Scenario: An invitation list with one wrong name in it makes no room at all
    Given Alice has a private room
    And Bob has an account
    And Alice remembers all that the node holds of her and the room
    When Alice calls createRoom with the body:
      """
      { "invite": ["{{Bob}}", "@nobody-{{unique}}:{{node}}"] }
      """
    Then the request is refused with ECCP_NOT_FOUND
    And all that the node holds of Alice and the room is as she remembers it

  @ERR-018 @must
  Scenario Outline: A parameter of a path that is no percent-encoding is refused by every operation: <text>
    Given Alice has a private room
    When Alice writes "<text>" for each parameter of the path of every operation, one at a time
    Then each of them is refused with ECCP_BAD_PARAM

    Examples:
      | text  |
      | %     |
      | %zz   |
      | a%4   |
      | %u0061 |
