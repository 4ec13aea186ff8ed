@since-0.2 @cap-federation @cap-host_transfer
Feature: A room gets another host
  A room can move to another of its participants while its host is there to let it go. Everybody knows from the log alone who hosts
  it: the last entry of the old host says so, with the consent of the new one in it.

  @HOST-081 @HOST-085 @HOST-090 @HOST-001 @must
  Scenario: A room moves away, and goes on
    Given Alice has a public room
    And Pat is a member of the room
    And Pat has power 100 in the room
    And the power levels of the room have reached the peer
    And the peer agrees to host rooms
    When Alice transfers the room to the peer
    Then it succeeds
    And the peer was asked 1 time for its consent to host the room
    And the host of the room is the peer, as Alice sees it
    When Pat says "hello" in the room
    Then the node has taken everything from the peer
    And Alice can read "hello" in the room
    And the transfer is the last entry of epoch 0, and "hello" comes after it, of epoch 1, as Alice sees it
    When Alice sends "an answer" to the room
    Then "an answer" is in the room of the peer
    And the answer's "status" is "sequenced"
    And Alice's node holds the same log of the room as the peer
    And the whole log of the room holds, as the peer has it
    And Alice can verify the whole log of the room

  @HOST-089 @HOST-007 @must
  Scenario: The old host says who hosts the room now
    Given Alice has a public room
    And Pat and Ruth are members of the room
    And Pat has power 100 in the room
    And the power levels of the room have reached the peer
    And the peer agrees to host rooms
    When Alice transfers the room to the peer
    And Ruth's node submits the message "hello" to the room
    Then the event is refused with ECCP_NOT_HOST
    And the result names the peer as the host
    When Quinn's node submits a join of the room
    Then the event is refused with ECCP_NOT_HOST
    And the result names the peer as the host

  @HOST-081 @LOG-041 @HOST-070 @must
  Scenario: The new host is believed no more than the old one
    Given Alice has a public room
    And Pat is a member of the room
    And Pat has power 100 in the room
    And the power levels of the room have reached the peer
    And the peer agrees to host rooms
    When Alice transfers the room to the peer
    And the peer hands over an entry of epoch 0 in the room
    Then the entry is refused with ECCP_EPOCH_SUPERSEDED
    When Alice sends "hello" to the room
    Then the request is refused with ECCP_ROOM_FROZEN

  @HOST-083 @HOST-084 @HOST-085 @must
  Scenario Outline: A room does not move with <what>
    Given Alice has a public room
    And Pat is a member of the room
    And Pat has power 100 in the room
    And the power levels of the room have reached the peer
    And the peer gives "<what>" when it is asked to host a room
    When Alice transfers the room to the peer
    Then the request is refused with <code>
    And the host of the room is the node under test, as Alice sees it
    When Alice sends "hello" to the room
    Then "hello" reaches the peer
    And Alice can verify the whole log of the room

    Examples:
      | what                                                  | code               |
      | a consent for another room                            | ECCP_BAD_EVENT     |
      | a consent of another node                             | ECCP_BAD_EVENT     |
      | a consent for a later epoch                           | ECCP_BAD_EVENT     |
      | a consent under a key that its document does not list | ECCP_BAD_SIGNATURE |
      | a consent whose signature does not verify             | ECCP_BAD_SIGNATURE |
      | a consent in another domain                           | ECCP_BAD_SIGNATURE |

  @HOST-085 @must
  Scenario: A room does not move to a node that does not want it
    Given Alice has a public room
    And Pat is a member of the room
    And the peer refuses to host rooms with ECCP_FORBIDDEN
    When Alice transfers the room to the peer
    Then the request is refused with ECCP_FORBIDDEN
    And the host of the room is the node under test, as Alice sees it

  @HOST-082 @must
  Scenario: A room does not move to a node that nobody of whom is in it, nor to where it is
    Given Alice has a public room
    And Pat is a member of the room
    And Ruth is a member of the room
    And the peer "two" agrees to host rooms
    When Ruth's node submits a leave of the room
    And Alice transfers the room to the peer "two"
    Then the request is refused with ECCP_FORBIDDEN
    When Alice transfers the room to the node "of their own"
    Then the request is refused with ECCP_FORBIDDEN
    And the host of the room is the node under test, as Alice sees it

  @HOST-085 @RULE-009 @must
  Scenario: Only who is in charge of a room gives it away
    Given Alice has a public room
    And Pat and Bob are members of the room
    And the peer agrees to host rooms
    And Alice gives Bob power 99 in the room
    When Bob transfers the room to the peer
    Then the request is refused with ECCP_FORBIDDEN
    And the peer was asked 0 times for its consent to host the room
    And the host of the room is the node under test, as Alice sees it

  @HOST-086 @must
  Scenario: A node is not asked by those who are not there
    Given Alice has a private room
    And Pat is a member of the room
    And the peer "two" sends an empty transaction
    When the peer "two" asks the node to host the room
    Then the request is refused with ECCP_NOT_FOUND
    When the peer "two" asks the node to host a room that does not exist
    Then the request is refused with ECCP_NOT_FOUND
    And nothing came of it
    And both answers are the same, byte for byte

  @HOST-088 @HOST-085 @must
  Scenario: A node agrees to host a room of its users
    Given Pat's node hosts a public room
    And Alice is a member of the room
    And Pat gives Alice power 100 in the room on the peer
    When the peer asks the node to host the room
    Then the answer is the node's consent to host the room from epoch 1 on

  @HOST-087 @should
  Scenario: A node does not want rooms in which its users have nothing to say
    Given Pat's node hosts a public room
    And Alice is a member of the room
    And Pat gives Alice power 99 in the room on the peer
    When the peer asks the node to host the room
    Then the request is refused with ECCP_FORBIDDEN
    And nothing came of it

  @HOST-091 @HOST-081 @HOST-020 @must
  Scenario: A room moves here, and goes on at once
    Given Pat's node hosts a public room with "shared" history
    And Alice is a member of the room
    And Pat gives Alice power 100 in the room on the peer
    When Pat moves the room to the node under test
    Then the node has taken everything from the peer
    And the host of the room is the node under test, as Alice sees it
    When Alice sends "hello" to the room
    Then the answer's "status" is "sequenced"
    And "hello" reaches the peer
    When Pat's node submits the message "an answer" to the room
    Then the event is sequenced
    And "an answer" reaches the peer
    When Pat's node submits a join of the room
    Then the event is sequenced
    And Alice's node holds the same log of the room as the peer
    And the whole log of the room holds, as the peer has it

  @HOST-081 @HOST-091 @LOG-041 @must
  Scenario: The old host orders nothing any more
    Given Pat's node hosts a public room
    And Alice is a member of the room
    And Pat gives Alice power 100 in the room on the peer
    And Pat moves the room to the node under test
    When the peer hands over an entry of epoch 0 in the room
    Then the entry is refused with ECCP_EPOCH_SUPERSEDED
    When Alice sends "hello" to the room
    Then the answer's "status" is "sequenced"
    And "hello" reaches the peer
    And the whole log of the room holds, as the peer has it

  @HOST-081 @must
  Scenario: A room moves from one node to another, and its users follow
    Given Pat's node hosts a public room
    And Ruth and Alice are members of the room
    When Pat moves the room to the peer "two"
    Then the node has taken everything from the peer
    And the host of the room is the peer "two", as Alice sees it
    When Ruth says "hello" in the room
    Then the node has taken everything from the peer "two"
    And Alice can read "hello" in the room
    When Alice sends "an answer" to the room
    Then the answer's "status" is "sequenced"
    And "an answer" is in the room of the peer "two"
    And the whole log of the room holds, as the peer "two" has it

  @HOST-090 @must
  Scenario: Who does not know yet is told where to go
    Given Pat's node hosts a public room
    And Ruth and Alice are members of the room
    And the peer hands on nothing by itself
    When Pat moves the room to the peer "two"
    And Alice sends "hello" to the room
    Then the answer's "status" is "sequenced"
    And "hello" is in the room of the peer "two"
    And the host of the room is the peer "two", as Alice sees it
    And Alice's node holds the same log of the room as the peer "two"

  @HOST-090 @HOST-050 @must
  Scenario: So is who joins
    Given Pat's node hosts a public room
    And Ruth is a member of the room
    When Pat moves the room to the peer "two"
    And Alice joins the room
    Then the answer's "status" is "sequenced"
    And the host of the room is the peer "two", as Alice sees it
    When Alice sends "hello" to the room
    Then "hello" is in the room of the peer "two"
    And the whole log of the room holds, as the peer "two" has it

  @HOST-082 @HOST-083 @HOST-084 @HOST-030 @must
  Scenario Outline: No node believes a host that gives a room away with <what>
    Given Pat's node hosts a public room
    And Ruth and Alice are members of the room
    When Pat moves the room to the peer "two" with "<what>"
    Then the transfer is refused with <code> by the node
    And the host of the room is the peer, as Alice sees it
    And the transfer is not in the room, as Alice sees it

    Examples:
      | what                                                  | code               |
      | a consent for another room                            | ECCP_BAD_EVENT     |
      | a consent of another node                             | ECCP_BAD_EVENT     |
      | a consent for a later epoch                           | ECCP_BAD_EVENT     |
      | a consent with a member that nobody knows             | ECCP_BAD_EVENT     |
      | a consent under a key that its document does not list | ECCP_BAD_SIGNATURE |
      | a consent whose signature does not verify             | ECCP_BAD_SIGNATURE |
      | a consent in another domain                           | ECCP_BAD_SIGNATURE |

  @HOST-082 @HOST-030 @must
  Scenario: Nor one that gives it to whom is not in it
    Given Pat's node hosts a public room
    And Ruth and Alice are members of the room
    And Ruth leaves the room on the peer
    When Pat moves the room to the peer "two" without more ado
    Then the transfer is refused with ECCP_FORBIDDEN by the node
    And the host of the room is the peer, as Alice sees it

  @HOST-082 @HOST-030 @must
  Scenario: Nor one that gives it to itself
    Given Pat's node hosts a public room
    And Alice is a member of the room
    When Pat moves the room to the peer without more ado
    Then the transfer is refused with ECCP_FORBIDDEN by the node
    And the host of the room is the peer, as Alice sees it
