@since-0.1 @cap-e2ee
Feature: A conversation of several devices
  Clients with keys of their own talk in a room through their node. It can read nothing of it, and hands on everything.

  Background:
    Given Alice has an encrypted private room
    And Bob and Carol are members of the room
    And Alice, Alice on "laptop", Bob, Bob on "tablet" and Carol have encrypting clients

  @MAN-030 @MAN-032 @PRE-020 @PRE-023 @TDM-001 @TDM-020 @ENC-007 @ROOM-061 @must
  Scenario: What one says, all others read
    When Alice tells the room "the third pump drips"
    Then Alice on "laptop", Bob, Bob on "tablet" and Carol read "the third pump drips"
    When Bob on "tablet" tells the room "since when?"
    Then Alice, Alice on "laptop", Bob and Carol read "since when?"
    When Carol tells the room "since Monday"
    And Alice on "laptop" tells the room "I shall have a look"
    Then Alice, Bob and Bob on "tablet" read "since Monday"
    And Alice, Bob, Bob on "tablet" and Carol read "I shall have a look"
    And everything came as it was sent
    And every session began with a one-time prekey that no other had

  @MAN-030 @MAN-034 @PRE-020 @TDM-001 @must
  Scenario: A device that comes later reads nothing of the past, and everything from then on
    When Alice tells the room "before the phone"
    Then Bob and Carol read "before the phone"
    Given Carol on "phone" has an encrypting client
    Then Alice, Bob and Carol learn of Carol on "phone"
    When Alice tells the room "hello, phone"
    Then Bob, Carol and Carol on "phone" read "hello, phone"
    But Carol on "phone" finds "before the phone" in the room, and cannot read it
    When Carol on "phone" tells the room "hello, all"
    Then Alice, Alice on "laptop", Bob, Bob on "tablet" and Carol read "hello, all"
    And everything came as it was sent

  @MAN-024 @MAN-026 @MAN-034 @TDM-002 @must
  Scenario: A device that is disowned gets nothing more, and cannot read on
    When Alice tells the room "all of us"
    And Carol tells the room "me too"
    Then Bob on "tablet" reads "all of us"
    And Bob on "tablet" reads "me too"
    When Bob disowns Bob on "tablet"
    Then Bob on "tablet" is no longer logged in
    And Alice, Alice on "laptop", Bob and Carol learn that Bob on "tablet" is gone
    When Alice tells the room "without the tablet"
    And Carol tells the room "nor mine"
    And Bob tells the room "it was stolen"
    Then Alice on "laptop", Bob and Carol read "without the tablet"
    And Alice, Alice on "laptop" and Bob read "nor mine"
    And Alice, Alice on "laptop" and Carol read "it was stolen"
    But Bob on "tablet" could not read "without the tablet", if somebody showed it
    And Bob on "tablet" could not read "nor mine", if somebody showed it
    And Bob on "tablet" could not read "it was stolen", if somebody showed it
    When Alice hands "come back" to Bob on "tablet"
    Then it was undelivered to Bob on "tablet" with ECCP_NOT_FOUND
    And everything came as it was sent
