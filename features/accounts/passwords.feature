@since-0.1
Feature: Changing a password
  A new password ends what somebody may have begun with the old one.

  @ACC-021 @ERR-017 @must
  Scenario Outline: Without the old password there is no new one: <wrong>
    Given Alice logs in on "phone"
    When Alice changes the password from "<wrong>" to "new {{unique}}"
    Then the request is refused with ECCP_BAD_AUTH
    And Alice is still logged in
    And Alice on "phone" is still logged in
    And Alice logs in on "tablet"
    And nobody can log in as "{{Alice.username}}" with the password "new {{unique}}"

    Examples:
      | wrong                |
      | {{Alice.password}}x  |
      | new {{unique}}       |

  @ACC-021 @must
  Scenario: The password of somebody else is a wrong one
    Given Alice and Bob have accounts
    When Alice changes the password from "{{Bob.password}}" to "new {{unique}}"
    Then the request is refused with ECCP_BAD_AUTH

  @ACC-022 @must
  Scenario: The new password logs in, and the old one does not
    Given Alice has an account
    When Alice changes the password to "new {{unique}}"
    Then it succeeds
    And someone logs in as "{{Alice.username}}" with the password "new {{unique}}"
    And nobody can log in as "{{Alice.username}}" with the password "{{saved old password}}"

  @ACC-023 @must
  Scenario: A new password ends every other session, and the one that asked goes on with a new token
    Given Alice logs in on "phone"
    And Alice logs in on "tablet"
    When Alice on "phone" changes the password to "new {{unique}}"
    Then it succeeds
    And the answer's "device_id" is "{{Alice on "phone".device}}"
    And the answer's "user_id" is "{{Alice}}"
    And Alice on "renewed" is still logged in
    And Alice is no longer logged in
    And Alice on "tablet" is no longer logged in
    And Alice on "phone" is no longer logged in
    And Alice on "renewed" has 3 devices

  @ACC-024 @must
  Scenario Outline: A weak new password is refused, and the old one stays: <weak>
    Given Alice has an account
    When Alice changes the password to "<weak>"
    Then the request is refused with ECCP_WEAK_PASSWORD
    And Alice is still logged in
    And Alice logs in on "phone"

    Examples:
      | weak               |
      |                    |
      | 123456789          |
      | (1025 × a)         |
      | {{Alice.username}} |
      | {{Alice}}          |

  @ACC-027 @must
  Scenario: A new password gives no session more scopes than it had
    Given Alice logs in on "settings" with:
      | scopes | account |
    When Alice on "settings" changes the password to "new {{unique}}"
    Then the answer's scopes are "account"
    And the answer's "must_change_password" is false
    And the scopes of Alice on "renewed" are "account"

  @ACC-041 @ACC-036 @must
  Scenario: Guessing the old password is a failed login like any other
    Given Alice logs in on "phone"
    When Alice guesses 5 times at the old password
    And Alice changes the password to "new {{unique}}"
    Then the request is refused with ECCP_LOCKED_OUT
    And the lock holds for Alice's logins
    And Alice is still logged in

  @ACC-041 @must
  Scenario: Deactivation with a wrong password counts as a failed login too, and is locked with it
    Given Alice has an account
    And Alice guesses 4 times at the old password
    When Alice calls deactivateAccount with the body:
      """
      { "password": "wrong {{unique}}" }
      """
    Then the request is refused with ECCP_BAD_AUTH
    And the lock holds for Alice's logins
    When Alice calls deactivateAccount with the body:
      """
      { "password": "{{Alice.password}}" }
      """
    Then the request is refused with ECCP_LOCKED_OUT
    And Alice is still logged in
