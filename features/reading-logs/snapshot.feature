@since-0.2 @cap-snapshots
Feature: The end of a log, with its state
  A node that joins a large room can show it at once, if it gets the end of the log and the state that all of it adds up to.

  @PULL-040 @PULL-042 @PULL-043 @PULL-044 @must
  Scenario: A snapshot tells what the log tells
    Given Alice has a public room
    And Pat is a member of the room
    And Alice renames the room to "Harbour"
    And Alice renames the room to "Pier"
    And Alice sends 5 messages to the room
    When the peer asks for a snapshot of the room
    Then the snapshot has the head, the state and the last entries of the log

  @PULL-044 @must
  Scenario: Of a long log it has the last 1000 entries
    Given Alice has a public room
    And Pat is a member of the room
    And Alice fills the room with 1010 messages
    When the peer asks for a snapshot of the room
    Then the snapshot has the head, the state and the last entries of the log

  @PULL-043 @PULL-044 @must
  Scenario: What brought a node's keys stands in the state also when it is in force for nothing else
    Given Alice has a public room
    And Pat is a member of the room
    And Pat leaves and comes back by submission
    When the peer asks for a snapshot of the room
    Then the snapshot has the head, the state and the last entries of the log

  @PULL-045 @PULL-018 @PULL-017 @must
  Scenario: What a node may not read is withheld in a snapshot too
    Given Alice has a public room
    And Alice sends "before" to the room
    And Pat is a member of the room
    And Alice sends "after" to the room
    When the peer asks for a snapshot of the room
    Then "before" is in the snapshot, withheld
    And "after" is in the snapshot, with its content

  @PULL-041 @must
  Scenario: There is none for a node without a joined user
    Given Alice has a public room
    And Pat is a member of the room
    And Pat leaves by submission
    When the peer asks for a snapshot of the room
    Then the request is refused with ECCP_NOT_FOUND
    When the peer requests GET "/_eccp/federation/v1/rooms/!AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA:example.org/snapshot", signed
    Then the request is refused with ECCP_NOT_FOUND

  @PULL-046 @must
  Scenario: One that would be too large is refused
    Given Alice has a public room with "shared" history
    And Pat is a member of the room
    And Alice sends 150 messages of 60000 bytes to the room
    When the peer asks for a snapshot of the room
    Then the request is refused with ECCP_TOO_LARGE
