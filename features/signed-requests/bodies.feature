@since-0.1 @cap-federation
Feature: What is signed is read as strictly as everything else
  A signature says who sent a body, and nothing of what it means. Each of these bodies is signed as it comes, and brings a message that would be
  taken by itself. «message» stands for the members of a transaction with it, «3 ab» for ababab, «U+2028» for that character, «x C0 80» for bytes.

  Background:
    Given Alice has a public room
    And Pat and Ruth are members of the room

  @JSON-001 @JSON-002 @ERR-017 @must
  Scenario: Bytes that are not well-formed UTF-8 are refused
    When Pat's node submits a message to the room in each of these bodies:
      | {"a":"«x 80»",«message»}          |
      | {"a":"«x C3»",«message»}          |
      | {"a":"«x C0 80»",«message»}       |
      | {"a":"«x E0 80 AF»",«message»}    |
      | {"a":"«x ED A0 80»",«message»}    |
      | {"a":"«x F4 90 80 80»",«message»} |
      | {"a":"«x FF»",«message»}          |
      | «U+FEFF»{«message»}               |
    Then every request is refused with ECCP_BAD_ENCODING
    And nothing came of it

  @JSON-003 @JSON-004 @JSON-005 @JSON-006 @JSON-007 @JSON-008 @JSON-009 @JSON-010 @JSON-011 @JSON-012 @JSON-013 @JSON-014 @JSON-045 @ERR-017 @must
  Scenario: What breaks a rule of chapter 2 is refused
    When Pat's node submits a message to the room in each of these bodies:
      |                                               |
      | {«message»                                    |
      | {«message»,}                                  |
      | {«message»}{}                                 |
      | {«message»} // and more                       |
      | {'a':1,«message»}                             |
      | {"a":NaN,«message»}                           |
      | {"a":01,«message»}                            |
      | {"a":"b«U+9»c",«message»}                     |
      | {"submissions":[],«message»}                  |
      | {«message»,"\u0073ubmissions":[]}             |
      | {"a":{"b":1,"b":1},«message»}                 |
      | {"a":1.0,«message»}                           |
      | {"a":0.5,«message»}                           |
      | {"a":1e3,«message»}                           |
      | {"a":1E0,«message»}                           |
      | {"a":-0,«message»}                            |
      | {"a":9007199254740992,«message»}              |
      | {"a":-9007199254740992,«message»}             |
      | {"a":"\u0000",«message»}                      |
      | {"\u0000":1,«message»}                        |
      | {"a":«32 [»«32 ]»,«message»}                  |
      | {"naïve":1,«message»}                         |
      | {"a b":1,«message»}                           |
      | {"":1,«message»}                              |
      | {"«256 k»":1,«message»}                       |
      | {"__proto__":1,«message»}                     |
      | {"a":{"__proto__":{}},«message»}              |
      | {"a":"\ud83d",«message»}                      |
      | {"a":"\ude00\ud83d",«message»}                |
      | [{«message»}]                                 |
    Then every request is refused with ECCP_BAD_JSON
    And nothing came of it

  @JSON-043 @JSON-044 @ERR-015 @ERR-017 @must
  Scenario Outline: A body is not read as something else: <fault>
    When Pat's node submits the message "hello" to the room, in a request with "<fault>"
    Then the request is refused with ECCP_UNSUPPORTED_MEDIA_TYPE
    And nothing came of it

    Examples:
      | fault                   |
      | a text as its media type |
      | another charset         |
      | a body that says it is packed |

  @JSON-015 @JSON-008 @JSON-010 @JSON-012 @JSON-042 @FED-009 @must
  Scenario: What breaks no rule is taken, however it is written
    When Pat's node submits a message to the room in each of these bodies:
      | «U+20»{«U+A»«U+9»"a" : [ 1 , null ] , «message»«U+D»}«U+A» |
      | {«message»,"a":"\ud83d\ude00\/"}                           |
      | {"a":9007199254740991,"b":-9007199254740991,«message»}     |
      | {"a":«31 [»«31 ]»,«message»}                               |
      | {"«255 k»":1,"constructor":{},«message»}                   |
    Then every message is sequenced
    And Alice can verify the whole log of the room
