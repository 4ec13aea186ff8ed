@since-0.1 @cap-federation
Feature: What a participant takes from a host, and what not
  A participant believes the host in nothing but the order. It checks each entry, and where one cannot be accepted the log ends there:
  nothing is passed over, and nothing mended.

  Background:
    Given Pat's node hosts a public room
    And Alice is a member of the room

  @HOST-030 @FED-002 @PULL-033 @must
  Scenario: What the host hands over is in the room
    When Pat says "hello" in the room
    Then the node has taken everything from the peer
    And Alice can read "hello" in the room
    And Alice's node holds the same log of the room as the peer

  @HOST-030 @HOST-070 @HOST-071 @HOST-072 @FED-014 @LOG-010 @LOG-014 @LOG-012 @LOG-028 @LOG-029 @LOG-031 @LOG-037 @LOG-039 @LOG-043 @RULE-001 @RULE-002 @RULE-015 @RULE-019 @RULE-020 @RULE-022 @RULE-044 @RULE-045 @must
  Scenario Outline: The host signs an entry with <forgery>
    Given Pat says "before" in the room
    When the peer hands over an entry with "<forgery>"
    Then the entry is refused with <code>
    When Alice sends "hello" to the room
    Then the request is refused with ECCP_ROOM_FROZEN
    And Alice can read "before" in the room
    When Pat says "afterwards" in the room
    Then the entry is refused with ECCP_ROOM_FROZEN
    And nothing came of it
    And the room is on record as frozen, where an operator is there to read it

    Examples: form and place
      | forgery                                   | code                 |
      | an unknown member in the entry            | ECCP_BAD_EVENT       |
      | an unknown member in the event            | ECCP_BAD_EVENT       |
      | a member missing in the event             | ECCP_BAD_EVENT       |
      | an event of another version               | ECCP_BAD_EVENT       |
      | an epoch that no event began              | ECCP_BAD_EVENT       |
      | a type of the protocol that nobody knows  | ECCP_BAD_EVENT       |
      | no anchor                                 | ECCP_BAD_EVENT       |
      | a host_ts before that of the entry before | ECCP_BAD_EVENT       |
      | another prev                              | ECCP_CHAIN_FORK      |
      | another room in the event                 | ECCP_ROOM_MISMATCH   |
      | an anchor off the chain                   | ECCP_CHAIN_FORK      |
      | an anchor ahead of it                     | ECCP_CHAIN_FORK      |
      | an event that stands in the log already   | ECCP_DUPLICATE_EVENT |
      | a stale replaces                          | ECCP_STATE_CONFLICT  |
      | an event signature that does not verify   | ECCP_BAD_SIGNATURE   |
      | another state_root                        | ECCP_STATE_ROOT      |

    Examples: rules
      | forgery                                   | code           |
      | a message of a user who is not joined     | ECCP_FORBIDDEN |
      | the join of a banned user                 | ECCP_FORBIDDEN |
      | the demotion of an equal                  | ECCP_FORBIDDEN |
      | more power than its sender has            | ECCP_FORBIDDEN |
      | the join of somebody invited to a shadow room | ECCP_FORBIDDEN |
      | a second create event                     | ECCP_FORBIDDEN |

  @HOST-035 @HOST-073 @LOG-051 @LOG-005 @ID-072 @ID-073 @ID-076 @FED-014 @must
  Scenario Outline: A copy with <fault> is refused, and the room goes on
    When the peer hands over an entry with "<fault>"
    Then the entry is refused with <code>
    And nothing came of it
    When Pat says "hello" in the room
    Then the node has taken everything from the peer
    And Alice can read "hello" in the room

    Examples:
      | fault                                              | code               |
      | an entry signature that does not verify            | ECCP_BAD_SIGNATURE |
      | an entry signature whose S is not below L          | ECCP_BAD_SIGNATURE |
      | an entry signature that holds only with the cofactor | ECCP_BAD_SIGNATURE |
      | an entry signature whose R is the neutral element  | ECCP_BAD_SIGNATURE |
      | an entry under a key that the host does not have   | ECCP_BAD_SIGNATURE |
      | other content than the one that its hash is of     | ECCP_BAD_EVENT     |

  @HOST-031 @PULL-030 @must
  Scenario: It does not matter who hands over an entry
    Given Ruth is a member of the room
    And the peer hands on nothing by itself
    When Pat says "hello" in the room
    And the peer "two" hands over the newest entry of the room
    Then the entry is applied
    And Alice can read "hello" in the room

  @HOST-031 @HOST-035 @must
  Scenario: A participant cannot make a room freeze
    Given Ruth is a member of the room
    And the peer hands on nothing by itself
    When the peer "two" hands over an entry with "an entry signature that does not verify"
    Then the entry is refused with ECCP_BAD_SIGNATURE
    When Pat says "hello" in the room
    And the peer hands over the newest entry of the room
    Then the entry is applied

  @HOST-032 @must
  Scenario: Nobody puts entries into rooms that are not there
    Given Quinn's node hosts a public room "unknown"
    When the peer hands over the newest entry of the room "unknown"
    Then the entry is refused with ECCP_NOT_FOUND
    And nothing came of it

  @FED-011 @HOST-030 @must
  Scenario: An entry of a room that the node hosts is its own, and held
    Given Alice has a public room "hers"
    And Quinn is a member of the room "hers"
    When the peer hands over the newest entry of the room "hers"
    Then the entry is applied

  @HOST-030 @HOST-071 @LOG-051 @must
  Scenario: Nobody else makes entries of rooms that the node hosts
    Given Alice has a public room "hers"
    And Quinn is a member of the room "hers"
    When the peer hands over an entry of epoch 0 in the room "hers"
    Then the entry is refused with ECCP_BAD_SIGNATURE
    When Alice sends "hello" to the room "hers"
    Then the answer's "status" is "sequenced"

  @HOST-032 @must
  Scenario: Nobody who is not in it puts entries into a room that the node hosts
    Given Alice has a public room "hers"
    And Quinn is a member of the room "hers"
    When Quinn's node submits a leave of the room "hers"
    And the peer hands over the newest entry of the room "hers"
    Then the entry is refused with ECCP_NOT_FOUND
    And nothing came of it

  @FED-011 @HOST-030 @LOG-040 @must
  Scenario: An entry that is held is answered like the first time
    When Pat says "hello" in the room
    Then the node has taken everything from the peer
    When the peer hands over the newest entry of the room
    Then the entry is applied
    And "hello" is in the room 1 time, as Alice sees it

  @HOST-034 @LOG-060 @must
  Scenario: An entry may come without what was said
    Given the peer hands on nothing by itself
    When Pat says "hello" in the room
    And the peer hands over the newest entry of the room without its content
    Then the entry is applied
    And Alice has "hello" in the room, withheld

  @LOG-024 @HOST-030 @must
  Scenario: Content that only its own node would have refused is taken
    When Pat says something in the room that is no right message
    Then the node has taken everything from the peer

  @RULE-005 @HOST-030 @must
  Scenario: Where nobody has set power levels the creator has all power
    Given Pat's node hosts a public room "bare" without power levels
    And Alice is a member of the room "bare"
    When Pat renames the room "bare" on the peer
    Then the node has taken everything from the peer
    When Alice renames the room "bare" to "hers"
    Then the request is refused with ECCP_FORBIDDEN

  @HOST-034 @LOG-022 @must
  Scenario: But not without what the fold reads
    Given the peer hands on nothing by itself
    When Pat bans Quinn in the room
    And the peer hands over the newest entry of the room without its content
    Then the entry is refused with ECCP_BAD_EVENT
    And nothing came of it
    When the peer hands over the newest entry of the room
    Then the entry is applied

  @HOST-033 @PULL-031 @PULL-032 @must
  Scenario: What was missed is pulled before anything after it is taken
    Given the peer hands on nothing by itself
    When Pat says "one" in the room
    And Pat says "two" in the room
    And Pat says "three" in the room
    And the peer hands over the newest entry of the room
    Then the entry is applied
    And the peer was asked for the log of the room
    And Alice can read "one" in the room
    And Alice's node holds the same log of the room as the peer

  @HOST-033 @PULL-031 @must
  Scenario: A long hole is filled page by page
    Given the peer hands on nothing by itself
    And the peer serves 3 entries of a log at a time
    When Pat says 10 messages in the room
    And the peer hands over the newest entry of the room
    Then the entry is applied
    And Alice's node holds the same log of the room as the peer

  @HOST-033 @PULL-030 @PULL-037 @LOG-038 @FED-014 @must
  Scenario Outline: A hole that <how> stays a hole
    Given the peer hands on nothing by itself
    And the peer <answers> for the log of the room
    When Pat says "one" in the room
    And Pat says "two" in the room
    And the peer hands over the newest entry of the room
    Then the entry is refused with ECCP_GAP
    And nothing came of it

    Examples:
      | how                          | answers                                  |
      | nobody fills                 | refuses with ECCP_NOT_FOUND              |
      | is answered with nothing     | answers with no entries                  |
      | is answered with other parts | answers with entries that nobody asked for |
      | is answered with nonsense    | answers with a text                      |

  @PULL-032 @HOST-070 @must
  Scenario: What is pulled is checked like what is sent
    Given the peer hands on nothing by itself
    When Pat says "one" in the room
    And the peer signs an entry with "another state_root" into the log of the room
    And Pat says "three" in the room
    And the peer hands over the newest entry of the room
    Then the entry is refused with ECCP_GAP or ECCP_STATE_ROOT or ECCP_ROOM_FROZEN
    And Alice can read "one" in the room
    When Alice sends "hello" to the room
    Then the request is refused with ECCP_ROOM_FROZEN
