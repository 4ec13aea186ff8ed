@since-0.1
Feature: Typing
  Everybody who is joined sees who is typing, for as long as it lasts.

  Background:
    Given Alice has a private room
    And Bob and Carol are members of the room
    And Alice, Bob and Carol have synced

  @SYNC-044 @must
  Scenario: Somebody types, and stops
    When Bob types in the room
    Then Alice's sync shows Bob typing in the room
    And Carol's sync shows Bob typing in the room
    And Bob's sync shows Bob typing in the room
    When Bob stops typing in the room
    Then Alice's sync shows nobody typing in the room
    And Carol's sync shows nobody typing in the room
    And nothing is new to Alice's sync

  @SYNC-044 @must
  Scenario: Several type
    When Bob types in the room
    And Carol types in the room
    Then Alice's sync shows Bob and Carol typing in the room
    When Bob stops typing in the room
    Then Alice's sync shows Carol typing in the room
    When Carol stops typing in the room
    Then Alice's sync shows nobody typing in the room

  @SYNC-044 @must
  Scenario: Stopping what one has not begun is no news
    When Bob stops typing in the room
    Then nothing is new to Alice's sync

  @SYNC-044 @must
  Scenario: Who comes in sees who is typing
    Given Dave is invited to the room
    And Bob types in the room
    And Dave has synced
    When Dave joins the room
    Then Dave's sync shows Bob typing in the room
    When Dave syncs anew
    Then Dave's sync shows Bob typing in the room
    When Bob stops typing in the room
    Then Dave's sync shows nobody typing in the room

  @SYNC-044 @must
  Scenario: Nobody else sees it, and it is seen in no other room
    Given Alice has a private room "other"
    And Carol is a member of the room "other"
    And Alice sends "hello" to the room "other"
    And Dave is invited to the room
    And Erin has left the room
    And Dave and Erin have synced
    And Carol has synced
    When Bob types in the room
    Then nothing is new to Dave's sync
    And nothing is new to Erin's sync
    And Carol's sync shows Bob typing in the room
    And no sync has shown Carol who types in the room "other"
    When Bob stops typing in the room
    Then Carol's sync shows nobody typing in the room

  @SYNC-045 @must
  Scenario: Typing ends after the time that was given
    When Bob types in the room for 500 ms
    Then Alice's sync shows Bob typing in the room
    When Alice syncs, waiting for up to 10000 ms
    Then the answer took 0 to 1500 ms
    And the answer's "rooms.joined[{{room}}].typing" is []
    And nothing is new to Alice's sync

  @SYNC-045 @must
  Scenario: Typing on prolongs it
    When Bob types in the room for 200 ms
    And Bob types in the room for 20000 ms
    Then Alice's sync shows Bob typing in the room
    When Alice syncs, waiting for up to 400 ms
    Then the answer has nothing new
    When Bob stops typing in the room
    Then Alice's sync shows nobody typing in the room

  @SYNC-045 @must
  Scenario: Typing on can also shorten it
    When Bob types in the room for 20000 ms
    And Bob types in the room for 300 ms
    Then Alice's sync shows Bob typing in the room
    And Alice's sync shows nobody typing in the room

  @SYNC-045 @must
  Scenario Outline: The time is an integer up to a minute
    When Bob calls putTyping with:
      | bad body | { "typing": true, "timeout_ms": <time> } |
    Then the request is refused with ECCP_BAD_PARAM
    And nothing is new to Alice's sync

    Examples:
      | time   |
      | 0      |
      | -1     |
      | 60001  |
      | "1000" |

  @SYNC-049 @must
  Scenario Outline: Who is not in the room any more does not type there either
    When Bob types in the room for 20000 ms
    And Carol types in the room for 20000 ms
    Then Alice's sync shows Bob and Carol typing in the room
    When <who> <goes> the room
    Then Alice's sync shows Carol typing in the room
    When Carol stops typing in the room
    Then Alice's sync shows nobody typing in the room

    Examples:
      | who   | goes           |
      | Bob   | leaves         |
      | Alice | kicks Bob from |
      | Alice | bans Bob from  |

  @SYNC-055 @must
  Scenario: Who types stands in a sync when it changed, and else not
    When Bob types in the room for 60000 ms
    And Alice syncs
    Then the answer's "rooms.joined[{{room}}].typing" is ["{{Bob}}"]
    When Alice sends "hello" to the room
    And Alice syncs
    Then the answer shows in the room the messages:
      | hello |
    And the answer has no "rooms.joined[{{room}}].typing"
    When Bob stops typing in the room
    And Alice sends "bye" to the room
    And Alice syncs
    Then the answer's "rooms.joined[{{room}}].typing" is []
    When Alice sends "good night" to the room
    And Alice syncs
    Then the answer has no "rooms.joined[{{room}}].typing"

  @SYNC-055 @must
  Scenario: Prolonging is no change
    When Bob types in the room for 60000 ms
    And Alice syncs
    And Bob types in the room for 50000 ms
    Then nothing is new to Alice's sync
    When Alice sends "hello" to the room
    And Alice syncs
    Then the answer has no "rooms.joined[{{room}}].typing"

  @SYNC-055 @must
  Scenario: All who type stand there, though only one of them is new
    When Bob types in the room for 60000 ms
    And Alice syncs
    And Carol types in the room for 60000 ms
    Then Alice's sync shows Bob and Carol typing in the room
    And nothing is new to Alice's sync

  @SYNC-055 @must
  Scenario: What has been shown once is shown to each who has not seen it
    When Bob types in the room for 60000 ms
    And Alice syncs
    And Carol syncs
    Then the answer's "rooms.joined[{{room}}].typing" is ["{{Bob}}"]
    And nothing is new to Carol's sync
    When Bob syncs
    Then the answer's "rooms.joined[{{room}}].typing" is ["{{Bob}}"]
    And nothing is new to Bob's sync
