@since-0.1
Feature: One canonical writing of JSON
  Hashes and signatures are computed over it, so everybody has to come to the same bytes, however a text was sent.

  Background:
    Given Alice has a private room

  @JSON-020 @must
  Scenario: Hashes and signatures are those of the canonical form
    When Alice sends to the room the content:
      """
      { "b": "\u00e9\/\u001F\u000a«U+1F600»",
        "a": [ 3, { "z": null, "B": false } ] }
      """
    Then it succeeds
    And Alice can verify the whole log of the room

  @JSON-020 @JSON-021 @JSON-022 @JSON-025 @JSON-026 @must
  Scenario: The example of the specification
    When Alice sends to the room the content:
      """
      { "b": "\u00e9\/\u001F\u000a",
        "a": [ 3, { "z": null, "B": false } ] }
      """
    Then Alice finds that its content was hashed as:
      """
      {"a":[3,{"B":false,"z":null}],"b":"é/\u001f\n"}
      """

  @JSON-021 @must
  Scenario: There is no white space outside strings, and all of it inside
    When Alice sends to the room the content:
      """
       {
        "a" : [ 1 , 2 , { } , [ ] ],
        "b" : "  x  y  "
       }
      """
    Then Alice finds that its content was hashed as:
      """
      {"a":[1,2,{},[]],"b":"  x  y  "}
      """

  @JSON-022 @must
  Scenario: Keys stand in the order of their bytes at every depth
    When Alice sends to the room the content:
      """
      {"b":1,"a":2,"B":3,"~":4,"!":5,"_":6,"10":7,"9":8,"1":9,"aa":10,"a-":11,"a.":12,"A":13,"":{}}
      """
    Then the request is refused with ECCP_BAD_JSON
    When Alice sends to the room the content:
      """
      {"b":1,"a":2,"B":3,"~":4,"!":5,"_":6,"10":7,"9":8,"1":9,"aa":10,"a-":11,"a.":12,"A":13,"x":[{"d":{"z":1,"Z":2,"2":3,"11":4},"c":0}]}
      """
    Then Alice finds that its content was hashed as:
      """
      {"!":5,"1":9,"10":7,"9":8,"A":13,"B":3,"_":6,"a":2,"a-":11,"a.":12,"aa":10,"b":1,"x":[{"c":0,"d":{"11":4,"2":3,"Z":2,"z":1}}],"~":4}
      """

  @JSON-022 @must
  Scenario: The elements of an array keep their order
    When Alice sends to the room the content:
      """
      {"x":["b","a",3,1,2,null,true,{"b":[2,1]},"B"]}
      """
    Then Alice finds that its content was hashed as:
      """
      {"x":["b","a",3,1,2,null,true,{"b":[2,1]},"B"]}
      """

  @JSON-023 @must
  Scenario: Integers are written in decimal digits
    When Alice sends to the room the content:
      """
      {"n":[0,7,-1,10,1000000,123456789012345,9007199254740991,-9007199254740991]}
      """
    Then Alice finds that its content was hashed as:
      """
      {"n":[0,7,-1,10,1000000,123456789012345,9007199254740991,-9007199254740991]}
      """

  @JSON-024 @must
  Scenario: Quotation marks and backslashes are escaped, in strings and in keys
    When Alice sends to the room the content:
      """
      {"\u0022":"\u0022 \u005c \" \\","\u005c":1}
      """
    Then Alice finds that its content was hashed as:
      """
      {"\"":"\" \\ \" \\","\\":1}
      """

  @JSON-025 @must
  Scenario: Control characters have the short escape, or the one of lower-case digits
    When Alice sends to the room the content:
      """
      {"a":"\u0008\u0009\u000A\u000C\u000D","b":"\u0001\u0002\u0003\u0004\u0005\u0006\u0007\u000B\u000E\u000F",
       "c":"\u0010\u0011\u0012\u0013\u0014\u0015\u0016\u0017\u0018\u0019\u001A\u001B\u001C\u001D\u001E\u001F"}
      """
    Then Alice finds that its content was hashed as:
      """
      {"a":"\b\t\n\f\r","b":"\u0001\u0002\u0003\u0004\u0005\u0006\u0007\u000b\u000e\u000f","c":"\u0010\u0011\u0012\u0013\u0014\u0015\u0016\u0017\u0018\u0019\u001a\u001b\u001c\u001d\u001e\u001f"}
      """

  @JSON-026 @must
  Scenario: Every other character stands for itself
    When Alice sends to the room the content:
      """
      {"a":"\/ \u002F \u007f \u0080 \u00e9 \u2028\u2029 \ufeff \uffff \ud83d\ude00 \u003c\u003e\u0026\u0027","\u0041\/":1}
      """
    Then Alice finds that its content was hashed as:
      """
      {"A/":1,"a":"/ / «U+7F» «U+80» é «U+2028»«U+2029» «U+FEFF» «U+FFFF» 😀 <>&'"}
      """

  @JSON-026 @JSON-016 @must
  Scenario: No character is normalised before it is hashed
    When Alice sends to the room the content:
      """
      {"a":"e\u0301","b":"\u00e9","c":"\u212b"}
      """
    Then Alice finds that its content was hashed as:
      """
      {"a":"e«U+301»","b":"«U+E9»","c":"«U+212B»"}
      """

  @JSON-030 @must
  Scenario: Binary values are base64url without padding
    Given Alice sends 5 messages to the room
    And Bob is a member of the room
    Then every binary value in the log of the room is base64url without padding, as Alice reads it
