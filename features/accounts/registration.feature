@since-0.1
Feature: Registration
  Who may have an account is for the operator to say; what an account is called is for its owner, once and for good.

  @ACC-001 @ACC-002 @cap-registration-open @must
  Scenario: Where registration is open, anyone gets an account and a device
    When a stranger calls register with the body:
      """
      { "username": "open-{{unique}}", "password": "pw {{unique}}" }
      """
    Then the answer has status 201
    And the answer's token is for the answer's user and device
    And someone logs in as "open-{{unique}}" with the password "pw {{unique}}"

  @ACC-001 @ACC-003 @cap-registration-token @must
  Scenario Outline: Where registration needs a token, nobody gets an account without the right one: <token>
    When someone registers with:
      | username           | tok-{{unique}} |
      | password           | pw {{unique}}  |
      | registration_token | <token>        |
    Then the request is refused with ECCP_FORBIDDEN
    And nobody can log in as "tok-{{unique}}" with the password "pw {{unique}}"

    Examples:
      | token      |
      | (none)     |
      |            |
      | {{unique}} |
      | (255 × a)  |

  @ACC-001 @ACC-003 @ACC-011 @cap-registration-token @must
  Scenario: A registration token counts as a whole, and a refusal reserves no name
    When someone registers as "tok-{{unique}}" with the registration token cut short
    And someone registers as "tok-{{unique}}" with the registration token in other letters
    Then every request is refused with ECCP_FORBIDDEN
    And Erin registers with:
      | username | tok-{{unique}} |

  @ACC-001 @ACC-004 @cap-registration-token @must
  Scenario: Where registration needs a token, whoever has it gets an account and a device
    When someone registers with:
      | username | tok-{{unique}} |
      | password | pw {{unique}}  |
    Then the answer has status 201
    And the answer's token is for the answer's user and device
    And someone logs in as "tok-{{unique}}" with the password "pw {{unique}}"

  @ACC-001 @ACC-005 @cap-registration-closed @must
  Scenario Outline: Where registration is closed, nobody gets an account: <token>
    When someone registers with:
      | username           | shut-{{unique}} |
      | password           | pw {{unique}}   |
      | registration_token | <token>         |
    Then the request is refused with ECCP_FORBIDDEN
    And nobody can log in as "shut-{{unique}}" with the password "pw {{unique}}"

    Examples:
      | token   |
      | (none)  |
      |         |
      | letmein |

  @ACC-006 @must
  Scenario: A user id is made of the username and the node's name
    When Erin registers with:
      | username | a.b_c=d-{{unique}} |
    Then the answer's "user_id" is "@a.b_c=d-{{unique}}:{{node}}"
    And Erin is still logged in

  @ACC-007 @must
  Scenario Outline: A username of other letters or lengths is refused: <username>
    When someone registers with:
      | username | <username> |
    Then the request is refused with ECCP_BAD_PARAM
    And the answer's "path" is "/username"

    Examples:
      | username               |
      |                        |
      | (65 × a)               |
      | Upper{{unique}}        |
      | two words{{unique}}    |
      | @at{{unique}}          |
      | co:lon{{unique}}       |
      | a/b{{unique}}          |
      | ümlaut{{unique}}       |
      | ａ{{unique}}           |
      | +{{unique}}            |
      | @x{{unique}}:{{node}}  |

  @ACC-008 @must
  Scenario: A name that somebody has is taken, whatever the password
    Given Alice has an account
    When someone registers as "{{Alice.username}}"
    And someone registers as "{{Alice.username}}" with the password "{{Alice.password}}"
    Then every request is refused with ECCP_USER_IN_USE
    And Alice is still logged in

  @ACC-008 @fresh-accounts @must
  Scenario: The name of a deactivated account stays taken
    Given Alice calls deactivateAccount with the body:
      """
      { "password": "{{Alice.password}}" }
      """
    When someone registers as "{{Alice.username}}"
    Then the request is refused with ECCP_USER_IN_USE

  @ACC-009 @ACC-011 @must
  Scenario Outline: A weak password is refused, and the name stays free: <password>
    When someone registers as "weak-{{unique}}" with the password "<password>"
    Then the request is refused with ECCP_WEAK_PASSWORD
    And someone registers as "weak-{{unique}}"

    Examples:
      | password    |
      |             |
      | a           |
      | 123456789   |
      | (9 × 🐙)    |
      | (1025 × a)  |
      | (513 × é)   |

  @ACC-009 @must
  Scenario Outline: A password of allowed length is taken as it is: <password>
    When Erin registers with:
      | password | <password> |
    Then it succeeds
    And Erin logs in on "phone"

    Examples:
      | password    |
      | aaaaaaaaa1  |
      | (10 × 🐙)   |
      | (1024 × a)  |
      | (512 × é)   |

  @ACC-010 @ACC-011 @must
  Scenario Outline: A password that is the name of the account is refused: <password>
    When someone registers as "named-{{unique}}" with the password "<password>"
    Then the request is refused with ECCP_WEAK_PASSWORD
    And someone registers as "named-{{unique}}"

    Examples:
      | password                      |
      | named-{{unique}}              |
      | NAMED-{{unique}}              |
      | @named-{{unique}}:{{node}}    |
      | @Named-{{unique}}:{{node}}    |

  @ACC-010 @must
  Scenario: A password that only contains the name is none of them
    When someone registers as "named-{{unique}}" with the password "named-{{unique}}!"
    Then it succeeds

  @ACC-011 @must
  Scenario: A malformed registration reserves no name
    When someone registers with:
      | username    | odd-{{unique}} |
      | device_name | (101 × a)      |
    Then the request is refused with ECCP_BAD_PARAM
    And someone registers as "odd-{{unique}}"

  @ACC-012 @ACC-008 @must
  Scenario: Of several who want a name at the same time, one gets it
    When 4 people register as "race-{{unique}}" at the same time
    Then one of them gets the account, and the others are refused with ECCP_USER_IN_USE

  @ACC-013 @cap-registration-open @must
  Scenario Outline: Where registration is open, the form of the request comes first: <member> "<value>"
    When someone registers with:
      | username | {{Alice.username}} |
      | password | short              |
      | <member> | <value>            |
    Then the request is refused with ECCP_BAD_PARAM
    And the answer's "path" is "/<member>"

    Examples:
      | member      | value            |
      | username    | Upper{{unique}}  |
      | device_name | (101 × a)        |

  @ACC-013 @cap-registration-token @must
  Scenario Outline: Where registration needs a token, the form of the request comes before the token: <member> "<value>"
    When someone registers with:
      | username           | {{Alice.username}} |
      | password           | short              |
      | registration_token | {{unique}}         |
      | <member>           | <value>            |
    Then the request is refused with ECCP_BAD_PARAM
    And the answer's "path" is "/<member>"

    Examples:
      | member      | value            |
      | username    | Upper{{unique}}  |
      | device_name | (101 × a)        |

  @ACC-013 @ACC-003 @cap-registration-token @must
  Scenario: The token comes before the password and the name
    When someone registers with:
      | username           | tok-{{unique}} |
      | password           | short          |
      | registration_token | {{unique}}     |
    And someone registers with:
      | username           | {{Alice.username}} |
      | registration_token | {{unique}}         |
    And someone registers with:
      | username           | {{Alice.username}} |
      | password           | short              |
      | registration_token | (none)             |
    Then every request is refused with ECCP_FORBIDDEN

  @ACC-013 @ACC-005 @cap-registration-closed @must
  Scenario: Where registration is closed, only the form of the request comes before that
    When someone registers with:
      | username | shut-{{unique}} |
      | password | short           |
    Then the request is refused with ECCP_FORBIDDEN
    When someone registers with:
      | username | Shut{{unique}} |
      | password | short          |
    Then the request is refused with ECCP_BAD_PARAM
    And the answer's "path" is "/username"

  @ACC-013 @ACC-009 @ACC-010 @must
  Scenario: The password comes before the question whether the name is taken
    When someone registers as "{{Alice.username}}" with the password "short"
    And someone registers as "{{Alice.username}}" with the password "{{Alice.username}}"
    Then every request is refused with ECCP_WEAK_PASSWORD
