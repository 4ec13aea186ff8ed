@since-0.1
Feature: Event types and state keys

  Background:
    Given Alice has a private room

  @ID-050 @must
  Scenario: An event type against the grammar is refused
    When Alice gives each of these as an event type:
      | message               |
      | .                     |
      | org.                  |
      | .example              |
      | org..example          |
      | org.example.          |
      | Org.example           |
      | org.Example           |
      | org.ex ample          |
      | org.ex«U+E4»mple      |
      | org.exa/mple          |
      | org.exa*mple          |
      | org:example           |
      | org.example«U+A»      |
      | a.«254 b»             |
      | a.«300 b»             |
    Then each id is refused with ECCP_BAD_PARAM

  @ID-050 @must
  Scenario: A type of account data against the grammar is refused
    When Alice gives each of these as a type of account data:
      | theme            |
      | org..example     |
      | org.example.     |
      | Org.example      |
      | org.ex ample     |
      | org.exa%6dple    |
      | a.«254 b»        |
    Then each id is refused with ECCP_BAD_PARAM

  @ID-050 @must
  Scenario Outline: An event type that matches the grammar is accepted: <type>
    When Alice sends the event "<type>" to the room:
      """
      { "x": 1 }
      """
    Then it succeeds

    Examples:
      | type                  |
      | a.b                   |
      | org.example.poll      |
      | 0.1-2_3.a-b           |
      | -._                   |

  @ID-050 @must
  Scenario: A type of 255 characters is accepted
    When Alice sends an event with a type of 255 characters to the room
    Then it succeeds

  @ID-051 @must
  Scenario: A state key against the grammar is refused
    When Alice gives each of these as a state key:
      | a b           |
      | a«U+20»       |
      | a«U+7F»       |
      | a«U+1F»       |
      | a«U+A»        |
      | a«U+E9»       |
      | «U+1F600»     |
      | «256 k»       |
    Then each id is refused with ECCP_BAD_PARAM

  @ID-051 @must
  Scenario: Every state key of up to 255 characters is accepted
    When Alice puts the state "org.example.x" in the room with the key "!", encoded "as in a URL"
    And Alice puts the state "org.example.x" in the room with the key "~", encoded "as in a URL"
    And Alice puts the state "org.example.x" in the room with the key "#$%&'()*+,-.:;<=>?[]^_`{|}", encoded "as in a URL"
    And Alice puts the state "org.example.x" in the room with the key "«255 k»", encoded "as in a URL"
    Then the state keys of "org.example.x" in the room are, as Alice sees them:
      | !                            |
      | ~                            |
      | #$%&'()*+,-.:;<=>?[]^_`{\|}  |
      | «255 k»                      |

  @ID-051 @must
  Scenario: The empty state key is a state key
    When Alice puts the state "org.example.x" in the room:
      """
      { "x": 1 }
      """
    Then the state keys of "org.example.x" in the room are, as Alice sees them:
      |  |
    And the state "org.example.x" of the room contains, as Alice sees it:
      """
      { "x": 1 }
      """
