@since-0.1
Feature: What a node declares, and what it serves
  A client finds out what a node speaks before it relies on it; what is declared is there.

  @CONF-001 @must
  Scenario: A node names the core class
    When a stranger calls getVersions
    Then the answer's list "classes" holds:
      """
      "core"
      """

  @CONF-002 @must
  Scenario: A node names its versions in ascending order, one of this specification among them
    When a stranger calls getVersions
    Then the versions of the answer ascend
    And one of the versions of the answer is one of this specification

  @CONF-003 @CONF-004 @fresh-accounts @must
  Scenario: Every operation is served where the API has it, and answers in its form
    Given Alice and Bob have accounts
    When a stranger calls getVersions
    And a stranger calls getHealth
    And a stranger calls getWellKnownServer
    And a stranger calls getWellKnownClient
    And Erin registers
    And Alice logs in on "phone"
    And Alice renames the device of Alice on "phone" to "Phone"
    And Alice calls listDevices
    And Alice calls getAccount
    And Alice writes the account data "org.example.x":
      """
      { "n": 1 }
      """
    And Alice reads the account data "org.example.x"
    And Alice creates an invite-only room
    And Bob knocks on the room
    And Alice invites Bob to the room
    And Bob joins the room
    And Alice bans Bob from the room because "spam"
    And Alice unbans Bob from the room
    And Bob forgets the room
    And Alice invites Bob to the room
    And Bob joins the room
    And Alice kicks Bob from the room
    And Alice writes the account data "org.example.x" in the room:
      """
      { "n": 1 }
      """
    And Alice reads the account data "org.example.x" in the room
    And Alice looks at the room
    And Alice calls listMembers
    And Alice renames the room to "Harbour"
    And Alice puts the state "org.example.x" with the key "k" in the room:
      """
      { "n": 1 }
      """
    And Alice reads the state of the room
    And Alice reads the state "eccp.room.name" of the room
    And Alice reads the state "org.example.x" with the key "k" of the room
    And Alice sends "hello" to the room
    And Alice calls sendEvent with:
      | eventType        | org.example.poll |
      | Idempotency-Key: | {{unique}}       |
      | body             | {}               |
    And Alice reads the messages of the room
    And Alice reads the event "hello" of the room
    And Alice calls putReceipt with the body:
      """
      { "event_id": "{{event hello}}" }
      """
    And Alice calls putTyping with the body:
      """
      { "typing": false }
      """
    And Alice redacts "hello" in the room
    And Alice syncs
    And the aliases and the directory are used by Alice, where the node declares them
    And the keys of devices are used by Alice, where the node declares them
    And media is used by Alice, where the node declares it
    And Alice calls exportAccount
    And Alice leaves the room
    And Alice revokes the device of Alice on "phone"
    And Bob calls logout
    And Alice changes the password to "new {{unique}}"
    And Alice on "renewed" calls deactivateAccount with the body:
      """
      { "password": "new {{unique}}" }
      """
    Then it succeeds
    And every operation has been used with success

  @CONF-003 @must
  Scenario: No operation is where the API has none
    When a stranger requests GET "/_eccp/client/v1/versions/{{unique}}"
    And a stranger requests POST "/_eccp/client/v1/versions"
    Then the answers have the statuses:
      | 404 |
      | 405 |

  @CONF-007 @must
  Scenario: Members of a body that this version does not know are as if they were not there
    Given Alice and Bob have accounts
    When Erin registers with:
      | org.example.unknown | x |
    And Alice logs in on "phone" with:
      | org.example.unknown | x |
      | unheard_of          | x |
    Then every request succeeds
    When Alice on "phone" calls createRoom with the body:
      """
      { "name": "Harbour", "unheard_of": 1, "eccp.unheard.of": { "name": "Quay" }, "Name": "Quay" }
      """
    And the answer's "room_id" is kept as "harbour"
    And Alice calls inviteMember with:
      | roomId | {{saved harbour}}                                                                   |
      | body   | { "user_id": "{{Bob}}", "unheard_of": null, "eccp.unheard.of": [1, { "a": true }] } |
    And Bob calls joinRoom with:
      | roomId | {{saved harbour}}                        |
      | body   | { "unheard_of": [], "member": "ban" }    |
    And Bob calls putTyping with:
      | roomId | {{saved harbour}}                        |
      | body   | { "typing": false, "unheard_of": {} }    |
    And Alice calls putState with:
      | roomId    | {{saved harbour}}                                                        |
      | eventType | eccp.room.topic                                                          |
      | body      | { "content": { "topic": "ships" }, "unheard_of": 1, "Replaces": "x" }    |
    And Alice calls kickMember with:
      | roomId | {{saved harbour}}                              |
      | body   | { "user_id": "{{Bob}}", "unheard_of": "{{Alice}}" } |
    And Alice calls renameDevice with:
      | deviceId | {{Alice.device}}                     |
      | body     | { "name": "Laptop", "current": 7 }   |
    And Alice calls getRoom with:
      | roomId | {{saved harbour}} |
    Then the answer contains:
      """
      { "name": "Harbour", "topic": "ships", "member_count": 1 }
      """
    And the device of Alice is called "Laptop", as Alice sees it

  @CONF-008 @must
  Scenario: Query parameters that this version does not know are as if they were not there
    Given Alice has an account
    When Alice calls every operation with query parameters that nobody knows, and without
    Then the parameters make no difference

  @CONF-008 @must
  Scenario Outline: Unknown parameters do not keep anybody from reading: <operation>
    Given Alice has a private room
    And Alice sends "hello" to the room
    When Alice calls <operation> with:
      | ?unheard_of         | x     |
      | ?org.example.limit  | 1     |
      | ?Limit              | none  |
      | <key>               | <value> |
    Then it succeeds
    And the answer has a "<member>"

    Examples:
      | operation     | key       | value           | member      |
      | getRoom       | ?since    | x               | head        |
      | listMembers   | ?limit    | x               | members     |
      | getState      | ?limit    | x               | events      |
      | getStateEvent | eventType | eccp.room.create | event_id   |
      | listMessages  | ?since    | x               | events      |
      | getEvent      | eventId   | {{event hello}} | event_id    |
      | sync          | ?from     | x               | next_batch  |
      | getAccount    | ?user_id  | x               | user_id     |
      | listDevices   | ?limit    | x               | devices     |
      | getVersions   | ?limit    | x               | versions    |
