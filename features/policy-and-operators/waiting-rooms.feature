@since-0.1 @cap-admin
Feature: Rooms that wait after a restore
  Where a node has lost the end of a log to an older copy, its rooms wait until other nodes have told what they hold. The operator
  sees which ones do, and ends the wait.

  @POL-052 @alone @must
  Scenario: A room that does not wait need not go on
    Given Alice has a public room
    When the operator resumes the room
    Then the request is refused with ECCP_NOT_FOUND
    And no record "room.resumed" is there

  @POL-052 @must
  Scenario: Nor does one that does not exist
    When the operator resumes a room that does not exist
    Then the request is refused with ECCP_NOT_FOUND
