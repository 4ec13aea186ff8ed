@since-0.1 @cap-admin
Feature: What only operators may do
  An account does not make itself an operator's, and without the scope nobody sees or decides what is an operator's to see and decide.

  @ACC-056 @must
  Scenario: A login does not give the scope admin to everybody
    Given Alice has an account
    When a stranger calls login with the body:
      """
      { "user": "{{Alice.username}}", "password": "{{Alice.password}}", "scopes": ["admin"] }
      """
    Then the request is refused with ECCP_FORBIDDEN
    When a stranger calls login with the body:
      """
      { "user": "{{Alice.username}}", "password": "{{Alice.password}}", "scopes": ["read", "admin"] }
      """
    Then the request is refused with ECCP_FORBIDDEN
    When a stranger calls login with the body:
      """
      { "user": "{{Alice.username}}", "password": "{{Alice.password}}", "scopes": ["read"] }
      """
    Then it succeeds

  @ACC-056 @ACC-035 @must
  Scenario: Whether somebody is an administrator is not told to who does not know the password
    Given Alice has an account
    When a stranger calls login with the body:
      """
      { "user": "{{Alice.username}}", "password": "not the password", "scopes": ["admin"] }
      """
    Then the request is refused with ECCP_BAD_AUTH

  @ACC-057 @ACC-052 @alone @must
  Scenario Outline: <operation> is for operators
    When Alice calls <operation> with:
      | node   | {{peer}} |
      | <what> | <body>   |
    Then the request is refused with ECCP_FORBIDDEN
    When a stranger calls <operation> with:
      | node   | {{peer}} |
      | <what> | <body>   |
    Then the request is refused with ECCP_MISSING_TOKEN
    And nothing has been decided

    Examples:
      | operation  | what | body                   |
      | getPolicy  | ?x   | 1                      |
      | listPeers  | ?x   | 1                      |
      | listAudit  | ?x   | 1                      |
      | decidePeer | body | {"action":"block"}     |
      | diagnose   | body | {"node":"{{peer}}"}    |
      | rotateKeys | body | {"revoke":false}       |

  @ACC-057 @alone @must
  Scenario: putPolicy is for operators
    When Alice puts the policy in force once more
    Then the request is refused with ECCP_FORBIDDEN
    When a stranger puts the policy in force once more
    Then the request is refused with ECCP_MISSING_TOKEN
    And nothing has been decided

  @ACC-057 @ACC-052 @must
  Scenario: An operator's token is for what operators do
    When the operator calls getPolicy
    And the operator calls listPeers
    And the operator calls listAudit
    Then it succeeds
    When the operator diagnoses the peer
    Then it succeeds
