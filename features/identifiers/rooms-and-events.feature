@since-0.1
Feature: Ids of rooms and events
  Their hashes have one spelling too: {{spare room}} is the room's id with other bits where a decoder does not look.

  Background:
    Given Alice has a private room
    And Alice sends "hello" to the room

  @ID-030 @must
  Scenario: The event ids that a node serves match the grammar
    Given Bob is a member of the room
    And Alice redacts "hello" in the room
    Then every event id in what the node tells Alice of the room is well-formed

  @ID-031 @must
  Scenario: The room ids that a node serves match the grammar
    Then every room id in what the node tells Alice of the room is well-formed

  @ID-032 @must
  Scenario: An event id against the grammar is refused
    When Alice gives each of these as an event id:
      | «43 A»                    |
      | $                         |
      | $«42 A»                   |
      | $«44 A»                   |
      | $«43 A»=                  |
      | $«42 A»+                  |
      | $+«42 A»                  |
      | $«20 A»/«22 A»            |
      | $«43 A»:example.org       |
      | {{event hello}}x          |
      | {{event hello}}:{{node}}  |
      | $$«42 A»                  |
      | !«43 A»                   |
      | $«42 A»«U+E9»             |
      | $«42 A» A                 |
    And Alice gives each of these as an event id to be replaced:
      | $«42 A»                   |
      | $«43 A»:example.org       |
      | «43 A»                    |
      | null                      |
    Then each id is refused with ECCP_BAD_PARAM

  @ID-033 @must
  Scenario: A room id against the grammar is refused
    When Alice gives each of these as a room id:
      | «43 A»:{{node}}      |
      | !:{{node}}           |
      | !«42 A»:{{node}}     |
      | !«44 A»:{{node}}     |
      | !«43 A»              |
      | !«43 A»:             |
      | !«43 A»=:{{node}}    |
      | !«42 A»+:{{node}}    |
      | !+«42 A»:{{node}}    |
      | #«43 A»:{{node}}     |
      | $«43 A»              |
      | {{room}}x:           |
      | {{room}}«U+20»       |
      | {{room}}/            |
      | !«43 A»:«63 a».«63 a».«63 a».«19 a» |
    Then each id is refused with ECCP_BAD_PARAM

  @ID-032 @ID-033 @ID-060 @must
  Scenario: An id that matches the grammar names something, or nothing
    When Alice gives each of these as an event id:
      | $«43 A»               |
      | $_-«40 z»8            |
    And Alice gives each of these as a room id to read:
      | !«43 A»:{{node}}      |
      | !_-«40 z»8:{{node}}   |
      | !«43 A»:«63 a».«63 a».«63 a».«18 a» |
    Then each id is refused with ECCP_NOT_FOUND

  @ID-034 @must
  Scenario: A hash with other spare bits is refused
    When Alice gives each of these as a room id:
      | {{spare room 1}} |
      | {{spare room 2}} |
      | {{spare room 3}} |
      | !«42 A»B:{{node}} |
      | !«42 A»_:{{node}} |
    And Alice gives each of these as an event id:
      | {{spare event hello 1}} |
      | {{spare event hello 2}} |
      | {{spare event hello 3}} |
      | $«42 A»B                |
      | $«42 A»9                |
    Then each id is refused with ECCP_BAD_PARAM
    And Alice can read "hello" in the room
