@since-0.2 @cap-aliases
Feature: Aliases as identifiers

  Background:
    Given Alice has a private room

  @ID-040 @must
  Scenario: An alias against the grammar is refused
    When Alice gives each of these as an alias:
      | harbour                  |
      | harbour:{{node}}         |
      | #harbour                 |
      | #harbour:                |
      | #:{{node}}               |
      | #Harbour:{{node}}        |
      | #har bour:{{node}}       |
      | #h«U+E4»fen:{{node}}     |
      | #har/bour:{{node}}       |
      | #«65 a»:{{node}}         |
      | #harbour:Example.org     |
      | #harbour:example..org    |
      | #harbour:example.org:0   |
      | @harbour:{{node}}        |
      | #«64 a»:«63 a».«63 a».«62 a» |
    And Alice gives each of these as an alias to be made:
      | #Harbour:{{node}}        |
      | #{{unique}}              |
      | {{unique}}:{{node}}      |
      | #«65 a»:{{node}}         |
      | #har+bour:{{node}}       |
      | #{{unique}}:{{NODE}}     |
    Then each id is refused with ECCP_BAD_PARAM
    And each refusal names the place of the id

  @ID-040 @must
  Scenario: An alias that matches the grammar points somewhere, or nowhere
    When Alice gives each of these as an alias:
      | #«64 a»:{{node}}                 |
      | #0:{{node}}                      |
      | #a.b_c=d-e{{unique}}:{{node}}    |
    Then each id is refused with ECCP_NOT_FOUND
