@since-0.1
Feature: What an encrypted room takes
  Once a room is encrypted, no node takes a message that anybody could read, and nobody makes it a plain one again.

  @ENC-001 @must
  Scenario Outline: Nothing that can be read is taken: <type>
    Given Alice has an encrypted private room
    And Bob is a member of the room
    When <who> sends the event "<type>" to the room:
      """
      { "body": "hello" }
      """
    Then the request is refused with ECCP_FORBIDDEN

    Examples:
      | who   | type              |
      | Alice | eccp.room.message |
      | Bob   | eccp.room.message |
      | Alice | org.example.poll  |

  @ENC-001 @ENC-007 @must
  Scenario: What cannot be read is taken, whatever it is
    Given Alice has an encrypted private room
    And Bob is a member of the room
    When Alice sends the ciphertext "secret" to the room
    Then it succeeds
    When Bob sends the ciphertext "answer" to the room
    Then it succeeds

  @ENC-008 @must
  Scenario: A room may become an encrypted one; what was said before stays as it is
    Given Alice has a private room
    And Bob is a member of the room
    When Bob sends "in the open" to the room
    Then it succeeds
    When Alice makes the room an encrypted one
    And Bob sends the ciphertext "secret" to the room
    Then it succeeds
    And Alice can read "in the open" in the room
    When Bob sends "out in the open again" to the room
    Then the request is refused with ECCP_FORBIDDEN

  @ENC-001 @must
  Scenario: In a room that is not encrypted both are taken
    Given Alice has a private room
    When Alice sends "in the open" to the room
    And Alice sends the ciphertext "secret" to the room
    Then it succeeds

  @ENC-002 @must
  Scenario: Nobody makes it a plain room again, nor says once more that it is encrypted
    Given Alice has an encrypted private room
    When Alice makes the room an encrypted one
    Then the request is refused with ECCP_FORBIDDEN
    When Alice puts the state "eccp.room.encryption" in the room:
      """
      { "algorithm": "none" }
      """
    Then the request is refused with ECCP_BAD_EVENT
    When Alice sends "hello" to the room
    Then the request is refused with ECCP_FORBIDDEN

  @ENC-003 @must
  Scenario: Only power 100 makes a room an encrypted one, whatever the level of other state is
    Given Alice has a private room
    And Bob and Carol are members of the room
    And the power levels of the room are:
      """
      { "users": { "{{Alice}}": 100, "{{Bob}}": 99 }, "state_default": 0 }
      """
    When Bob makes the room an encrypted one
    Then the request is refused with ECCP_FORBIDDEN
    When Alice sets the power levels of the room to:
      """
      { "users": { "{{Alice}}": 100, "{{Bob}}": 99 }, "events": { "eccp.room.encryption": 99 } }
      """
    And Bob makes the room an encrypted one
    Then it succeeds

  @ENC-004 @must
  Scenario: State and memberships are as in any other room
    Given Alice has an encrypted private room
    And Bob is a member of the room
    When Alice renames the room to "Harbour"
    And Alice puts the state "org.example.x" in the room:
      """
      { "n": 1 }
      """
    And Alice invites Carol to the room
    And Carol joins the room
    And Carol leaves the room
    And Alice bans Carol from the room
    And Alice unbans Carol from the room
    Then it succeeds
    When Bob renames the room to "Pier"
    Then the request is refused with ECCP_FORBIDDEN

  @ENC-009 @must
  Scenario: An encrypted message can be redacted
    Given Alice has an encrypted private room
    And Bob is a member of the room
    And Bob sends the ciphertext "secret" to the room
    When Bob redacts "secret" in the room
    Then it succeeds
    And "secret" is redacted in the room, as Alice sees it

  @ENC-005 @must
  Scenario: That a room is encrypted cannot be redacted
    Given Alice has a private room
    And Alice makes the room an encrypted one
    When Alice redacts "eccp.room.encryption" in the room
    Then the request is refused with ECCP_BAD_EVENT
    When Alice sends "hello" to the room
    Then the request is refused with ECCP_FORBIDDEN

  @ENC-006 @must
  Scenario Outline: What does not look like an encrypted message is none: <fault>
    Given Alice has an encrypted private room
    When Alice sends a ciphertext with "<fault>" to the room
    Then the request is refused with ECCP_BAD_EVENT

    Examples:
      | fault                     |
      | another algorithm         |
      | no algorithm              |
      | no device                 |
      | a device out of form      |
      | no chain                  |
      | a chain out of form       |
      | no index                  |
      | an index that is too high |
      | an index below 0          |
      | no ciphertext             |
      | a ciphertext out of form  |
      | too little ciphertext     |
      | no signature              |
      | a signature out of form   |
      | a body beside it          |

  @ENC-007 @must
  Scenario Outline: What looks like an encrypted message is one, though nobody could decrypt it: <what>
    Given Alice has an encrypted private room
    When Alice sends a ciphertext with "<what>" to the room
    Then it succeeds
    When Alice sends a ciphertext with "<what>" to the room
    Then it succeeds

    Examples:
      | what                          |
      | the index 0                   |
      | the index 99                  |
      | the chain that all have       |
      | a device that nobody has      |
      | no more ciphertext than a tag |
      | a long ciphertext             |
      | a signature of zero bytes     |

  @ENC-001 @ENC-007 @cap-federation @must
  Scenario: The host refuses a readable message of another node's user
    Given Alice has an encrypted public room
    And Pat is a member of the room
    When Pat's node submits the message "hello" to the room
    Then the event is refused with ECCP_FORBIDDEN
    When Pat's node submits the ciphertext "secret" to the room
    Then the event is sequenced

  @ENC-001 @cap-federation @must
  Scenario: A participant refuses what the host should not have taken
    Given Pat's node hosts a public room
    And Alice is a member of the room
    And Pat makes the room an encrypted one on the peer
    When Pat says "hello" in the room
    Then the entry is refused with ECCP_FORBIDDEN
    And it is not in the room, as Alice sees it
