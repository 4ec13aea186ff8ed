@since-0.1
Feature: Login and logout
  A password is worth a token for one device, and guessing it is worth nothing.

  @ACC-030 @ACC-054 @must
  Scenario Outline: One logs in by user id or by local part: <user>
    Given Alice has an account
    When Alice logs in on "phone" with:
      | user | <user> |
    Then the answer's "user_id" is "{{Alice}}"
    And the answer's "must_change_password" is false
    And Alice on "phone" is still logged in
    And Alice is still logged in
    And the tokens of Alice and Alice on "phone" are different

    Examples:
      | user               |
      | {{Alice}}          |
      | {{Alice.username}} |

  @ACC-031 @must
  Scenario: A login that names no device makes a new one
    Given Alice has an account
    When Alice logs in on "phone"
    And Alice logs in on "tablet"
    Then it succeeds
    And the devices of Alice are, oldest first:
      | Alice             |
      | Alice on "phone"  |
      | Alice on "tablet" |

  @ACC-032 @ACC-033 @must
  Scenario: A login that names a device gives it a new token and ends the one before
    Given Alice logs in on "phone"
    When Alice logs in on "again" with:
      | device_id | {{Alice.device}} |
    Then the answer's "device_id" is "{{Alice.device}}"
    And Alice on "again" is still logged in
    And Alice is no longer logged in
    And Alice on "phone" is still logged in
    And Alice on "again" has 2 devices

  @ACC-032 @ACC-040 @must
  Scenario: A device that logged out gets a new token
    Given Alice logs in on "phone"
    And Alice on "phone" calls logout
    When Alice logs in on "again" with:
      | device_id | {{Alice on "phone".device}} |
    Then the answer's "device_id" is "{{Alice on "phone".device}}"
    And Alice on "again" is still logged in
    And Alice on "phone" is no longer logged in
    And Alice has 2 devices

  @ACC-034 @ERR-017 @must
  Scenario: A login for a device that the account does not have makes none
    Given Alice and Bob have accounts
    When Alice logs in on "phone" with:
      | device_id | {{Bob.device}} |
    And Alice logs in on "phone" with:
      | device_id | ABCDEFGHJK |
    Then every request is refused with ECCP_NOT_FOUND
    And Alice has 1 device
    And Bob is still logged in
    And Alice is still logged in

  @ACC-034 @must
  Scenario: Whether a device exists is told to those who know the password
    Given Alice has an account
    When Alice logs in on "phone" with:
      | device_id | ABCDEFGHJK       |
      | password  | wrong {{unique}} |
    And Alice logs in on "phone" with:
      | device_id | {{Alice.device}} |
      | password  | wrong {{unique}} |
    Then every request is refused with ECCP_BAD_AUTH
    And Alice is still logged in

  @ACC-035 @must
  Scenario Outline: A wrong password and a user who does not exist are refused alike: <nobody>
    Given Alice has an account
    When someone logs in as "{{Alice.username}}" with the password "wrong {{unique}}"
    And someone logs in as "<nobody>" with the password "wrong {{unique}}"
    Then every request is refused with ECCP_BAD_AUTH
    And both answers are the same, byte for byte

    Examples:
      | nobody                        |
      | nobody-{{unique}}             |
      | @nobody-{{unique}}:{{node}}   |
      | @nobody-{{unique}}:a.example  |

  @ACC-035 @must
  Scenario: The user of another node does not exist here, whatever the local part
    Given Alice has an account
    When someone logs in as "@{{Alice.username}}:a.example" with the password "{{Alice.password}}"
    Then the request is refused with ECCP_BAD_AUTH

  @ACC-035 @must
  Scenario Outline: A password counts as a whole, as it is written: <wrong>
    Given Alice has an account
    When someone logs in as "{{Alice}}" with the password "<wrong>"
    Then the request is refused with ECCP_BAD_AUTH

    Examples:
      | wrong               |
      |                     |
      | {{Alice.password}}x |
      | x{{Alice.password}} |
      | {{Alice.token}}     |

  @ACC-035 @must
  Scenario: The end of a long password counts as well as its beginning
    Given Erin registers with:
      | password | (100 × a)b |
    When Erin logs in on "phone" with:
      | password | (100 × a)c |
    Then the request is refused with ECCP_BAD_AUTH

  @ACC-036 @ERR-001 @ERR-002 @ERR-006 @must
  Scenario: After five failures in a row the right password is refused too, for this account only
    Given Alice and Bob have accounts
    When Alice fails to log in 5 times
    And Alice logs in on "phone"
    Then the request is refused with ECCP_LOCKED_OUT
    And the answer has only the members "errcode, error, retry_after_ms"
    And the answer's "retry_after_ms" lies between 840000 and 900000
    And Bob logs in on "phone"
    And Alice is still logged in
    And Alice has 1 device
    When Alice logs in on "phone" with:
      | user | {{Alice}} |
    Then the request is refused with ECCP_LOCKED_OUT

  @ACC-036 @ACC-038 @must
  Scenario: Four failures are no lock, and a success lets them be forgotten
    Given Alice has an account
    When Alice fails to log in 4 times
    And Alice logs in on "phone"
    And Alice fails to log in 4 times
    And Alice logs in on "tablet"
    Then it succeeds
    And Alice on "tablet" is still logged in

  @ACC-036 @must
  Scenario: Guesses that are made at the same time are counted too
    Given Alice has an account
    When someone tries 12 wrong passwords for Alice at the same time
    Then no more than 5 of them were looked at, and the others are refused with ECCP_LOCKED_OUT
    And the lock holds for Alice's logins

  @ACC-037 @must
  Scenario: A name that nobody has is locked in the same way
    When someone fails 5 times to log in as "nobody-{{unique}}"
    And someone logs in as "nobody-{{unique}}" with the password "wrong {{unique}}"
    Then the request is refused with ECCP_LOCKED_OUT
    And the answer's "retry_after_ms" lies between 840000 and 900000

  @ACC-039 @must
  Scenario: Who logs out is logged out
    Given Alice has an account
    When Alice calls logout
    Then it succeeds
    And Alice is no longer logged in

  @ACC-040 @must
  Scenario: A logout leaves the device and the other sessions
    Given Alice logs in on "phone"
    And Alice logs in on "tablet"
    When Alice on "phone" calls logout
    Then it succeeds
    And Alice on "phone" is no longer logged in
    And Alice is still logged in
    And Alice on "tablet" is still logged in
    And the devices of Alice are, oldest first:
      | Alice             |
      | Alice on "phone"  |
      | Alice on "tablet" |

  @ACC-042 @ACC-035 @must
  Scenario Outline: Who cannot exist is refused like who does not: <user>
    When someone logs in as "nobody-{{unique}}" with the password "wrong {{unique}}"
    And someone logs in as "<user>" with the password "wrong {{unique}}"
    Then every request is refused with ECCP_BAD_AUTH
    And both answers are the same, byte for byte

    Examples:
      | user                  |
      | Upper{{unique}}       |
      | two words {{unique}}  |
      | @{{unique}}           |
      | @:{{node}}            |
      | {{unique}}:{{node}}   |
      | @Up{{unique}}:{{node}} |
      | @{{unique}}:no node   |
      | #{{unique}}:{{node}}  |
      | ümlaut{{unique}}      |
      | {{unique}}/..         |

  @ACC-042 @must
  Scenario Outline: What is only like the name of an account is none: <user>
    Given Alice has an account
    When someone logs in as "<user>" with the password "{{Alice.password}}"
    Then the request is refused with ECCP_BAD_AUTH

    Examples:
      | user                         |
      | @{{Alice.username}}          |
      | {{Alice.username}}:{{node}}  |
      | {{Alice.username}}@{{node}}  |
      | {{Alice.username}}%20        |
      | +{{Alice.username}}          |
      | {{Alice}}:                   |
      | {{Alice}}.                   |
