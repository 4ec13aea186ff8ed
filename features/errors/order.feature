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

  @ERR-011 @must
  Scenario: Which methods a path has is told as it is, HEAD included
    Given Alice has a private room
    When Alice asks every path that serves GET for its headers alone
    Then "Allow" of a path names HEAD exactly where HEAD is answered

  @ERR-026 @may
  Scenario: A path that serves HEAD answers as to GET, without the body
    Given Alice has a private room
    When Alice asks every path that serves GET for its headers alone
    Then each of them answers with the status and the headers of GET and no body, or refuses the method

  @ERR-019 @ERR-017 @must
  Scenario Outline: Of several faults in a request the first one answers: <faults>
    Given Alice has a private room
    And Alice remembers all that the node holds of her and the room
    When Alice sends every operation that takes a body a request with the faults "<faults>"
    Then each of them is refused with <code>
    And all that the node holds of Alice and the room is as she remembers it

    Examples:
      | faults                       | code                        |
      | media type, size, parameters | ECCP_UNSUPPORTED_MEDIA_TYPE |
      | media type, size             | ECCP_UNSUPPORTED_MEDIA_TYPE |
      | size, parameters             | ECCP_TOO_LARGE              |
      | size                         | ECCP_TOO_LARGE              |
      | encoding, parameters         | ECCP_BAD_ENCODING           |
      | encoding                     | ECCP_BAD_ENCODING           |
      | JSON, parameters             | ECCP_BAD_JSON               |
      | JSON                         | ECCP_BAD_JSON               |

  @ERR-019 @must
  Scenario: Without a token nothing of the request is looked at
    When a stranger calls logout
    Then the request is refused with ECCP_MISSING_TOKEN
    When a stranger requests POST "/_eccp/client/v1/rooms" with the body "{" as "text/plain"
    Then the request is refused with ECCP_MISSING_TOKEN
    When a stranger requests PATCH "/_eccp/client/v1/rooms/nonsense"
    Then the request is refused with ECCP_METHOD_NOT_ALLOWED
    When a stranger requests PATCH "/_eccp/client/v1/{{unique}}"
    Then the request is refused with ECCP_NOT_FOUND

  @ERR-019 @must
  Scenario: The scope is looked at before the body
    Given Alice is also logged in on "reader" with the scopes "read"
    When Alice on "reader" requests POST "/_eccp/client/v1/rooms" with the body "{" as "text/plain"
    And Alice on "reader" sends the body "{" to createRoom
    And Alice on "reader" sends an object with 1048576 spaces after it to createRoom
    Then every request is refused with ECCP_FORBIDDEN

  @ERR-019 @must
  Scenario: The parameters of the path are looked at before the members of the body
    Given Alice has a private room
    When Alice sends every operation that takes a body a request with the faults "parameters, members"
    Then each of them is refused with ECCP_BAD_PARAM
    And each of them names in "path" a parameter of its path, and no member of the body

  @ERR-019 @must
  Scenario: So are the headers that an operation has
    Given Alice has a private room
    And Alice sends "hello" to the room
    When Alice calls redactEvent with:
      | eventId          | {{event hello}} |
      | Idempotency-Key: | not a key       |
      | bad body         | { "reason": 7 } |
    Then the request is refused with ECCP_BAD_PARAM
    And the answer's "path" is "Idempotency-Key"

  @ERR-019 @must
  Scenario Outline: What the operation says of itself comes last: <operation>
    Given Alice has a public room
    And Mallory has an account
    When Mallory calls <operation> with:
      | eventType | <type> |
      | body      | <body> |
    Then the request is refused with ECCP_FORBIDDEN
    When Mallory calls <operation> with:
      | eventType | <type>     |
      | bad body  | <bad body> |
    Then the request is refused with ECCP_BAD_PARAM
    And the answer's "path" is "<path>"

    Examples:
      | operation    | type            | body                       | bad body                                | path        |
      | inviteMember | x.y             | { "user_id": "{{Alice}}" } | { "user_id": "{{Alice}}", "reason": 7 } | /reason     |
      | kickMember   | x.y             | { "user_id": "{{Alice}}" } | { "user_id": 7 }                        | /user_id    |
      | leaveRoom    | x.y             | {}                         | { "reason": [] }                        | /reason     |
      | putTyping    | x.y             | { "typing": true }         | { "typing": 1 }                         | /typing     |
      | putState     | org.example.x   | { "content": {} }          | { "content": {}, "replaces": "x" }      | /replaces   |
