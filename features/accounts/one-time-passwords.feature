@since-0.1 @needs-one-time-password
Feature: One-time passwords
  Whoever gets into an account by what an operator has handed out chooses a password first.

  @ACC-025 @ACC-026 @ACC-028 @must
  Scenario: It is good for choosing a password, once
    When Grace logs in with a one-time password
    Then the answer's scopes are "account"
    And the answer's "must_change_password" is true
    When Grace changes the password to "new {{unique}}"
    Then the answer's "must_change_password" is false
    And the answer's scopes are those of a login of Grace that names none
    And nobody can log in as "{{Grace.username}}" with the password "{{saved old password}}"
