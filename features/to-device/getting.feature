@since-0.1 @cap-e2ee
Feature: Getting what was sent to a device
  A message waits until its device has shown that it has it: exactly those that it has not acknowledged come with each sync.

  Background:
    Given Alice has a public room
    And Bob is a member of the room
    And Bob has synced

  @TDM-020 @TDM-021 @TDM-022 @must
  Scenario: Messages come again until they are acknowledged, and not after that
    Given Alice hands "one" to Bob
    And Alice hands "two" to Bob
    When Bob syncs
    Then the answer lists 2 "to_device"
    When Bob syncs anew
    Then the answer lists 2 "to_device"
    Given Alice hands "three" to Bob
    Then Bob gets:
      | three |
    When Bob syncs anew
    Then the answer lists 1 "to_device"
    When Bob syncs
    Then the answer lists 0 "to_device"
    When Bob syncs from where he stood before
    Then the answer lists 0 "to_device"
    When Bob syncs anew
    Then the answer lists 0 "to_device"

  @TDM-023 @must
  Scenario: With the token of another device nothing is acknowledged
    Given Bob logs in on "phone"
    And Bob on "phone" has synced
    And Alice hands "hello" to Bob and Bob on "phone"
    And Bob syncs
    When Bob on "phone" syncs with the token of Bob
    Then the answer lists 1 "to_device"
    And Bob on "phone" gets:
      | hello |

  @TDM-025 @must
  Scenario: A message ends the waiting of its device
    Given Bob waits in a sync for up to 20000 ms
    When Alice hands "hello" to Bob
    Then Bob's waiting sync answers within 2000 ms

  @TDM-021 @TDM-024 @must
  Scenario: Many messages come in order, each once
    Given Alice has handed 230 messages to Bob
    Then Bob gets 230 messages over his next syncs, each once and in order
    And Bob gets nothing

  @TDM-020 @must
  Scenario: What is for one device is in nobody else's sync
    Given Carol is a member of the room
    And Bob logs in on "phone"
    And Carol, Bob on "phone" and Alice have synced
    When Alice hands "hello" to Bob
    Then Carol gets nothing
    And Bob on "phone" gets nothing
    And Alice gets nothing
