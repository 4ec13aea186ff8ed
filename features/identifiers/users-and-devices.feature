@since-0.1
Feature: Ids of users and devices
  {{Bob.username}} is a local part, «3 ab» stands for ababab.

  @ID-010 @must
  Scenario: The user ids that a node gives match the grammar
    Given Alice has a private room
    And Bob and Carol are members of the room
    Then every user id in what the node tells Alice of the room is well-formed

  @ID-011 @must
  Scenario: A local part against the grammar is refused
    Given Alice has a private room
    When Alice gives each of these as a user id:
      | @:example.org               |
      | @«65 a»:example.org         |
      | @Bob:example.org            |
      | @bOb:{{node}}               |
      | @b ob:example.org           |
      | @ bob:example.org           |
      | @b«U+F6»b:example.org       |
      | @b/ob:example.org           |
      | @b+ob:example.org           |
      | @b@ob:example.org           |
      | @@bob:example.org           |
      | @b*b:example.org            |
      | @b%40:example.org           |
      | @bob«U+A»:example.org       |
      | @b«U+430»b:example.org      |
    Then each id is refused with ECCP_BAD_PARAM

  @ID-002 @ID-011 @must
  Scenario: The capitals of an existing user's name are not folded
    Given Alice has a private room
    And Bob has an account
    When Alice gives "@C{{Bob.username}}:{{node}}" as a user id
    Then each id is refused with ECCP_BAD_PARAM

  @ID-012 @must
  Scenario: A user id without one of its parts is refused
    Given Alice has a private room
    And Bob has an account
    When Alice gives each of these as a user id:
      | {{Bob.username}}                |
      | {{Bob.username}}:{{node}}       |
      | @{{Bob.username}}               |
      | @{{Bob.username}}:              |
      | @                               |
      | @:                              |
      | :                               |
      | @{{Bob.username}}{{node}}x      |
      | #bob:example.org                |
      | !bob:example.org                |
      | mailto:bob@example.org          |
      | {{Bob}},{{Alice}}               |
      | {{Bob}}«U+20»x                  |
    Then each id is refused with ECCP_BAD_PARAM

  @ID-012 @must
  Scenario: The empty text is no user id
    Given Alice has a private room
    When Alice gives "" as a user id
    Then each id is refused with ECCP_BAD_PARAM

  @ID-013 @must
  Scenario: A user id of more than 255 characters is refused
    Given Alice has a private room
    When Alice gives each of these as a user id:
      | @a:«63 a».«63 a».«63 a».«61 a»     |
      | @«64 a»:«63 a».«63 a».«62 a»       |
      | @«64 a»:«63 a».«63 a».«63 a».a     |
    Then each id is refused with ECCP_BAD_PARAM

  @ID-014 @ID-011 @ID-013 @must
  Scenario: Every user id that matches the grammar is taken for one, of a user who is not in the room
    Given Alice has a private room
    When Alice gives each of these as a user id to kick:
      | @a:example.org                   |
      | @0:{{node}}                      |
      | @«64 z»:{{node}}                 |
      | @«64 z»:«63 a».«63 a».«61 a»     |
      | @a:«63 a».«63 a».«63 a».«60 a»   |
      | @.:example.org                   |
      | @-_.=:example.org                |
      | @=c3=a9:example.org              |
      | @bob:[2001:db8::1]:8448          |
      | @bob:192.0.2.1                   |
      | @bob:localhost:65535             |
    Then each id is refused with ECCP_FORBIDDEN

  @ID-020 @must
  Scenario: The device ids that a node gives match the grammar
    Given Alice is also logged in on "phone"
    And Alice is also logged in on "tablet"
    Then every device id of Alice is well-formed

  @ID-021 @must
  Scenario: A device id against the grammar is refused
    When Alice gives each of these as a device id:
      | ABCDEFG            |
      | ABCDEFGHIJKLMNOPQ  |
      | abcdefgh           |
      | ABCDEFGh           |
      | ABCD-EFGH          |
      | ABCD_EFGH          |
      | ABCDEFG«U+20»      |
      | ABCDEFG«U+C4»      |
      | «300 A»            |
    Then each id is refused with ECCP_BAD_PARAM

  @ID-021 @must
  Scenario: A device id that matches the grammar names a device, or none
    When Alice gives each of these as a device id:
      | ABCDEFGH           |
      | 01234567           |
      | ABCDEFGHIJKLMNO9   |
    Then each id is refused with ECCP_NOT_FOUND

  @ID-021 @must
  Scenario: Somebody cannot log in on a device with a malformed id
    Given Alice has an account
    When a stranger calls login with:
      | bad body | {"user": "{{Alice.username}}", "password": "{{Alice.password}}", "device_id": "abc"} |
    Then the request is refused with ECCP_BAD_PARAM
    And the answer's "path" is "/device_id"
