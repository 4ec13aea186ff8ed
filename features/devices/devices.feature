@since-0.1
Feature: Devices
  A device is what a person recognises, names and shuts out. Its tokens change; the device stays until it is revoked.

  @DEV-001 @ACC-031 @must
  Scenario: Every login without a device makes one that the account never had
    Given Alice has an account
    And Alice logs in on "phone"
    And Alice logs in on "tablet"
    And Alice revokes the device of Alice on "phone"
    When Alice logs in on "watch"
    Then it succeeds
    And no two of these sessions have the same device:
      | Alice             |
      | Alice on "phone"  |
      | Alice on "tablet" |
      | Alice on "watch"  |
    And Alice has 3 devices

  @DEV-002 @must
  Scenario: The list has every device of the account and no other, oldest first
    Given Bob has an account
    And Alice logs in on "phone"
    And Alice logs in on "tablet"
    And Alice logs in on "watch"
    And Alice on "watch" calls logout
    When Alice on "phone" calls listDevices
    Then it succeeds
    And the devices of Alice on "phone" are, oldest first:
      | Alice             |
      | Alice on "phone"  |
      | Alice on "tablet" |
      | Alice on "watch"  |
    And the devices of Bob are, oldest first:
      | Bob |

  @DEV-002 @ACC-032 @must
  Scenario: A new token makes a device no younger
    Given Alice logs in on "phone"
    When Alice logs in on "again" with:
      | device_id | {{Alice.device}} |
    Then it succeeds
    And the devices of Alice on "again" are, oldest first:
      | Alice            |
      | Alice on "phone" |

  @DEV-003 @must
  Scenario: Each device finds itself marked in the list, and only itself
    Given Alice logs in on "phone"
    And Alice logs in on "tablet"
    When Alice on "phone" calls listDevices
    Then it succeeds
    And the current device, as Alice sees it, is her own
    And the current device, as Alice on "phone" sees it, is her own
    And the current device, as Alice on "tablet" sees it, is her own

  @DEV-004 @must
  Scenario: A device has the name that registration gave it
    When Erin registers with:
      | device_name | Erin's Läptop 🐙 |
    Then it succeeds
    And the device of Erin is called "Erin's Läptop 🐙", as Erin sees it

  @DEV-004 @must
  Scenario: A device has the name that the login gave it which made it
    Given Alice logs in on "phone" with:
      | device_name | Phone of Alice |
    When Alice logs in on "again" with:
      | device_id   | {{Alice on "phone".device}} |
      | device_name | Another name                |
    Then it succeeds
    And the device of Alice on "phone" is called "Phone of Alice", as Alice sees it

  @DEV-004 @must
  Scenario: A new name takes the place of the one before, on that device only
    Given Alice logs in on "phone" with:
      | device_name | Phone |
    And Alice logs in on "tablet" with:
      | device_name | Tablet |
    When Alice renames the device of Alice on "phone" to "Old phone"
    And Alice renames the device of Alice on "phone" to "Older phone"
    Then it succeeds
    And the device of Alice on "phone" is called "Older phone", as Alice sees it
    And the device of Alice on "phone" is called "Older phone", as Alice on "phone" sees it
    And the device of Alice on "tablet" is called "Tablet", as Alice sees it

  @DEV-005 @must
  Scenario: Nobody renames a device of another account
    Given Bob has an account
    And Alice logs in on "phone" with:
      | device_name | Phone |
    When Bob renames the device of Alice on "phone" to "Mine now"
    Then the request is refused with ECCP_NOT_FOUND
    And the device of Alice on "phone" is called "Phone", as Alice sees it

  @DEV-005 @must
  Scenario: A device that does not exist, or no longer does, has no new name
    Given Alice logs in on "phone"
    And Alice revokes the device of Alice on "phone"
    When Alice renames the device of Alice on "phone" to "Ghost"
    And Alice calls renameDevice with:
      | deviceId | ABCDEFGHJK        |
      | body     | {"name": "Ghost"} |
    Then every request is refused with ECCP_NOT_FOUND
    And the devices of Alice are, oldest first:
      | Alice |

  @DEV-006 @DEV-008 @must
  Scenario: A revoked device is gone at once, and the others are as they were
    Given Alice logs in on "phone"
    And Alice logs in on "tablet" with:
      | device_name | Tablet |
    When Alice revokes the device of Alice on "phone"
    Then it succeeds
    And Alice on "phone" is no longer logged in
    And Alice is still logged in
    And Alice on "tablet" is still logged in
    And the devices of Alice are, oldest first:
      | Alice             |
      | Alice on "tablet" |
    And the device of Alice on "tablet" is called "Tablet", as Alice sees it

  @DEV-006 @ACC-034 @must
  Scenario: A revoked device does not come back
    Given Alice logs in on "phone"
    And Alice revokes the device of Alice on "phone"
    When Alice logs in on "again" with:
      | device_id | {{Alice on "phone".device}} |
    Then the request is refused with ECCP_NOT_FOUND
    And Alice has 1 device

  @DEV-006 @DEV-008 @must
  Scenario: A sync that waits on a revoked device ends at once, and one on another device waits on
    Given Alice logs in on "phone"
    And Alice logs in on "tablet"
    And Alice on "phone" has synced
    And Alice on "tablet" has synced
    And Alice on "phone" waits in a sync for up to 10000 ms
    And Alice on "tablet" waits in a sync for up to 1500 ms
    And Alice on "phone"'s waiting sync has not answered yet
    When Alice revokes the device of Alice on "phone"
    Then it succeeds
    And Alice on "phone"'s waiting sync is refused with ECCP_UNKNOWN_TOKEN within 1000 ms
    And Alice on "tablet"'s waiting sync has not answered yet

  @DEV-007 @must
  Scenario: Nobody revokes a device of another account
    Given Bob has an account
    And Alice logs in on "phone"
    When Bob revokes the device of Alice on "phone"
    And Bob revokes the device of Alice
    Then every request is refused with ECCP_NOT_FOUND
    And Alice on "phone" is still logged in
    And Alice is still logged in
    And the devices of Alice are, oldest first:
      | Alice            |
      | Alice on "phone" |

  @DEV-007 @must
  Scenario: A device is revoked once
    Given Alice logs in on "phone"
    And Alice revokes the device of Alice on "phone"
    When Alice revokes the device of Alice on "phone"
    And Alice calls revokeDevice with:
      | deviceId | ABCDEFGHJK |
    Then every request is refused with ECCP_NOT_FOUND

  @DEV-009 @must
  Scenario: A device revokes itself
    Given Alice logs in on "phone"
    When Alice on "phone" revokes the device of Alice on "phone"
    Then it succeeds
    And Alice on "phone" is no longer logged in
    And Alice is still logged in
    And the devices of Alice are, oldest first:
      | Alice |

  @DEV-010 @must
  Scenario Outline: A name has at most 100 characters: renamed to <name>
    Given Alice logs in on "phone" with:
      | device_name | Phone |
    When Alice renames the device of Alice on "phone" to "<name>"
    Then the request is refused with ECCP_BAD_PARAM
    And the device of Alice on "phone" is called "Phone", as Alice sees it

    Examples:
      | name      |
      | (101 × a) |
      | (101 × é) |

  @DEV-010 @must
  Scenario Outline: A name of 100 characters is one: <name>
    Given Alice has an account
    When Alice renames the device of Alice to "<name>"
    Then it succeeds
    And the device of Alice is called "<name>", as Alice sees it

    Examples:
      | name       |
      | (100 × a)  |
      | (100 × 🐙) |

  @DEV-010 @must
  Scenario: A login or a registration with too long a device name makes no device
    Given Alice has an account
    When Alice logs in on "phone" with:
      | device_name | (101 × a) |
    And someone registers with:
      | device_name | (101 × a) |
    Then every request is refused with ECCP_BAD_PARAM
    And Alice has 1 device
