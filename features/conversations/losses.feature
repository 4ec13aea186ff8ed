@since-0.1 @cap-e2ee
Feature: Messages that come late, out of order, twice or never
  A node keeps what a device has not taken yet, and brings nothing back that it has. What is lost on the way, or comes again, does not end a conversation.

  Background:
    Given Alice has an encrypted private room
    And Bob is a member of the room
    And Alice, Bob and Bob on "tablet" have encrypting clients

  @TDM-021 @SYNC-003 @SYNC-020 @ROOM-069 @must
  Scenario: Who was away for 130 messages reads all of them
    When Alice tells the room 130 things
    Then Bob on "tablet" reads all 130 things
    And Bob reads all 130 things
    And everything came as it was sent

  @TDM-020 @TDM-021 @must
  Scenario: What waited is read in whatever order
    When Alice tells the room "one"
    And Alice tells the room "two"
    And Alice tells the room "three"
    Then Bob reads, in this order:
      | three |
      | one   |
      | two   |
    When Alice whispers "a" to Bob
    And Alice whispers "b" to Bob
    And Alice whispers "c" to Bob
    And Bob opens what comes for the device, in the order 3, 1, 2
    Then Bob hears "a" from Alice
    And Bob hears "b" from Alice
    And Bob hears "c" from Alice
    And everything came as it was sent

  @TDM-022 @TDM-001 @must
  Scenario: A key that got lost is asked for again, and is good from then on
    When Alice tells the room "the first"
    Then Bob on "tablet" reads "the first"
    When Bob loses what comes for the device
    Then nothing more comes for the device of Bob, not even when he begins anew
    And Bob finds "the first" in the room, and cannot read it
    When Bob asks Alice for the key of the room again
    Then Alice hears the question of Bob
    When Alice tells the room "the second"
    Then Bob and Bob on "tablet" read "the second"
    But Bob finds "the first" in the room, and cannot read it
    And everything came as it was sent

  @TDM-001 @PRE-010 @PRE-020 @must
  Scenario: Who lost more than 1,000 messages refuses the next one, and is written to anew
    When Alice whispers "hello" to Bob
    Then Bob hears "hello" from Alice
    When 1001 whispers of Alice to Bob get lost
    And Alice whispers "too far" to Bob
    Then Bob refuses it as "too_far"
    When Alice throws the sessions with Bob away
    And Alice whispers "once more" to Bob
    Then Bob hears "once more" from Alice
    And the node has 8 one-time prekeys of Bob left
    When 1000 whispers of Alice to Bob get lost
    And Alice whispers "just near enough" to Bob
    Then Bob hears "just near enough" from Alice

  @TDM-001 @TDM-020 @PRE-010 @must
  Scenario: A first message that comes again begins nothing, and uses no prekey up
    Given Carol is a member of the room
    And Carol has an encrypting client
    When Alice whispers "hello" to Bob
    Then Bob hears "hello" from Alice
    And the node has 9 one-time prekeys of Bob left
    When Alice sends her last whisper to Bob once more
    Then Bob refuses it as "replayed"
    When Carol sends the last whisper of Alice to Bob as if it were her own
    Then Bob refuses it as "mismatch"
    When Bob throws the sessions with Alice away
    And Alice sends her last whisper to Bob once more
    Then Bob refuses it as "replayed"
    And the node has 9 one-time prekeys of Bob left
    When Bob whispers "are you there?" to Alice
    Then Alice hears "are you there?" from Bob
    When Alice whispers "yes" to Bob
    Then Bob hears "yes" from Alice
    And the node has 9 one-time prekeys of Bob left
    And everything came as it was sent
