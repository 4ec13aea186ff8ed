@since-0.1 @cap-federation
Feature: A host that contradicts itself
  Two entries in one place, both signed by the host: whoever holds both has proof that the host shows different logs to different
  nodes. The room ends there, and everybody is told.

  Background:
    Given Pat's node hosts a public room
    And Alice and Ruth are members of the room
    And Pat says "before" in the room
    And the node has taken everything from the peer

  @HOST-074 @HOST-075 @HOST-079 @HOST-071 @HOST-072 @LOG-039 @must
  Scenario: The host itself hands over both
    When the peer hands over another entry in the place of the newest
    Then the entry is refused with ECCP_CHAIN_FORK
    And nothing came of it
    When Alice sends "hello" to the room
    Then the request is refused with ECCP_ROOM_FROZEN
    And Alice can read "before" in the room
    And the peer "two" is sent evidence against the host of the room, which holds
    And the peer is sent no evidence
    And the contradiction is on record for the room, where an operator is there to read it

  @ACC-072 @fresh-accounts @must
  Scenario: Who deactivates an account is not kept from it by a room that has come to its end
    Given Alice has a private room "den"
    And Bob is a member of the room "den"
    When the peer hands over another entry in the place of the newest
    Then the entry is refused with ECCP_CHAIN_FORK
    When Alice calls deactivateAccount with the body:
      """
      { "password": "{{Alice.password}}" }
      """
    Then it succeeds
    And the state "eccp.room.member" with the key "{{Alice}}" of the room "den" contains, as Bob sees it:
      """
      { "membership": "leave" }
      """

  @HOST-074 @HOST-031 @must
  Scenario: Another participant hands over what it was shown
    When the peer "two" hands over another entry in the place of the newest
    Then the entry is refused with ECCP_CHAIN_FORK
    And nothing came of it
    When Alice sends "hello" to the room
    Then the request is refused with ECCP_ROOM_FROZEN

  @HOST-074 @FED-053 @must
  Scenario: It comes out when heads are compared
    When the peer "two" tells the head of another branch of the room
    Then it succeeds
    When Alice sends "hello" to the room
    Then the request is refused with ECCP_ROOM_FROZEN
    And the contradiction is on record for the room, where an operator is there to read it

  @HOST-074 @HOST-076 @must
  Scenario: Evidence that holds is believed
    When the peer "two" passes on evidence against the host of the room
    Then it succeeds
    When Alice sends "hello" to the room
    Then the request is refused with ECCP_ROOM_FROZEN
    And the contradiction is on record for the room, where an operator is there to read it

  @HOST-080 @must
  Scenario: The room stays as it is
    When the peer "two" passes on evidence against the host of the room
    Then it succeeds
    When Pat says "afterwards" in the room
    Then the entry is refused with ECCP_ROOM_FROZEN
    When the peer "two" tells the head of the room
    And Alice sends "hello" to the room
    Then the request is refused with ECCP_ROOM_FROZEN

  @HOST-076 @HOST-077 @must
  Scenario Outline: Evidence that is <nothing> is ignored
    When the peer "two" passes on evidence against the host of the room that is "<nothing>"
    Then it succeeds
    When Alice sends "hello" to the room
    Then it succeeds
    And the peer is sent no evidence

    Examples:
      | nothing                          |
      | the same entry twice             |
      | entries of different places      |
      | a signature that does not verify |
      | an entry of another room         |
      | an entry of another epoch        |
      | the document of another node     |

  @HOST-073 @FED-053 @must
  Scenario: A head that the host did not sign says nothing
    When the peer "two" tells the head of the room with a signature that does not verify
    Then it succeeds
    When Alice sends "hello" to the room
    Then it succeeds

  @HOST-078 @must
  Scenario: Evidence under a key that was revoked since is only recorded
    Given Pat's node has kept evidence under its key and then revoked that key in the room
    When the peer "two" passes on the evidence that was kept
    Then it succeeds
    When Alice sends "hello" to the room
    Then it succeeds
    And the contradiction is on record for the room, where an operator is there to read it

  @FED-052 @PULL-031 @must
  Scenario: A node that hears of more entries gets them from whoever told it
    Given the peer hands on nothing by itself
    When Pat says "one" in the room
    And Pat says "two" in the room
    And the peer "two" tells the head of the room
    Then it succeeds
    And the peer "two" is asked for the log of the room before long
    And Alice can read "two" in the room before long

  @FED-051 @must
  Scenario: Heads of rooms that the node does not hold are ignored
    Given Quinn's node hosts a public room "unknown"
    When the peer tells the head of the room "unknown"
    Then it succeeds
    And the peer was not asked for the log of the room "unknown"

  @FED-051 @must
  Scenario: So are heads from a node that has nobody in the room
    Given Alice has an account
    And the peer hands on nothing by itself
    When Pat says "one" in the room
    And the peer "three" tells the head of the room
    Then it succeeds
    And the peer "three" was not asked for the log of the room
    And Alice cannot read "one" in the room
