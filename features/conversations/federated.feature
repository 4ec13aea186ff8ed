@since-0.1 @cap-e2ee @cap-federation
Feature: A conversation across nodes
  Keys, messages for devices and messages in rooms go through both nodes, in both directions. The other node gets everything as it was sent, and can read nothing of it.

  Background:
    Given Alice has an encrypted private room
    And Bob and Pat are members of the room
    And Alice, Bob, Pat and Pat on "tablet" have encrypting clients

  @MAN-040 @PRE-030 @PRE-032 @TDM-030 @TDM-031 @TDM-035 @HOST-002 @HOST-020 @HOST-024 @must
  Scenario: What one says on either node, all others read, and no node does
    When Alice renames the room to "Harbour master's office"
    And Alice tells the room "the third pump drips"
    Then Bob, Pat and Pat on "tablet" read "the third pump drips"
    When Pat tells the room "since when? \"Monday\"?"
    Then Alice, Bob and Pat on "tablet" read "since when? \"Monday\"?"
    When Pat on "tablet" tells the room "I shall have a look"
    And Bob tells the room "thank you – größer als gedacht"
    Then Alice, Bob and Pat read "I shall have a look"
    And Alice, Pat and Pat on "tablet" read "thank you – größer als gedacht"
    And everything came as it was sent
    And every session began with a one-time prekey that no other had
    And the peer has seen "Harbour master's office", and nothing of what was said

  @HOST-001 @MAN-040 @PRE-032 @TDM-030 @TDM-031 @TDM-035 @must
  Scenario: In a room that the other node hosts, too
    Given Pat's node hosts a private room "theirs"
    And Alice and Bob are members of the room "theirs"
    And Pat makes the room "theirs" an encrypted one on the peer
    When Alice tells the room "theirs" "the third pump drips"
    Then Bob, Pat and Pat on "tablet" read "the third pump drips"
    When Pat tells the room "theirs" "since when?"
    Then Alice, Bob and Pat on "tablet" read "since when?"
    And everything came as it was sent
    And the peer has seen "eccp.room.encrypted", and nothing of what was said

  @MAN-034 @MAN-045 @TDM-030 @TDM-031 @must
  Scenario: A device of the other node comes, and another one goes
    When Alice tells the room "before the phone"
    Then Pat reads "before the phone"
    Given Pat on "phone" has an encrypting client
    Then Alice and Bob learn of Pat on "phone"
    When Alice tells the room "hello, phone"
    Then Bob, Pat and Pat on "phone" read "hello, phone"
    But Pat on "phone" finds "before the phone" in the room, and cannot read it
    When Pat disowns Pat on "tablet"
    Then Alice, Bob and Pat learn that Pat on "tablet" is gone
    When Alice tells the room "without the tablet"
    And Bob tells the room "good riddance"
    Then Bob, Pat and Pat on "phone" read "without the tablet"
    And Alice, Pat and Pat on "phone" read "good riddance"
    But Pat on "tablet" could not read "without the tablet", if somebody showed it
    And Pat on "tablet" could not read "good riddance", if somebody showed it
    And everything came as it was sent

  @MAN-024 @MAN-040 @MAN-042 @PRE-030 @TDM-031 @must
  Scenario: A device of the node comes, and another one goes
    Given Bob on "tablet" has an encrypting client
    Then Alice, Pat and Pat on "tablet" learn of Bob on "tablet"
    When Pat tells the room "hello, tablet"
    Then Alice, Bob, Bob on "tablet" and Pat on "tablet" read "hello, tablet"
    When Bob on "tablet" tells the room "hello, all"
    Then Alice, Bob, Pat and Pat on "tablet" read "hello, all"
    When Bob disowns Bob on "tablet"
    Then Bob on "tablet" is no longer logged in
    And Alice, Pat and Pat on "tablet" learn that Bob on "tablet" is gone
    When Pat tells the room "without the tablet"
    Then Alice, Bob and Pat on "tablet" read "without the tablet"
    But Bob on "tablet" could not read "without the tablet", if somebody showed it
    And everything came as it was sent

  @TDM-031 @must
  Scenario: Keys that come after their messages, the last first
    Given Pat's node holds back what its devices hand out
    When Pat tells the room "the first"
    And Pat on "tablet" tells the room "the second"
    Then Alice finds "the first" in the room, and cannot read it
    And Alice finds "the second" in the room, and cannot read it
    When Pat's node sends what it held back, the last first
    Then Alice and Bob read "the second"
    And Alice and Bob read "the first"
    And everything came as it was sent

  @TDM-030 @FED-024 @FED-025 @HOST-020 @must
  Scenario: A node that was away gets everything, and nothing twice
    Given the peer refuses the next 2 transactions with ECCP_UNAVAILABLE
    When Alice tells the room "are you there?"
    And Bob tells the room "hello?"
    Then Pat and Pat on "tablet" read "are you there?"
    And Pat and Pat on "tablet" read "hello?"
    And everything came as it was sent

  @TDM-031 @PRE-010 @must
  Scenario: A first message that the other node sends again begins nothing, and uses no prekey up
    When Pat whispers "hello" to Alice
    Then Alice hears "hello" from Pat
    And the node has 9 one-time prekeys of Alice left
    When Pat sends her last whisper to Alice once more
    Then Alice refuses it as "replayed"
    When Pat on "tablet" sends the last whisper of Pat to Alice as if it were her own
    Then Alice refuses it as "mismatch"
    When Alice throws the sessions with Pat away
    And Pat sends her last whisper to Alice once more
    Then Alice refuses it as "replayed"
    And the node has 9 one-time prekeys of Alice left
    When Alice whispers "yes" to Pat
    Then Pat hears "yes" from Alice
    And everything came as it was sent

  @TDM-031 @PRE-010 @must
  Scenario: A first message that the other node altered is refused, and is still good as it was
    Given Pat's node holds back what its devices hand out
    When Pat whispers "hello" to Alice
    And Pat's node sends what it held back with another header
    Then Alice refuses it as "bad_ciphertext"
    And the node has 9 one-time prekeys of Alice left
    When Pat's node sends what it held back, the last first
    Then Alice hears "hello" from Pat
    And the node has 9 one-time prekeys of Alice left
