@since-0.1
Feature: Receipts
  Everybody who is joined sees how far the others have read.

  Background:
    Given Alice has a private room
    And Bob is a member of the room
    And Alice sends "one" to the room
    And Alice sends "two" to the room

  @SYNC-040 @must
  Scenario: Everybody who is joined sees a receipt
    Given Carol is a member of the room
    And Alice, Bob and Carol have synced
    When Bob has read "two" in the room
    Then Alice's sync shows that Bob has read up to "two" in the room
    And Carol's sync shows that Bob has read up to "two" in the room
    And Bob's sync shows that Bob has read up to "two" in the room
    And nothing is new to Alice's sync
    And nothing is new to Bob's sync

  @SYNC-040 @must
  Scenario: A receipt comes with who, what and when, once
    Given Alice has synced
    And Bob has read "one" in the room
    And Bob has read "two" in the room
    When Alice syncs
    Then the answer lists 1 "rooms.joined[{{room}}].receipts"
    And the answer's "rooms.joined[{{room}}].receipts.0.user_id" is "{{Bob}}"
    And the answer's "rooms.joined[{{room}}].receipts.0.event_id" is "{{event two}}"
    And the time "rooms.joined[{{room}}].receipts.0.ts" in the answer is of this minute
    And the answer's "rooms.joined[{{room}}].timeline.events" is []

  @SYNC-040 @must
  Scenario: A sync from nothing shows the receipts in force
    Given Bob has read "one" in the room
    And Alice has read "two" in the room
    When Alice syncs anew
    Then Alice's sync shows that Bob has read up to "one" in the room
    And Alice's sync shows that Alice has read up to "two" in the room

  @SYNC-040 @must
  Scenario: Who is not joined sees none
    Given Carol is invited to the room
    And Dave has left the room
    And Carol and Dave have synced
    When Bob has read "two" in the room
    Then nothing is new to Carol's sync
    And nothing is new to Dave's sync

  @SYNC-041 @must
  Scenario: A receipt does not go back
    Given Bob has read "two" in the room
    And Alice has synced
    When Bob has read "one" in the room
    Then the answer has status 200
    And nothing is new to Alice's sync
    When Bob has read "two" in the room
    Then the answer has status 200
    And nothing is new to Alice's sync
    When Alice syncs anew
    Then Alice's sync shows that Bob has read up to "two" in the room

  @SYNC-041 @must
  Scenario: One for the same event changes nothing, not even its time
    Given Bob has read "two" in the room
    And Alice syncs anew
    And the answer's "rooms.joined[{{room}}].receipts.0.ts" is kept as "when"
    And Bob has synced
    When Bob has read "two" in the room
    Then the answer has status 200
    And nothing is new to Alice's sync
    And nothing is new to Bob's sync
    When Alice syncs anew
    Then the answer lists 1 "rooms.joined[{{room}}].receipts"
    And the answer's "rooms.joined[{{room}}].receipts.0.ts" is {{saved when}}

  @SYNC-041 @must
  Scenario: It goes on
    Given Bob has read "one" in the room
    And Alice has synced
    When Bob has read "two" in the room
    Then Alice's sync shows that Bob has read up to "two" in the room

  @SYNC-042 @must
  Scenario: What one cannot read, one has not read
    Given Carol is a member of the room
    And Carol has a private room "own"
    And Carol sends "elsewhere" to the room "own"
    And Alice has synced
    When Carol has read "two" in the room
    Then the request is refused with ECCP_NOT_FOUND
    When Carol has read "elsewhere" in the room
    Then the request is refused with ECCP_NOT_FOUND
    When Carol calls putReceipt with the body:
      """
      { "event_id": "$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" }
      """
    Then the request is refused with ECCP_NOT_FOUND
    And nothing is new to Alice's sync

  @SYNC-043 @must
  Scenario: Who is new sees how far everybody has read
    Given Bob has read "one" in the room
    And Alice has read "two" in the room
    And Carol has synced
    And Carol is invited to the room
    When Carol joins the room
    Then Carol's sync shows that Bob has read up to "one" in the room
    And Carol's sync shows that Alice has read up to "two" in the room

  @SYNC-043 @SYNC-054 @must
  Scenario: But not how far those had who are gone
    Given Bob has read "one" in the room
    And Alice has read "two" in the room
    And Bob leaves the room
    And Carol has synced
    And Carol is invited to the room
    When Carol joins the room
    Then Carol's sync shows that Alice has read up to "two" in the room
    And Carol's sync shows no receipt of Bob in the room

  @SYNC-046 @must
  Scenario Outline: Who is not joined sets no receipt and does not type
    Given Alice has a <visibility> room "den"
    And Alice sends "three" to the room "den"
    And Dave <is> the room "den"
    And Alice has synced
    When Dave has read "three" in the room "den"
    And Dave types in the room "den"
    Then every request is refused with <code>
    And nothing is new to Alice's sync

    Examples:
      | visibility  | is             | code           |
      | public      | has left       | ECCP_FORBIDDEN |
      | private     | has left       | ECCP_FORBIDDEN |
      | private     | is invited to  | ECCP_FORBIDDEN |
      | invite-only | knocks on      | ECCP_FORBIDDEN |
      | public      | is banned from | ECCP_FORBIDDEN |

  @SYNC-046 @must
  Scenario Outline: Nor does who has nothing to do with the room
    Given Alice has a <visibility> room "den"
    And Alice sends "three" to the room "den"
    And Alice has synced
    When Dave has read "three" in the room "den"
    Then the request is refused with <code>
    When Dave types in the room "den"
    Then the request is refused with <code>
    And nothing is new to Alice's sync

    Examples:
      | visibility  | code           |
      | public      | ECCP_FORBIDDEN |
      | invite-only | ECCP_FORBIDDEN |
      | private     | ECCP_NOT_FOUND |

  @SYNC-047 @must
  Scenario: Neither receipts nor typing come into the log
    Given Alice has noted the end of the log of the room
    When Bob has read "two" in the room
    And Bob types in the room
    And Bob stops typing in the room
    Then the log of the room has grown by 0 entries since, as Alice reads it
    And Alice sees as the head of the room the entry of "two", as Alice reads it

  @SYNC-040 @SYNC-054 @must
  Scenario: The receipt of one who left is not shown, and is shown again to who missed it once that one is back
    Given Alice has synced
    And Bob has read "two" in the room
    And Bob leaves the room
    When Alice syncs
    Then the answer's "rooms.joined[{{room}}].receipts" is []
    When Alice invites Bob to the room
    And Bob joins the room
    Then it succeeds
    And Alice's sync shows that Bob has read up to "two" in the room

  @SYNC-054 @must
  Scenario Outline: A receipt of who is gone by then stands in no sync: <who> <goes>
    Given Alice has synced
    When Bob has read "two" in the room
    And <who> <goes> the room
    Then Alice's sync shows no receipt of Bob in the room
    When Alice syncs anew
    Then Alice's sync shows no receipt of Bob in the room
    And the answer's "rooms.joined[{{room}}].receipts" is []

    Examples:
      | who   | goes           |
      | Bob   | leaves         |
      | Alice | kicks Bob from |
      | Alice | bans Bob from  |

  @SYNC-054 @must
  Scenario: Nor while somebody who was there is invited again
    Given Bob has read "two" in the room
    And Bob leaves the room
    And Alice invites Bob to the room
    When Alice syncs anew
    Then the answer's "rooms.joined[{{room}}].receipts" is []
