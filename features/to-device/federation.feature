@since-0.1 @cap-e2ee @cap-federation
Feature: Messages for devices across nodes
  A message goes to the node of its device, waits there, and arrives once.

  Background:
    Given Alice has a public room
    And Pat is a member of the room

  @TDM-030 @must
  Scenario: What is for another node's device goes there, once
    When Alice hands "hello" to the device "GUESTDEVICE" of Pat
    Then the answer's "undelivered" is []
    And the peer gets "hello" from Alice for the device "GUESTDEVICE" of Pat, once
    When Alice hands "again" to the device "GUESTDEVICE" of Pat
    Then the peer gets "again" from Alice for the device "GUESTDEVICE" of Pat, once

  @TDM-002 @must
  Scenario: Nothing goes to whom one shares no room with
    Given Bob has an account
    When Bob hands "hello" to the device "GUESTDEVICE" of Pat
    Then the answer's "undelivered.0.errcode" is "ECCP_NOT_FOUND"

  @TDM-031 @must
  Scenario: What comes from another node reaches its device
    Given Alice has synced
    When Pat's node hands "hello" to Alice
    Then the item of "to_device" is applied
    And Alice gets:
      | hello |

  @TDM-031 @must
  Scenario: Whom the sender shares no room with gets nothing, and nobody is told
    Given Bob has synced
    When Pat's node hands "hello" to Bob
    Then the item of "to_device" is applied
    And Bob gets nothing
    When Pat's node hands "hello" to Alice, with "a device that nobody has"
    Then the item of "to_device" is applied

  @TDM-033 @must
  Scenario: The same item again changes nothing
    Given Alice has synced
    When Pat's node hands "hello" to Alice, 4 times with the same id
    Then the item of "to_device" is applied
    And Alice gets:
      | hello |
    And Alice gets nothing

  @TDM-032 @TDM-034 @must
  Scenario Outline: An item with <fault> is refused
    Given Alice has synced
    When Pat's node hands "hello" to Alice, with "<fault>"
    Then the item of "to_device" is refused with <code>
    And Alice gets nothing

    Examples:
      | fault                    | code                 |
      | a sender of the node     | ECCP_SENDER_MISMATCH |
      | a sender of a third node | ECCP_SENDER_MISMATCH |
      | a content of 61441 bytes | ECCP_BAD_EVENT       |
      | a device that is none    | ECCP_BAD_EVENT       |
      | no messages              | ECCP_BAD_EVENT       |
