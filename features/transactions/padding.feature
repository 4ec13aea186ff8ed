@since-0.1 @cap-federation @cap-admin @alone
Feature: Transactions of a few lengths
  The length of a transaction tells whoever only sees the wire what kind of thing was said. Where the operator wants it, nodes hide it.

  @FED-033 @must
  Scenario: Transactions are padded to powers of two
    Given Alice has a public room
    And the operator sets "federation.metadata_padding" of the policy to true
    And Pat is a member of the room
    When Alice sends "hello" to the room
    And Alice sends 20 messages to the room
    Then "message 20" reaches the peer
    And every transaction to the peer has a length that is a power of two, 1024 or more
