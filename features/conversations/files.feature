@since-0.2 @cap-e2ee @cap-media
Feature: Files in a conversation
  A file is encrypted by the client, kept by the node, and read by those who read the message that it belongs to.

  Background:
    Given Alice has an encrypted private room
    And Bob is a member of the room

  @MED-001 @MED-020 @MED-028 @must
  Scenario: A file goes to all devices, as a whole and in parts
    Given Alice, Alice on "laptop", Bob and Bob on "tablet" have encrypting clients
    When Alice sends a file of 200000 bytes to the room
    Then Alice on "laptop", Bob and Bob on "tablet" get the file
    When Bob on "tablet" sends a file of 300000 bytes to the room
    Then Alice gets the file in parts, and refuses it with a part missing, or in another place
    And everything came as it was sent

  @MED-050 @MED-051 @cap-federation @must
  Scenario: A file goes to the other node, and one comes from there
    Given Pat is a member of the room
    And Alice, Bob, Pat and Pat on "tablet" have encrypting clients
    When Alice sends a file of 200000 bytes to the room
    Then Bob, Pat and Pat on "tablet" get the file
    When Pat sends a file of 300000 bytes to the room
    Then Alice and Bob get the file
    And Bob gets the file in parts, and refuses it with a part missing, or in another place
    And everything came as it was sent

  @MED-050 @MED-051 @cap-federation @two-nodes @must
  Scenario: Files go both ways between two nodes
    Given Nora is a member of the room
    And Alice, Bob, Nora and Nora on "tablet" have encrypting clients
    When Alice sends a file of 200000 bytes to the room
    Then Bob, Nora and Nora on "tablet" get the file
    When Nora sends a file of 300000 bytes to the room
    Then Alice and Bob get the file
    And Bob gets the file in parts, and refuses it with a part missing, or in another place
    And everything came as it was sent
