@since-0.1 @fresh-accounts
Feature: Deactivation and export
  An account can be left for good, and before that its owner can take along what the node holds.

  @ACC-070 @ERR-017 @must
  Scenario: Without the password nothing is deactivated
    Given Alice has a private room
    And Alice logs in on "phone"
    And Alice remembers all that the node holds of her and the room
    When Alice calls deactivateAccount with the body:
      """
      { "password": "wrong {{unique}}" }
      """
    Then the request is refused with ECCP_BAD_AUTH
    And Alice on "phone" is still logged in
    And all that the node holds of Alice and the room is as she remembers it
    And Alice logs in on "tablet"

  @ACC-071 @must
  Scenario: A deactivated account has no sessions and no login
    Given Alice logs in on "phone"
    When Alice calls deactivateAccount with the body:
      """
      { "password": "{{Alice.password}}" }
      """
    Then it succeeds
    And Alice is no longer logged in
    And Alice on "phone" is no longer logged in
    And nobody can log in as "{{Alice.username}}" with the password "{{Alice.password}}"
    And nobody can log in as "{{Alice}}" with the password "{{Alice.password}}"

  @ACC-072 @must
  Scenario: A deactivated account is in no room any more, and a ban on it stays
    Given Bob has a private room
    And Bob has a public room "hall"
    And Bob has a private room "den"
    And Bob has an invite-only room "club"
    And Bob has a public room "pub"
    And Alice is a member of the room
    And Alice is a member of the room "hall"
    And Alice is invited to the room "den"
    And Alice knocks on the room "club"
    And Alice is banned from the room "pub"
    When Alice calls deactivateAccount with the body:
      """
      { "password": "{{Alice.password}}" }
      """
    Then it succeeds
    And the state "eccp.room.member" with the key "{{Alice}}" of the room contains, as Bob sees it:
      """
      { "membership": "leave" }
      """
    And the state "eccp.room.member" with the key "{{Alice}}" of the room "hall" contains, as Bob sees it:
      """
      { "membership": "leave" }
      """
    And the state "eccp.room.member" with the key "{{Alice}}" of the room "den" contains, as Bob sees it:
      """
      { "membership": "leave" }
      """
    And the state "eccp.room.member" with the key "{{Alice}}" of the room "club" contains, as Bob sees it:
      """
      { "membership": "leave" }
      """
    And the state "eccp.room.member" with the key "{{Alice}}" of the room "pub" contains, as Bob sees it:
      """
      { "membership": "ban" }
      """
    And Bob can verify the whole log of the room
    And Bob can verify the whole log of the room "club"

  @ACC-073 @ACC-076 @must
  Scenario: The export has all that one said, where it stands in the logs, and nothing that others said
    Given Alice has a public room
    And Bob is a member of the room
    And Bob has a private room "den"
    And Alice is a member of the room "den"
    And Alice sends "one" to the room
    And Alice sends "two" to the room "den"
    And Bob sends "a secret of Bob" to the room
    And Alice sends "three" to the room
    And Alice sends "regretted" to the room "den"
    And Bob sends "another secret of Bob" to the room "den"
    And Alice renames the room to "Harbour"
    And Alice redacts "regretted" in the room "den"
    And Alice sends "four" to the room "den"
    And Alice leaves the room "den"
    And Bob sends "a secret after Alice left" to the room "den"
    When Alice calls exportAccount
    Then the export holds exactly the events that Alice sent, as these logs have them:
      | room | Alice |
      | den  | Bob   |
    And the answer mentions "secret" nowhere
    And the answer mentions "regretted" nowhere

  @ACC-073 @must
  Scenario: The export has more than a page of events
    Given Alice has a private room
    And Alice sends 110 messages to the room
    When Alice calls exportAccount
    Then the export holds exactly the events that Alice sent, as these logs have them:
      | room | Alice |

  @ACC-073 @must
  Scenario: A room that was forgotten still holds what one said there
    Given Bob has a private room
    And Alice is a member of the room
    And Alice sends "said long ago" to the room
    And Alice leaves the room
    And Alice forgets the room
    When Alice calls exportAccount
    Then the export holds exactly the events that Alice sent, as these logs have them:
      | room | Bob |

  @ACC-073 @ACC-076 @must
  Scenario: What a moderator redacted is exported without its content
    Given Bob has a public room
    And Alice is a member of the room
    And Alice sends "too loud" to the room
    And Bob redacts "too loud" in the room
    When Alice calls exportAccount
    Then the export holds exactly the events that Alice sent, as these logs have them:
      | room | Bob |
    And the answer mentions "too loud" nowhere

  @ACC-074 @must
  Scenario: The export has the devices, data, rooms and receipts of the account
    Given Alice logs in on "phone" with:
      | device_name | Phone of Alice |
    And Alice has a private room
    And Bob has a public room "hall"
    And Bob has a private room "den"
    And Alice is a member of the room "hall"
    And Alice is invited to the room "den"
    And Bob sends "read me" to the room "hall"
    And Alice has read "read me" in the room "hall"
    And Alice writes the account data "org.example.theme":
      """
      { "dark": true }
      """
    And Alice writes the account data "org.example.pinned" in the room:
      """
      { "pinned": [1] }
      """
    When Alice calls exportAccount
    Then the answer's "user_id" is "{{Alice}}"
    And the answer lists 2 "devices"
    And the answer's list "devices" holds:
      """
      { "device_id": "{{Alice.device}}" }
      """
    And the answer's list "devices" holds:
      """
      { "device_id": "{{Alice on "phone".device}}", "name": "Phone of Alice" }
      """
    And the answer's "account_data" is [{"type":"org.example.theme","content":{"dark":true}}]
    And the answer lists 1 "room_account_data"
    And the answer's list "room_account_data" holds:
      """
      { "room_id": "{{room}}", "type": "org.example.pinned", "content": { "pinned": [1] } }
      """
    And the answer lists 3 "rooms"
    And the answer's list "rooms" holds:
      """
      { "room_id": "{{room}}", "membership": "join" }
      """
    And the answer's list "rooms" holds:
      """
      { "room_id": "{{room hall}}", "membership": "join" }
      """
    And the answer's list "rooms" holds:
      """
      { "room_id": "{{room den}}", "membership": "invite" }
      """
    And the answer lists 1 "receipts"
    And the answer's list "receipts" holds:
      """
      { "room_id": "{{room hall}}", "event_id": "{{event read me}}" }
      """

  @ACC-074 @DISC-020 @cap-aliases @must
  Scenario: The export has the aliases that the account made, and no others
    Given Alice has a public room
    And Bob has a public room "hall"
    And Alice calls putAlias with:
      | alias | #export-{{unique}}:{{node}} |
      | body  | {"room_id": "{{room}}"}     |
    And Bob calls putAlias with:
      | alias | #other-{{unique}}:{{node}}   |
      | body  | {"room_id": "{{room hall}}"} |
    When Alice calls exportAccount
    Then the answer's "aliases" is ["#export-{{unique}}:{{node}}"]

  @ACC-075 @must
  Scenario: The export has no secrets
    Given Alice logs in on "phone"
    And Alice has a private room
    When Alice calls exportAccount
    Then the answer has none of Alice's passwords and tokens, nor hashes of them

  @ACC-076 @must
  Scenario: The export of one is not the export of another
    Given Alice has a public room
    And Bob is a member of the room
    And Alice writes the account data "org.example.{{unique}}":
      """
      { "secret-of-Alice": true }
      """
    And Bob has read "Bob's join" in the room
    And Alice sends "hello from Alice" to the room
    When Bob calls exportAccount
    Then the answer mentions "hello from Alice" nowhere
    And the answer mentions "secret-of-Alice" nowhere
    And the answer mentions "{{Alice.device}}" nowhere
    And the answer lists 1 "receipts"
    When Alice calls exportAccount
    Then the answer lists 0 "receipts"

  @ACC-077 @must
  Scenario: The export lists every room that one has a membership in, and which one did not forget
    Given Bob has an invite-only room "joined"
    And Bob has an invite-only room "invited to"
    And Bob has an invite-only room "knocked at"
    And Bob has an invite-only room "left"
    And Bob has an invite-only room "kicked from"
    And Bob has an invite-only room "banned from"
    And Bob has an invite-only room "declined"
    And Bob has an invite-only room "unbanned"
    And Bob has an invite-only room "forgotten"
    And Bob has an invite-only room "forgotten ban"
    And Bob has an invite-only room "forgotten and back"
    And Bob has a public room "looked at"
    And Alice is a member of the room "joined"
    And Alice is invited to the room "invited to"
    And Alice knocks on the room "knocked at"
    And Alice has left the room "left"
    And Alice is a member of the room "kicked from"
    And Bob kicks Alice from the room "kicked from"
    And Alice is banned from the room "banned from"
    And Alice is invited to the room "declined"
    And Alice leaves the room "declined"
    And Bob bans Alice from the room "unbanned"
    And Bob unbans Alice from the room "unbanned"
    And Alice has left the room "forgotten"
    And Alice forgets the room "forgotten"
    And Alice is a member of the room "forgotten ban"
    And Bob bans Alice from the room "forgotten ban"
    And Alice forgets the room "forgotten ban"
    And Alice has left the room "forgotten and back"
    And Alice forgets the room "forgotten and back"
    And Bob invites Alice to the room "forgotten and back"
    And Alice looks at the room "looked at"
    When Alice calls exportAccount
    Then the rooms of the export are:
      | joined             | join   |
      | invited to         | invite |
      | knocked at         | knock  |
      | left               | leave  |
      | kicked from        | leave  |
      | banned from        | ban    |
      | declined           | leave  |
      | unbanned           | leave  |
      | forgotten and back | invite |

  @ACC-073 @must
  Scenario: The events of the export are ordered by room id, and within a room as its log
    Given Alice has a private room "a"
    And Alice has a private room "b"
    And Alice has a private room "c"
    And Alice has a private room "d"
    And Alice sends "one" to the room "d"
    And Alice sends "two" to the room "b"
    And Alice sends "three" to the room "a"
    And Alice sends "four" to the room "d"
    And Alice sends "five" to the room "c"
    And Alice sends "six" to the room "b"
    When Alice calls exportAccount
    Then the export holds exactly the events that Alice sent, as these logs have them:
      | a | Alice |
      | b | Alice |
      | c | Alice |
      | d | Alice |
    And the events of the export are ordered by room id and place in the log
