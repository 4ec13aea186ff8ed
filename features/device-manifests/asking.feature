@since-0.1 @cap-e2ee @fresh-accounts
Feature: Asking for keys
  Who shares a room with somebody may know the keys of that person's devices, and is told when they change. Nobody else.

  Background:
    Given Alice, Bob and Carol have accounts
    And Alice and Bob have published a manifest

  @MAN-030 @MAN-031 @must
  Scenario: Strangers, and those who do not exist, are left out
    Given Alice has a private room
    And Bob is a member of the room
    When Alice asks for the keys of Alice, Bob and Carol
    Then it succeeds
    And Alice sees the keys that Bob has published
    And Bob sees the keys that Alice has published
    And Alice sees no keys of Carol
    When Carol calls queryKeys with the body:
      """
      { "users": ["{{Alice}}", "@nobody.{{unique}}:{{node}}"] }
      """
    Then the answer's "users" is {}
    And the answer's "failures" is {}

  @MAN-039 @must
  Scenario: The export of an account has its keys, and nobody else's
    Given Alice has a private room
    And Bob is a member of the room
    And Alice publishes the next account key
    When Alice calls exportAccount
    Then the export has the keys that Alice sees of Alice
    And Alice sees the keys that Alice has published

  @MAN-031 @must
  Scenario: Who is only invited is no one who shares a room
    Given Alice has a private room
    And Carol is invited to the room
    When Carol asks for the keys of Alice
    Then the answer's "users" is {}
    When Carol joins the room
    And Carol asks for the keys of Alice
    Then Carol sees the keys that Alice has published
    When Carol leaves the room
    And Carol asks for the keys of Alice
    Then the answer's "users" is {}

  @MAN-034 @MAN-036 @MAN-038 @must
  Scenario: New keys are news to those who share a room
    Given Alice has a private room
    And Bob is a member of the room
    And Alice, Bob and Carol have synced
    And Bob waits in a sync for up to 20000 ms
    When Alice publishes a manifest
    Then Bob's waiting sync answers within 2000 ms
    And Bob's sync names Alice under "changed"
    And Alice's sync names Alice under "changed"
    And Bob's sync does not name Bob under "changed"
    And Carol's sync does not name Alice under "changed"
    And Bob's sync does not name Alice under "left"

  @MAN-034 @must
  Scenario: Account keys, cross-signatures and revocations are news like manifests
    Given Alice has a private room
    And Bob is a member of the room
    And Alice logs in on "phone"
    And Alice on "phone" has published a manifest
    And Bob has synced
    When Alice publishes the next account key
    Then Bob's sync names Alice under "changed"
    Given Bob has synced
    When Alice vouches for Alice on "phone"
    Then Bob's sync names Alice under "changed"
    Given Bob has synced
    When Alice lists Alice on "phone" as revoked
    Then Bob's sync names Alice under "changed"
    Given Bob has synced
    And Alice logs in on "tablet"
    And Alice on "tablet" has published a manifest
    Then Bob's sync names Alice under "changed"
    Given Bob has synced
    When Alice revokes the device of Alice on "tablet"
    Then Bob's sync names Alice under "changed"

  @MAN-034 @MAN-036 @must
  Scenario: Who comes into a room is named to those who are there, and they to whom came
    Given Alice has a private room
    And Bob is a member of the room
    And Carol is invited to the room
    And Alice, Bob and Carol have synced
    When Carol joins the room
    Then Alice's sync names Carol under "changed"
    And Bob's sync names Carol under "changed"
    And Carol's sync names Alice and Bob under "changed"

  @MAN-035 @MAN-036 @must
  Scenario: Who shares no room any more is named once, on both sides
    Given Alice has a private room
    And Bob and Carol are members of the room
    And Alice has a private room "den"
    And Bob is a member of the room "den"
    And Alice, Bob and Carol have synced
    When Bob leaves the room
    Then Carol's sync names Bob under "left"
    And Bob's sync names Carol under "left"
    And Bob's sync does not name Alice under "left"
    And Alice's sync does not name Bob under "left"

  @MAN-035 @MAN-036 @must
  Scenario: Who came after one had left is not named
    Given Alice has a private room
    And Bob is a member of the room
    And Carol is invited to the room
    And Bob has synced
    When Bob leaves the room
    And Carol joins the room
    Then Bob's sync names Alice under "left"
    And Bob's sync does not name Carol under "left"
    And Bob's sync does not name Carol under "changed"

  @MAN-037 @must
  Scenario: Without a token there is nothing that could have changed
    Given Alice has a private room
    And Bob is a member of the room
    When Bob syncs anew
    Then the answer's "device_lists" is {"changed":[],"left":[]}
