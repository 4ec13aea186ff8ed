@since-0.1 @needs-full-disk @alone
Feature: A disk that refuses writes
  A node that cannot keep what it is told does not take it, and says so. What it holds can still be read.

  Background:
    Given Alice has a private room
    And Alice sends "before" to the room
    And the disk of the node refuses writes

  @DISC-013 @DISC-014 @DISC-015 @must
  Scenario: Writes are refused, reads are answered, and health tells it
    When Alice sends messages to the room until one is refused
    Then the request is refused with ECCP_UNAVAILABLE
    When a stranger calls getHealth
    Then the answer's "status" is "degraded"
    When Alice syncs
    Then it succeeds
    And Alice can read "before" in the room
    When Alice sends "once more" to the room
    Then the request is refused with ECCP_UNAVAILABLE

  @KEY-004 @cap-federation @must
  Scenario: Other nodes are told, too
    When Alice sends messages to the room until one is refused
    Then the request is refused with ECCP_UNAVAILABLE
    When a stranger calls getFederationVersion
    Then the answer's "status" is "degraded"
