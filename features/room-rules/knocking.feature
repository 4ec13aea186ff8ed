@since-0.1
Feature: Knocking
  At an invite-only room one may ask to be let in, and nowhere else.

  @RULE-029 @must
  Scenario: Somebody who was never there knocks
    Given Alice has an invite-only room
    And Alice remembers the room
    When Bob knocks on the room
    Then the room takes it, and Bob is "knock"

  @RULE-029 @must
  Scenario: Somebody who left knocks
    Given Alice has an invite-only room
    And Bob has left the room
    And Alice remembers the room
    When Bob knocks on the room
    Then the room takes it, and Bob is "knock"

  @RULE-029 @RULE-035 @must
  Scenario: Somebody whose knock was turned down knocks again
    Given Alice has an invite-only room
    And Bob knocks on the room
    And Alice kicks Bob from the room
    And Alice remembers the room
    When Bob knocks on the room
    Then the room takes it, and Bob is "knock"

  @RULE-029 @RULE-032 @must
  Scenario: Somebody who took a knock back knocks again
    Given Alice has an invite-only room
    And Bob knocks on the room
    And Bob leaves the room
    And Alice remembers the room
    When Bob knocks on the room
    Then the room takes it, and Bob is "knock"

  @RULE-029 @must
  Scenario: Somebody whose ban was lifted knocks
    Given Alice has an invite-only room
    And Bob is banned from the room
    And Alice unbans Bob from the room
    And Alice remembers the room
    When Bob knocks on the room
    Then the room takes it, and Bob is "knock"

  @RULE-029 @must
  Scenario: No level stands against a knock
    Given Alice has an invite-only room
    And the room has the power levels:
      | invite         | 100 |
      | events_default | 100 |
      | state_default  | 100 |
    And Alice remembers the room
    When Bob knocks on the room
    Then the room takes it, and Bob is "knock"

  @RULE-029 @must
  Scenario: A room that has become invite-only takes knocks
    Given Alice has a public room
    And the room is turned invite-only
    And Alice remembers the room
    When Bob knocks on the room
    Then the room takes it, and Bob is "knock"

  @RULE-030 @must
  Scenario: A public room takes no knocks
    Given Alice has a public room
    And Alice remembers the room
    When Bob knocks on the room
    Then the room refuses it with ECCP_FORBIDDEN

  @RULE-030 @must
  Scenario: A private room takes no knocks from outsiders
    Given Alice has a private room
    And Alice remembers the room
    When Bob knocks on the room
    Then the room refuses it with ECCP_NOT_FOUND

  @RULE-030 @must
  Scenario Outline: <kind> room takes no knock from somebody who left
    Given Alice has <kind> room
    And Bob has left the room
    And Alice remembers the room
    When Bob knocks on the room
    Then the room refuses it with ECCP_FORBIDDEN

    Examples:
      | kind      |
      | a private |
      | a public  |

  @RULE-030 @must
  Scenario: A room that was invite-only takes no knocks any more
    Given Alice has an invite-only room
    And the room is turned public
    And Alice remembers the room
    When Bob knocks on the room
    Then the room refuses it with ECCP_FORBIDDEN

  @RULE-031 @must
  Scenario Outline: Nobody knocks who <is>
    Given Alice has an invite-only room
    And <before>
    And Alice remembers the room
    When Bob knocks on the room
    Then the room refuses it with ECCP_FORBIDDEN

    Examples:
      | is         | before                      |
      | is joined  | Bob is a member of the room |
      | is invited | Bob is invited to the room  |
      | is banned  | Bob is banned from the room |

  @RULE-031 @must
  Scenario: A second knock adds nothing
    Given Alice has an invite-only room
    And Bob knocks on the room
    And Alice remembers the room
    When Bob knocks on the room
    Then the answer's "event_id" is "{{event Bob's knock}}"
    And the room is as it was
