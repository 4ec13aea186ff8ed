@since-0.1 @cap-e2ee @cap-federation @two-nodes
Feature: A conversation on two nodes
  Alice and Bob live on the node under test, and Nora on the other one. Whichever of the two hosts the room, all their devices talk as on one node.

  @MAN-040 @PRE-030 @PRE-032 @TDM-030 @TDM-031 @TDM-035 @HOST-020 @HOST-024 @must
  Scenario Outline: Five devices talk in a room of <host>
    Given <host> has an encrypted private room
    And <members> are members of the room
    And Alice, Alice on "laptop", Bob, Nora and Nora on "tablet" have encrypting clients
    When Alice tells the room "the third pump drips"
    Then Alice on "laptop", Bob, Nora and Nora on "tablet" read "the third pump drips"
    When Nora on "tablet" tells the room "since when?"
    Then Alice, Alice on "laptop", Bob and Nora read "since when?"
    When Bob tells the room "since Monday"
    Then Alice, Alice on "laptop", Nora and Nora on "tablet" read "since Monday"
    When Nora whispers "come over" to Bob
    And Nora whispers "at once" to Bob
    And Nora whispers "please" to Bob
    And Bob opens what comes for the device, in the order 3, 1, 2
    Then Bob hears "come over" from Nora
    And Bob hears "please" from Nora
    And everything came as it was sent
    And every session began with a one-time prekey that no other had

    Examples:
      | host  | members       |
      | Alice | Bob and Nora  |
      | Nora  | Alice and Bob |

  @MAN-024 @MAN-034 @MAN-040 @MAN-042 @MAN-045 @TDM-030 @TDM-031 @must
  Scenario Outline: In a room of Alice, one device of <guest> comes and another one goes
    Given Alice has an encrypted private room
    And Bob and Nora are members of the room
    And Alice, Bob, Nora and <guest> on "tablet" have encrypting clients
    When Alice tells the room "before the phone"
    Then Bob, Nora and <guest> on "tablet" read "before the phone"
    Given <guest> on "phone" has an encrypting client
    Then Alice, Bob and Nora learn of <guest> on "phone"
    When Nora tells the room "hello, phone"
    Then Alice, Bob and <guest> on "phone" read "hello, phone"
    But <guest> on "phone" finds "before the phone" in the room, and cannot read it
    When <guest> on "phone" tells the room "hello, all"
    Then Alice, Bob, Nora and <guest> on "tablet" read "hello, all"
    When <guest> disowns <guest> on "tablet"
    Then <guest> on "tablet" is no longer logged in
    And Alice, Bob, Nora and <guest> on "phone" learn that <guest> on "tablet" is gone
    When Alice tells the room "without the tablet"
    And Nora tells the room "good riddance"
    Then Bob, Nora and <guest> on "phone" read "without the tablet"
    And Alice, Bob and <guest> on "phone" read "good riddance"
    But <guest> on "tablet" could not read "without the tablet", if somebody showed it
    And <guest> on "tablet" could not read "good riddance", if somebody showed it
    And everything came as it was sent

    Examples:
      | guest |
      | Bob   |
      | Nora  |

  @TDM-022 @TDM-030 @TDM-031 @SYNC-003 @SYNC-020 @must
  Scenario: Who was away reads all of it, and who lost a key asks for it again
    Given Alice has an encrypted private room
    And Nora is a member of the room
    And Alice, Nora and Nora on "tablet" have encrypting clients
    When Alice tells the room 30 things
    Then Nora on "tablet" reads all 30 things
    When Nora loses what comes for the device
    Then nothing more comes for the device of Nora, not even when she begins anew
    And Nora finds "thing 30" in the room, and cannot read it
    When Nora asks Alice for the key of the room again
    Then Alice hears the question of Nora
    When Alice tells the room "the next"
    Then Nora and Nora on "tablet" read "the next"
    And everything came as it was sent
