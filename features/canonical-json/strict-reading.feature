@since-0.1
Feature: One strict reading of JSON
  What people write is hashed and signed, so a text is taken only if it means the same everywhere, and never repaired.
  «3 ab» stands for ababab, «U+2028» for that character.

  Background:
    Given Alice has a private room

  @JSON-001 @must
  Scenario: Bytes that are not well-formed UTF-8 are refused
    When Alice sends each of these bytes to createRoom, sendEvent and putAccountData:
      | 7B 22 61 22 3A 22 80 22 7D          |
      | 7B 22 61 22 3A 22 C3 22 7D          |
      | 7B 22 61 22 3A 22 E2 82 22 7D       |
      | 7B 22 61 22 3A 22 F0 9F 98 22 7D    |
      | 7B 22 61 22 3A 22 C3 A9 A9 22 7D    |
      | 7B 22 61 22 3A 22 C0 80 22 7D       |
      | 7B 22 61 22 3A 22 C1 81 22 7D       |
      | 7B 22 61 22 3A 22 E0 80 AF 22 7D    |
      | 7B 22 61 22 3A 22 F0 80 80 AF 22 7D |
      | 7B 22 61 22 3A 22 ED A0 80 22 7D    |
      | 7B 22 61 22 3A 22 ED BF BF 22 7D    |
      | 7B 22 61 22 3A 22 ED A0 BD ED B8 80 22 7D |
      | 7B 22 61 22 3A 22 F4 90 80 80 22 7D |
      | 7B 22 61 22 3A 22 F5 80 80 80 22 7D |
      | 7B 22 61 22 3A 22 FF 22 7D          |
      | 7B 22 61 22 3A 22 E9 22 7D          |
    Then each is refused with ECCP_BAD_ENCODING

  @JSON-001 @JSON-016 @must
  Scenario: The first and last characters of every length of UTF-8 are accepted
    When Alice sends each of these bodies to createRoom, sendEvent and putRoomAccountData:
      | {"a":"«U+7F»«U+80»«U+7FF»«U+800»"}                |
      | {"a":"«U+D7FF»«U+E000»«U+FFFD»«U+FFFE»«U+FFFF»"} |
      | {"a":"«U+10000»«U+10FFFF»"}                       |
    Then each is accepted and comes back as it was written

  @JSON-002 @must
  Scenario: A text that starts with a byte order mark is refused
    When Alice sends each of these bytes to createRoom, sendEvent and putRoomAccountData:
      | EF BB BF 7B 7D                |
      | EF BB BF 7B 22 61 22 3A 31 7D |
    Then each is refused with ECCP_BAD_ENCODING

  @JSON-002 @JSON-016 @must
  Scenario: The same character inside a string is a character
    When Alice sends each of these bodies to createRoom, sendEvent and putRoomAccountData:
      | {"a":"«U+FEFF»b«U+FEFF»"} |
    Then each is accepted and comes back as it was written

  @JSON-003 @must
  Scenario: What is not exactly one JSON text is refused
    When Alice sends each of these bodies to createRoom, sendEvent and putAccountData:
      | «3 «U+20»»              |
      | {                       |
      | {"a":1                  |
      | {"a":[1}                |
      | {"a"}                   |
      | {"a" 1}                 |
      | {"a":}                  |
      | {"a":1,}                |
      | {,"a":1}                |
      | {"a":1,,"b":2}          |
      | {"a":1 "b":2}           |
      | {"a":[1,]}              |
      | {"a":[,1]}              |
      | {"a":[1 2]}             |
      | {a:1}                   |
      | {1:1}                   |
      | {'a':1}                 |
      | {"a":'b'}               |
      | {"a":NaN}               |
      | {"a":Infinity}          |
      | {"a":-Infinity}         |
      | {"a":undefined}         |
      | {"a":True}              |
      | {"a":nul}               |
      | {"a":01}                |
      | {"a":-01}               |
      | {"a":00}                |
      | {"a":+1}                |
      | {"a":-}                 |
      | {"a":0x10}              |
      | {"a":1_000}             |
      | {"a":1}{}               |
      | {"a":1} true            |
      | {"a":1},                |
      | {"a":1}«U+0»            |
      | {"a":1} // and more     |
      | /* more */ {"a":1}      |
      | {"a":"b                 |
      | {"a":"b«U+9»c"}         |
      | {"a":"b«U+A»c"}         |
      | {"a":"b«U+0»c"}         |
      | {"a":"b«U+1F»c"}        |
      | {"a":"\x41"}            |
      | {"a":"\'"}              |
      | {"a":"\u12"}            |
      | {"a":"\u12G4"}          |
      | {"a":"\U0041"}          |
      | «U+A0»{"a":1}           |
      | {"a":«U+C»1}            |
      | {"a":1}«U+B»            |
      | {"a":«U+2028»1}         |
      | {«U+FEFF»"a":1}         |
      | "a":1                   |
      | a=1                     |
    Then each is refused with ECCP_BAD_JSON

  @JSON-003 @must
  Scenario: No text at all is refused
    When Alice sends an empty body to createRoom, sendEvent and putRoomAccountData
    Then each is refused with ECCP_BAD_JSON

  @JSON-004 @must
  Scenario: A key that stands twice in an object is refused
    When Alice sends each of these bodies to createRoom, sendEvent and putAccountData:
      | {"a":1,"a":2}                        |
      | {"a":1,"a":1}                        |
      | {"a":1,"b":2,"c":3,"a":null}         |
      | {"a":1,"\u0061":2}                   |
      | {"\u0061":1,"\u0061":2}              |
      | {"a\/b":1,"a/b":2}                   |
      | {"\u006A":1,"\u006a":2}              |
      | {"x":{"a":1,"a":2}}                  |
      | {"x":[[{"b":1},{"a":1,"a":2}]]}      |
      | {"a":{"b":1},"a":{"c":2}}            |
      | {"constructor":1,"constructor":2}    |
      | {"1":1,"1":2}                        |
    Then each is refused with ECCP_BAD_JSON

  @JSON-004 @JSON-015 @must
  Scenario: One key in several objects, and keys that differ in case, are accepted
    When Alice sends each of these bodies to createRoom, sendEvent and putRoomAccountData:
      | {"a":{"a":{"a":1}}}         |
      | {"x":[{"a":1},{"a":2}]}     |
      | {"a":1,"A":2}               |
      | {"1":1,"01":2}              |
      | {"a":"a","b":"a"}           |
    Then each is accepted and comes back as it was written

  @JSON-005 @must
  Scenario: A number with a fraction is refused
    When Alice sends each of these bodies to createRoom, sendEvent and putRoomAccountData:
      | {"n":1.0}         |
      | {"n":0.0}         |
      | {"n":-1.5}        |
      | {"n":3.00000}     |
      | {"n":0.1}         |
      | {"n":[1,[2.0]]}   |
      | {"n":{"m":1.5}}   |
    Then each is refused with ECCP_BAD_JSON

  @JSON-006 @must
  Scenario: A number with an exponent is refused
    When Alice sends each of these bodies to createRoom, sendEvent and putRoomAccountData:
      | {"n":1e3}       |
      | {"n":1E3}       |
      | {"n":1e+3}      |
      | {"n":10e-1}     |
      | {"n":0e0}       |
      | {"n":-1e0}      |
      | {"n":1e400}     |
      | {"n":[1,[2e1]]} |
    Then each is refused with ECCP_BAD_JSON

  @JSON-007 @must
  Scenario: The number minus zero is refused
    When Alice sends each of these bodies to createRoom, sendEvent and putRoomAccountData:
      | {"n":-0}          |
      | {"n":[0,{"m":-0}]} |
    Then each is refused with ECCP_BAD_JSON

  @JSON-008 @must
  Scenario: An integer beyond what a double holds exactly is refused
    When Alice sends each of these bodies to createRoom, sendEvent and putAccountData:
      | {"n":9007199254740992}     |
      | {"n":-9007199254740992}    |
      | {"n":9007199254740993}     |
      | {"n":-9007199254740993}    |
      | {"n":18446744073709551615} |
      | {"n":1«30 0»}              |
      | {"n":-1«400 0»}            |
      | {"n":[{"m":9007199254740992}]} |
    Then each is refused with ECCP_BAD_JSON

  @JSON-008 @JSON-016 @must
  Scenario: Every other integer is accepted
    When Alice sends each of these bodies to createRoom, sendEvent and putRoomAccountData:
      | {"n":0}                    |
      | {"n":-1}                   |
      | {"n":2147483648}           |
      | {"n":-4294967297}          |
      | {"n":9007199254740990}     |
      | {"n":9007199254740991}     |
      | {"n":-9007199254740991}    |
    Then each is accepted and comes back as it was written

  @JSON-009 @must
  Scenario: The character U+0000 is refused
    When Alice sends each of these bodies to createRoom, sendEvent and putAccountData:
      | {"a":"\u0000"}            |
      | {"a":"b\u0000c"}          |
      | {"a":["x",{"b":"\u0000"}]} |
      | {"\u0000":1}              |
      | {"a":{"b\u0000":1}}       |
    Then each is refused with ECCP_BAD_JSON

  @JSON-009 @JSON-016 @must
  Scenario: Every other control character is accepted as an escape
    When Alice sends each of these bodies to createRoom, sendEvent and putRoomAccountData:
      | {"a":"\u0001\u0002\u0003\u0004\u0005\u0006\u0007\u0008\u0009\u000a\u000b\u000c\u000d\u000e\u000f"}       |
      | {"a":"\u0010\u0011\u0012\u0013\u0014\u0015\u0016\u0017\u0018\u0019\u001a\u001b\u001c\u001d\u001e\u001f"} |
      | {"a":"\\\\u0000"}                                                                                        |
    Then each is accepted and comes back as it was written

  @JSON-010 @must
  Scenario: More than 32 levels are refused
    When Alice sends each of these bodies to createRoom, sendEvent and putRoomAccountData:
      | {"a":«32 [»«32 ]»}                   |
      | {"a":«32 [»1«32 ]»}                  |
      | «33 {"a":»1«33 }»                    |
      | «32 {"a":»{}«32 }»                   |
      | «16 {"a":[»[]«16 ]}»                 |
      | {"x":[],"y":{},"a":«32 [»«32 ]»}     |
      | {"a":«500 [»«500 ]»}                 |
      | «500 {"a":»1«500 }»                  |
      | «100000 [»                           |
    Then each is refused with ECCP_BAD_JSON

  @JSON-010 @JSON-015 @must
  Scenario: 32 levels are accepted, and nothing but arrays and objects adds one
    When Alice sends each of these bodies to createRoom:
      | {"a":«31 [»«31 ]»}                             |
      | {"a":«31 [»"x",1,null,true«31 ]»}              |
      | «32 {"a":»1«32 }»                              |
      | «31 {"a":»{}«31 }»                             |
      | «16 {"a":[»-1«16 ]}»                           |
      | {"a":«31 [»«31 ]»,"b":«31 [»«31 ]»}            |
      | {"a":[«100 [],»[]],"b":"«50 [»«50 {»"}         |
    Then each is accepted

  @JSON-010 @JSON-016 @must
  Scenario: What is nested as deep as an event allows comes back as it was written
    When Alice sends each of these bodies to sendEvent and putAccountData:
      | {"a":«23 [»«23 ]»}   |
      | «24 {"a":»1«24 }»    |
      | «12 {"a":[»«12 ]}»   |
      | {"a":[«100 [],»[]]}  |
    Then each is accepted and comes back as it was written

  @JSON-011 @must
  Scenario: A key with a character outside U+0021 to U+007E is refused
    When Alice sends each of these bodies to createRoom, sendEvent and putRoomAccountData:
      | {"a b":1}              |
      | {" ":1}                |
      | {"a\u0020":1}          |
      | {"a\u007f":1}          |
      | {"a«U+7F»":1}          |
      | {"na«U+EF»ve":1}       |
      | {"\u00e9":1}           |
      | {"a\\n":1}             |
      | {"a\t":1}              |
      | {"a\u001f":1}          |
      | {"«U+1F600»":1}        |
      | {"\ud83d\ude00":1}     |
      | {"x":[{"«U+65E5»":1}]} |
    Then each is refused with ECCP_BAD_JSON

  @JSON-011 @JSON-015 @JSON-016 @must
  Scenario: Every key of the characters U+0021 to U+007E is accepted
    When Alice sends each of these bodies to createRoom, sendEvent and putAccountData:
      | {"!":1}                                    |
      | {"~":1}                                    |
      | {"!#$%&'()*+,-./0123456789:;<=>?@":1}      |
      | {"ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_`":1}      |
      | {"abcdefghijklmnopqrstuvwxyz{\|}~":1}      |
      | {"\"":1,"\\\\":2,"\/":3}                   |
      | {"\u0021":1,"\u007E":2}                    |
      | {"a.b":1,"$ref":2,"a[0]":3,"0":4,"-1":5}   |
    Then each is accepted and comes back as it was written

  @JSON-012 @must
  Scenario: The empty key and keys of more than 255 bytes are refused
    When Alice sends each of these bodies to createRoom, sendEvent and putRoomAccountData:
      | {"":1}                         |
      | {"a":{"":1}}                   |
      | {"a":[{"b":1,"":2}]}           |
      | {"«256 k»":1}                  |
      | {"a":[{"«256 k»":1}]}          |
      | {"«255 k»\u006b":1}            |
      | {"«5000 k»":1}                 |
    Then each is refused with ECCP_BAD_JSON

  @JSON-012 @JSON-015 @must
  Scenario: Keys of 1 to 255 bytes are accepted, however they are written
    When Alice sends each of these bodies to createRoom, sendEvent and putRoomAccountData:
      | {"k":1}                        |
      | {"«255 k»":1}                  |
      | {"a":[{"«254 k»\u006b":1}]}    |
      | {"«255 \u006b»":1}             |
      | {"a":"«256 k»","b":""}         |
    Then each is accepted and comes back as it was written

  @JSON-013 @must
  Scenario: The key __proto__ is refused
    When Alice sends each of these bodies to createRoom, sendEvent and putRoomAccountData:
      | {"__proto__":{}}            |
      | {"__proto__":null}          |
      | {"a":[{"__proto__":1}]}     |
      | {"\u005f_proto__":{"b":1}}  |
      | {"_\u005Fproto_\u005f":1}   |
    Then each is refused with ECCP_BAD_JSON

  @JSON-013 @JSON-015 @JSON-016 @must
  Scenario: Other keys that mean something to some language are ordinary
    When Alice sends each of these bodies to createRoom, sendEvent and putRoomAccountData:
      | {"constructor":{"prototype":{"x":1}}}           |
      | {"toString":1,"valueOf":null,"hasOwnProperty":2} |
      | {"__proto":1,"proto__":2,"___proto___":3,"__PROTO__":4} |
      | {"__defineGetter__":1,"__class__":2,"length":3,"then":4} |
      | {"toJSON":"x","$type":"y","@type":"z"}          |
      | {"a":"__proto__"}                               |
    Then each is accepted and comes back as it was written

  @JSON-014 @must
  Scenario: The escape of a lone surrogate is refused
    When Alice sends each of these bodies to createRoom, sendEvent and putRoomAccountData:
      | {"a":"\ud83d"}              |
      | {"a":"\ude00"}              |
      | {"a":"\ude00\ud83d"}        |
      | {"a":"\ud83dx\ude00"}       |
      | {"a":"\ud83d\ud83d\ude00"}  |
      | {"a":"\ud83d\ude00\ude00"}  |
      | {"a":"\ud83d\\n"}           |
      | {"a":"\ud83d\u0041"}        |
      | {"a":"\ud83d\\\\ude00"}     |
      | {"a":"\uD800"}              |
      | {"a":"\uDFFF"}              |
      | {"a":"\udbff"}              |
      | {"a":["b",{"c":"\udc00"}]}  |
      | {"\ud83d":1}                |
    Then each is refused with ECCP_BAD_JSON

  @JSON-014 @JSON-015 @JSON-016 @must
  Scenario: A pair of them is the character that it stands for
    When Alice sends each of these bodies to createRoom, sendEvent and putRoomAccountData:
      | {"a":"\ud83d\ude00"}               |
      | {"a":"\uD83D\uDE00"}               |
      | {"a":"\ud800\udc00\uDBFF\uDFFF"}   |
      | {"a":"\ud7ff\ue000"}               |
      | {"a":"\\\\ud83d"}                  |
    Then each is accepted and comes back as it was written

  @JSON-015 @must
  Scenario: White space is free
    When Alice sends this body to createRoom, sendEvent and putRoomAccountData:
      """
      «U+9»«U+20»«U+D»«U+A»

        {  "b"«U+9»:
           [ 1 ,«U+D»«U+A» { } , [ ]
           ]«U+9»,   "a"  :  "x  y"   }

      «U+9»
      """
    And Alice sends each of these bodies to createRoom, sendEvent and putRoomAccountData:
      | {"b":[1,{},[]],"a":"x  y"} |
    Then each is accepted and comes back as it was written

  @JSON-015 @must
  Scenario: The order of keys and the choice of escapes are free
    When Alice sends each of these bodies to createRoom, sendEvent and putRoomAccountData:
      | {"z":1,"a":2,"M":3,"10":4,"9":5}                    |
      | {"a":"\u0041\u00e9\u00E9\u65e5«U+E9»«U+65E5»"}      |
      | {"a":"\/ / \u002f \" \u0022 \\\\ \u005C"}           |
      | {"a":"\b\f\\n\r\t \u0008\u000C\u000a\u000D\u0009"}   |
      | {"\u0061":"\u0062"}                                 |
      | {}                                                  |
    Then each is accepted and comes back as it was written

  @JSON-016 @must
  Scenario: Values stay as they were written
    When Alice sends each of these bodies to createRoom, sendEvent and putAccountData:
      | {"a":"«U+E9»","b":"e«U+301»"}                                     |
      | {"a":"«U+FB01»«U+2126»«U+212B»«U+1100»«U+1161»«U+AC00»"}          |
      | {"a":"  x  ","b":"","c":"A«U+130»i","d":"«U+200B»«U+202E»«U+A0»"} |
      | {"a":null,"b":{"c":null},"d":[null]}                              |
      | {"a":{},"b":[],"c":[[],{}],"d":[{}]}                              |
      | {"a":[3,1,2,1,3],"b":["b","a","b"]}                               |
      | {"a":true,"b":false,"c":0,"d":"0","e":"true","f":"null"}          |
      | {"a":"2024-01-01T00:00:00Z","b":"9007199254740993","c":"1e3"}     |
      | {"a":"<b>&amp;</b>","b":"\u003c","c":"%20+","d":"${x} {{y"}        |
      | {"a":[[[1],[2,[3]]],{"b":[4]}]}                                   |
    Then each is accepted and comes back as it was written

  @JSON-016 @must
  Scenario: The name of a room stays as it was written
    When Alice creates a room:
      """
      { "name": "e\u0301 \u00e9  \ud83d\ude00\u2028 \u212b", "topic": " \"\\/ \u0001 " }
      """
    And Alice looks at the room
    Then the answer contains:
      """
      { "name": "e\u0301 \u00e9  \ud83d\ude00\u2028 \u212b", "topic": " \"\\/ \u0001 " }
      """

  @JSON-001 @JSON-003 @JSON-004 @must
  Scenario Outline: Every operation that takes a body reads it strictly: <body>
    Given Alice sends "hello" to the room
    When Alice sends the body "<body>" to every operation that takes one
    Then each is refused with ECCP_BAD_JSON

    Examples:
      | body                                                                |
      | {\\"user_id\\":\\"@a:b\\",\\"content\\":{},\\"content\\":{}}        |
      | {\\"typing\\":true,\\"content\\":{\\"n\\":1.5}}                     |
      | {\\"content\\":{}}x                                                 |
