@since-0.1 @cap-federation
Feature: Who may read a log, and how far
  A node with users in a room reads its log from whoever holds it: all of it as long as they are there, up to their leave afterwards.
  To all others there is no such room.

  @PULL-001 @PULL-003 @PULL-010 @PULL-011 @PULL-014 @must
  Scenario: A node with a joined user reads everything
    Given Alice has a public room
    And Pat is a member of the room
    And Alice sends 5 messages to the room
    When the peer asks for the log of the room from 0
    Then the answer has the entries 0 to 10, in order
    And the head of the answer is what getLogHead answers

  @PULL-011 @PULL-012 @must
  Scenario Outline: It reads in stretches: from <from>, at most <limit>
    Given Alice has a public room
    And Pat is a member of the room
    And Alice sends 5 messages to the room
    When the peer asks for the log of the room from <from>, at most <limit>
    Then the answer has the entries <first> to <last>, in order

    Examples:
      | from | limit | first | last |
      | 0    | 1     | 0     | 0    |
      | 3    | 4     | 3     | 6    |
      | 10   | 500   | 10    | 10   |
      | 5    | 100   | 5     | 10   |

  @PULL-013 @must
  Scenario: Beyond the end there is nothing
    Given Alice has a public room
    And Pat is a member of the room
    When the peer asks for the log of the room from 6
    Then it succeeds
    And the answer's "entries" is []
    And the head of the answer is what getLogHead answers

  @PULL-011 @ERR-016 @ERR-024 @must
  Scenario Outline: A stretch that is none is refused: <query>
    Given Alice has a public room
    And Pat is a member of the room
    When the peer requests GET "/_eccp/federation/v1/rooms/{{room}}/log?<query>", signed
    Then the request is refused with ECCP_BAD_PARAM

    Examples:
      | query     |
      | from=-1   |
      | from=x    |
      | limit=0   |
      | limit=501 |

  @PULL-016 @PULL-005 @must
  Scenario: One event is served as in the log
    Given Alice has a public room
    And Pat is a member of the room
    And Alice sends "hello" to the room
    And "hello" reaches the peer
    When the peer asks for the event "hello" of the room
    Then the answer is that event as the log has it
    When the peer asks for an event that the room does not have
    Then the request is refused with ECCP_NOT_FOUND

  @PULL-002 @must
  Scenario Outline: To a node <without> there is no such room
    Given Alice has a <visibility> room
    And Alice sends "hello" to the room
    And <given>
    When Pat's node asks for everything about the room
    Then every request is refused with ECCP_NOT_FOUND
    And it is answered as for a room that does not exist
    And nothing came of it

    Examples:
      | without                      | visibility  | given                       |
      | that nobody knows            | private     | Pat's node has met the node |
      | that nobody knows            | public      | Pat's node has met the node |
      | whose user is invited        | private     | Pat is invited to the room  |
      | whose user is banned         | public      | Pat is banned from the room |

  @PULL-004 @PULL-005 @must
  Scenario Outline: A node whose last user <left> reads up to there
    Given Alice has a public room
    And Pat is a member of the room
    And <act>
    And Alice sends "afterwards" to the room
    When the peer asks for the log of the room from 0
    Then the answer has the entries 0 to 6, in order
    And the head of the answer is entry 6
    When the peer asks for the event "afterwards" of the room
    Then the request is refused with ECCP_NOT_FOUND

    Examples:
      | left       | act                         |
      | left       | Pat leaves by submission    |
      | was banned | Pat is banned from the room |

  @PULL-003 @must
  Scenario: It reads on when a user joins again
    Given Alice has a public room
    And Pat is a member of the room
    And Pat leaves by submission
    And Alice sends "between" to the room
    And Quinn is a member of the room
    When the peer asks for the log of the room from 0
    Then the answer has the entries 0 to 8, in order

  @PULL-001 @PULL-003 @must
  Scenario: A participant serves the log like the host
    Given Pat's node hosts a public room
    And Alice and Ruth are members of the room
    And Pat says "hello" in the room
    And the node has taken everything from the peer
    When the peer "two" asks for the log of the room from 0
    Then the answer has the entries 0 to 7, in order
    And the head of the answer is what getLogHead answers to the peer "two"

  @PULL-003 @PULL-010 @must
  Scenario: The host reads on though its own users have left
    Given Pat's node hosts a public room
    And Alice is a member of the room
    And Pat leaves the room on the peer
    And Alice sends "hello" to the room
    And the node has taken everything from the peer
    When the peer asks for the log of the room from 0
    Then the answer has the entries 0 to 7, in order
    And the head of the answer is what getLogHead answers

  @PULL-015 @PULL-012 @PULL-011 @must
  Scenario: A long log is served in answers that are not too long
    Given Alice has a public room
    And Alice sends 150 messages of 60000 bytes to the room
    And Pat's node has joined the room without its log
    When the peer asks for the log of the room from 5, at most 500
    Then the answer has at least 1 entry from 5 on, in order, and at most 8388608 bytes
