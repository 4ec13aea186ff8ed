@since-0.1
Feature: Tokens and scopes
  A token cannot be guessed, and allows what it was given for.

  @ACC-050 @must
  Scenario: Tokens are long, and have nothing in common
    Given Alice, Bob, Carol, Dave, Erin and Frank have accounts
    When Alice calls getAccount
    Then it succeeds
    And the tokens of Alice, Bob, Carol, Dave, Erin and Frank leave room for 256 random bits

  @ACC-050 @must
  Scenario: The tokens of one account, and those of one device, have nothing in common
    Given Alice logs in on "a"
    And Alice logs in on "b"
    And Alice logs in on "c" with:
      | device_id | {{Alice.device}} |
    And Alice logs in on "d" with:
      | device_id | {{Alice.device}} |
    When Alice logs in on "e" with:
      | device_id | {{Alice.device}} |
    Then it succeeds
    And the tokens of Alice, Alice on "a", Alice on "b", Alice on "c", Alice on "d" and Alice on "e" leave room for 256 random bits

  @ACC-052 @must
  Scenario Outline: A token with the scope <scope> alone does all that needs this scope, tells whose it is and can be given up
    Given Alice is also logged in on "other" with the scopes "<scope>"
    When Alice on "other" makes use of every operation that needs the scope "<scope>"
    Then none of them is refused for its token
    And Alice on "other" is still logged in
    And Alice on "other" calls logout
    And Alice on "other" is no longer logged in

    Examples:
      | scope   |
      | read    |
      | write   |
      | account |

  @ACC-052 @must
  Scenario: Reading and writing are two things
    Given Alice has a private room
    And Alice is also logged in on "reader" with the scopes "read"
    And Alice is also logged in on "writer" with the scopes "write"
    When Alice on "writer" sends "from the writer" to the room
    Then it succeeds
    And Alice on "reader" can read "from the writer" in the room
    When Alice on "reader" sends "from the reader" to the room
    Then the request is refused with ECCP_FORBIDDEN
    When Alice on "writer" reads the messages of the room
    Then the request is refused with ECCP_FORBIDDEN

  @ACC-053 @ACC-054 @must
  Scenario Outline: A login gives the scopes that were asked for: <scopes>
    Given Alice has an account
    When Alice logs in on "other" with:
      | scopes | <scopes> |
    Then the answer's scopes are "<scopes>"
    And the scopes of Alice on "other" are "<scopes>"
    And the scopes of Alice are "read, write, account"

    Examples:
      | scopes               |
      | read                 |
      | write                |
      | account              |
      | read, account        |

  @ACC-053 @ACC-054 @must
  Scenario: A login that names no scopes gives all three
    Given Alice has an account
    When Alice logs in on "other"
    Then the answer's scopes are "read, write, account"
    And the scopes of Alice on "other" are "read, write, account"

  @ACC-053 @must
  Scenario: A device that logs in again has the scopes of the new login
    Given Alice is also logged in on "other" with the scopes "read"
    When Alice logs in on "again" with:
      | device_id | {{Alice on "other".device}} |
      | scopes    | write                       |
    Then the answer's scopes are "write"
    And the scopes of Alice on "again" are "write"

  @ACC-054 @must
  Scenario: A token tells whose it is
    Given Alice logs in on "phone"
    And Bob has an account
    When Alice on "phone" calls getAccount
    Then the answer contains:
      """
      { "user_id": "{{Alice}}", "device_id": "{{Alice on "phone".device}}", "must_change_password": false, "admin": false }
      """
    When Bob calls getAccount
    Then the answer contains:
      """
      { "user_id": "{{Bob}}", "device_id": "{{Bob.device}}" }
      """

  @ACC-055 @fresh-accounts @must
  Scenario: A sync that waits ends with a logout
    Given Alice has synced
    When Alice waits in a sync for up to 20000 ms
    Then Alice's waiting sync has not answered yet
    When Alice calls logout
    Then Alice's waiting sync is refused within a second with ECCP_UNKNOWN_TOKEN

  @ACC-055 @fresh-accounts @must
  Scenario: A sync that waits ends with a new login on its device
    Given Alice is also logged in on "phone"
    And Alice and Alice on "phone" have synced
    When Alice waits in a sync for up to 20000 ms
    And Alice on "phone" waits in a sync for up to 20000 ms
    Then Alice's waiting sync has not answered yet
    When Alice logs in on "again" with:
      | device_id | {{Alice.device}} |
    Then Alice's waiting sync is refused within a second with ECCP_UNKNOWN_TOKEN
    And Alice on "phone"'s waiting sync has not answered yet
    When Alice on "phone" calls logout
    Then Alice on "phone"'s waiting sync is refused within a second with ECCP_UNKNOWN_TOKEN

  @ACC-055 @fresh-accounts @must
  Scenario: Syncs that wait end with a new password, that of the device that changed it, too
    Given Alice is also logged in on "phone"
    And Alice and Alice on "phone" have synced
    When Alice waits in a sync for up to 20000 ms
    And Alice on "phone" waits in a sync for up to 20000 ms
    Then Alice's waiting sync has not answered yet
    And Alice on "phone"'s waiting sync has not answered yet
    When Alice changes the password to "new {{unique}}"
    Then Alice's waiting sync is refused within a second with ECCP_UNKNOWN_TOKEN
    And Alice on "phone"'s waiting sync is refused within a second with ECCP_UNKNOWN_TOKEN

  @ACC-055 @fresh-accounts @must
  Scenario: Syncs that wait end with the account
    Given Alice is also logged in on "phone"
    And Alice and Alice on "phone" have synced
    When Alice waits in a sync for up to 20000 ms
    And Alice on "phone" waits in a sync for up to 20000 ms
    Then Alice's waiting sync has not answered yet
    And Alice on "phone"'s waiting sync has not answered yet
    When Alice calls deactivateAccount with the body:
      """
      { "password": "{{Alice.password}}" }
      """
    Then Alice's waiting sync is refused within a second with ECCP_UNKNOWN_TOKEN
    And Alice on "phone"'s waiting sync is refused within a second with ECCP_UNKNOWN_TOKEN

  @ACC-055 @fresh-accounts @must
  Scenario: A sync that waits goes on when another session ends
    Given Alice is also logged in on "phone"
    And Alice is also logged in on "tablet"
    And Bob has a private room
    And Alice is a member of the room
    And Alice has synced
    When Alice waits in a sync for up to 20000 ms
    And Alice on "phone" calls logout
    And Alice calls revokeDevice with:
      | deviceId | {{Alice on "tablet".device}} |
    Then Alice's waiting sync has not answered yet
    When Bob sends "hello" to the room
    Then Alice's waiting sync answers within a second, with something new under "rooms.joined[{{room}}].timeline.events"

  @ACC-051 @needs-data @must
  Scenario: No token lies in what the node keeps
    Given Alice logs in on "phone"
    And Bob has an account
    When Alice on "phone" is still logged in
    Then none of the tokens of Alice, Alice on "phone" and Bob is in the data of the node
