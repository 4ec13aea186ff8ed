@since-0.1 @cap-federation
Feature: What is withheld
  That something was said is open to every node in a room: without it nobody could check the chain. What was said is for those who
  may read it.

  @PULL-017 @PULL-018 @LOG-060 @LOG-022 @must
  Scenario: What was said before anybody came is withheld
    Given Alice has a public room
    And Alice sends "before" to the room
    And Alice renames the room to "Harbour"
    And Pat is a member of the room
    And Alice sends "after" to the room
    When the peer asks for the log of the room from 0
    Then "before" is in the answer, withheld
    And "eccp.room.name" is in the answer, withheld
    And "after" is in the answer, with its content
    And every other entry of the answer has its content
    And the whole log of the answer holds

  @PULL-018 @PULL-016 @must
  Scenario: It is withheld also when it is asked for by itself
    Given Alice has a public room
    And Alice sends "before" to the room
    And Pat is a member of the room
    When the peer asks for the event "before" of the room
    Then it succeeds
    And the answer's "withheld" is true
    And the answer has no "content"
    And the answer has no "nonce"

  @PULL-019 @must
  Scenario: Where history is shared it is served
    Given Alice has a public room with "shared" history
    And Alice sends "before" to the room
    And Pat is a member of the room
    When the peer asks for the log of the room from 0
    Then "before" is in the answer, with its content

  @PULL-019 @PULL-018 @must
  Scenario: Where history is for those invited it is served from the invite on
    Given Alice has a private room with "invited" history
    And Alice sends "before" to the room
    And Pat is invited to the room
    And Alice sends "between" to the room
    And Pat is a member of the room
    When the peer asks for the log of the room from 0
    Then "before" is in the answer, withheld
    And "between" is in the answer, with its content

  @PULL-021 @PULL-004 @must
  Scenario: Who left may still read what was said before
    Given Alice has a public room
    And Pat is a member of the room
    And Alice sends "during" to the room
    And Pat leaves by submission
    And Alice sends "between" to the room
    When the peer asks for the log of the room from 0
    Then "during" is in the answer, with its content

  @PULL-018 @PULL-021 @must
  Scenario: What was said while they were away stays withheld
    Given Alice has a public room
    And Pat is a member of the room
    And Pat leaves by submission
    And Alice sends "between" to the room
    And Pat is a member of the room
    And Alice sends "after" to the room
    When the peer asks for the log of the room from 0
    Then "between" is in the answer, withheld
    And "after" is in the answer, with its content

  @PULL-019 @LOG-054 @LOG-055 @LOG-060 @must
  Scenario: What was redacted is gone, and not withheld
    Given Alice has a public room
    And Pat is a member of the room
    And Alice sends "regret" to the room
    And Alice redacts "regret" in the room
    When the peer asks for the log of the room from 0
    Then "regret" is in the answer, redacted

  @PULL-036 @LOG-005 @must
  Scenario: What is served as its content is not believed
    Given Pat's node hosts a public room
    And Alice is a member of the room
    And the peer hands on nothing by itself
    And the peer serves other content than was said
    When Pat says "hello" in the room
    And the peer hands over the newest entry of the room without its content
    Then the entry is applied
    When Pat says "next" in the room
    And the peer hands over the newest entry of the room
    Then Alice can read "next" in the room before long
    And Alice cannot read "hello" in the room

  @PULL-035 @should
  Scenario: Content that came later is fetched
    Given Pat's node hosts a public room
    And Alice is a member of the room
    And the peer hands on nothing by itself
    When Pat says "hello" in the room
    And the peer hands over the newest entry of the room without its content
    Then the entry is applied
    And Alice can read "hello" in the room before long
