@since-0.1
Feature: Keys and key documents
  A log carries the keys by which it is judged.

  Background:
    Given Alice has a private room
    And Bob is a member of the room
    And Bob sends "hello" to the room

  @ID-070 @must
  Scenario: A key id is the hash of its public key
    Then the key ids in the log of the room are the hashes of the keys, as Alice reads it

  @ID-090 @must
  Scenario: The key documents in a log form a chain
    Then the key documents in the create event of the room form a chain, as Alice reads it
    And Alice finds the "keys" of every entry of the room right
