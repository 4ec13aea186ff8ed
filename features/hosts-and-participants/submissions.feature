@since-0.1 @cap-federation
Feature: What a host takes from other nodes
  Users of other nodes act in a room through its host. It gives their events a place, or says why not, by the same rules as those of
  its own users, and believes nothing that it can check.

  Background:
    Given Alice has a public room
    And Pat and Ruth are members of the room

  @HOST-002 @FED-001 @FED-002 @HOST-020 @HOST-024 @must
  Scenario: A message is sequenced, and everybody gets it
    When Pat's node submits the message "hello" to the room
    Then the event is sequenced
    And "hello" is in the room 1 time, as Alice sees it
    And "hello" reaches the peer
    And "hello" reaches the peer "two"
    And Alice can verify the whole log of the room

  @HOST-002 @HOST-003 @KEY-053 @must
  Scenario: Users of all nodes are in one order
    When Pat's node submits the message "one" to the room
    And Alice sends "two" to the room
    And Ruth's node submits the message "three" to the room
    And Pat's node submits the message "four" to the room
    Then "four" reaches the peer "two"
    And Alice can verify the whole log of the room
    And the peer and the peer "two" hold the same log of the room as Alice

  @HOST-004 @HOST-003 @FED-003 @FED-010 @FED-014 @LOG-010 @LOG-014 @LOG-016 @LOG-019 @LOG-021 @LOG-018 @LOG-005 @LOG-003 @LOG-052 @must
  Scenario Outline: An event with <fault> is refused for its form
    When Pat's node submits to the room an event with "<fault>"
    Then the event is refused with <code>
    And nothing came of it

    Examples:
      | fault                                    | code              |
      | a member that nobody knows               | ECCP_BAD_EVENT    |
      | another version of events                | ECCP_BAD_EVENT    |
      | no origin_ts                             | ECCP_BAD_EVENT    |
      | an origin_ts that is a text              | ECCP_BAD_EVENT    |
      | a state key that its type does not have  | ECCP_BAD_EVENT    |
      | a type of the protocol that nobody knows | ECCP_BAD_EVENT    |
      | a type that is none                      | ECCP_BAD_EVENT    |
      | content that nests 25 deep               | ECCP_BAD_EVENT    |
      | a membership that nobody knows           | ECCP_BAD_EVENT    |
      | its room created once more               | ECCP_BAD_EVENT    |
      | 61441 bytes                              | ECCP_TOO_LARGE    |
      | an id that is not its hash               | ECCP_BAD_EVENT    |
      | other content than its hash is of        | ECCP_BAD_EVENT    |
      | no content                               | ECCP_BAD_EVENT    |
      | no nonce                                 | ECCP_BAD_EVENT    |
      | no signature                             | ECCP_BAD_EVENT    |
      | a padded nonce                           | ECCP_BAD_EVENT    |
      | a padded content_hash                    | ECCP_BAD_EVENT    |
      | no anchor                                | ECCP_BAD_EVENT    |
      | an anchor where none belongs             | ECCP_BAD_EVENT    |
      | no replaces                              | ECCP_BAD_EVENT    |
      | the key documents of another user's node | ECCP_BAD_EVENT    |

  @HOST-005 @HOST-006 @LOG-012 @LOG-048 @LOG-051 @LOG-028 @ID-072 @ID-073 @ID-076 @FED-014 @must
  Scenario Outline: An event with <fault> is refused, whoever it says it is from
    When Pat's node submits to the room an event with "<fault>"
    Then the event is refused with <code>
    And nothing came of it

    Examples:
      | fault                                         | code                 |
      | another room in the event                     | ECCP_ROOM_MISMATCH   |
      | another room beside the event                 | ECCP_ROOM_MISMATCH   |
      | a sender of the node that hosts the room      | ECCP_SENDER_MISMATCH |
      | a sender of a third node                      | ECCP_SENDER_MISMATCH |
      | a sender who is not joined                    | ECCP_FORBIDDEN       |
      | a key that the room does not know             | ECCP_SENDER_MISMATCH |
      | a signature that does not verify              | ECCP_BAD_SIGNATURE   |
      | a signature whose S is not below L            | ECCP_BAD_SIGNATURE   |
      | a signature that holds only with the cofactor | ECCP_BAD_SIGNATURE   |
      | a signature whose R is the neutral element    | ECCP_BAD_SIGNATURE   |
      | an anchor off the chain                       | ECCP_CHAIN_FORK      |
      | an anchor ahead of the log                    | ECCP_CHAIN_FORK      |

  @LOG-018 @LOG-019 @HOST-002 @must
  Scenario Outline: An event with <limit> is just not too large
    When Pat's node submits to the room an event with "<limit>"
    Then the event is sequenced

    Examples:
      | limit                      |
      | 61440 bytes                |
      | content that nests 24 deep |

  @HOST-009 @HOST-010 @FED-003 @must
  Scenario: Key documents that their node does not publish do not come into a room
    When Pat's node submits to the room an event with "key documents that its node does not publish"
    Then the event is refused with ECCP_KEY_CONTINUITY
    And the result names the version 1
    And nothing came of it

  @FED-003 @LOG-031 @must
  Scenario: What stands in the way of a state event is named
    When Pat's node submits to the room an event with "a stale replaces"
    Then the event is refused with ECCP_STATE_CONFLICT
    And the result names "Pat's join" as the event in force
    And nothing came of it

  @LOG-027 @must
  Scenario: An event that is anchored too far back is refused
    Given Pat's node has made the message "late" for the room
    And the peer takes no more transactions
    And the peer "two" takes no more transactions
    And Alice fills the room with 1001 messages
    When Pat's node submits "late"
    Then the event is refused with ECCP_STALE_ANCHOR
    And nothing came of it

  @HOST-007 @must
  Scenario: A room that another node hosts is not this node's to order
    Given Ruth's node hosts a public room "theirs"
    When Pat's node submits a join of the room "theirs"
    Then the event is refused with ECCP_NOT_HOST
    And nothing came of it

  @HOST-007 @HOST-012 @must
  Scenario: Nor is it where the node takes part in it
    Given Ruth's node hosts a public room "theirs"
    And Alice is a member of the room "theirs"
    When Pat's node submits a join of the room "theirs"
    Then the event is refused with ECCP_NOT_HOST
    And nothing came of it

  @HOST-008 @must
  Scenario: A private room is to strangers like one that does not exist
    Given Alice has a private room "den"
    When Quinn's node submits a join of the room "den"
    Then the event is refused with ECCP_NOT_FOUND
    When Quinn's node submits a join of a room that does not exist
    Then the event is refused with ECCP_NOT_FOUND
    And both results say the same
    And nothing came of it

  @HOST-012 @HOST-006 @must
  Scenario: Whose event it is comes before whether the room is there
    Given Alice has a private room "den"
    When Pat's node submits the join of Ruth to the room "den"
    Then the event is refused with ECCP_SENDER_MISMATCH
    And nothing came of it
