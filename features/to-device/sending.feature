@since-0.1 @cap-e2ee
Feature: Sending to devices
  What is for one device goes into that device's queue, once, and into no other.

  Background:
    Given Alice has a public room
    And Bob is a member of the room
    And Bob logs in on "phone"
    And Bob and Bob on "phone" have synced

  @TDM-001 @TDM-020 @must
  Scenario: A message comes to the device that it is for
    When Alice hands over to Bob on "phone":
      """
      { "text": "hello", "a": { "b": [1, null, "Grüße 🐙"] } }
      """
    Then nothing was undelivered
    And Bob on "phone" gets:
      | hello |
    And Bob on "phone"'s last message is from Alice, with the content:
      """
      { "a": { "b": [1, null, "Grüße 🐙"] }, "text": "hello" }
      """
    And Bob gets nothing

  @TDM-001 @must
  Scenario: One request brings messages to several devices, the sender's own among them
    Given Alice logs in on "tablet"
    And Alice on "tablet" has synced
    When Alice hands "hello" to Bob, Bob on "phone" and Alice on "tablet"
    Then nothing was undelivered
    And Bob gets:
      | hello |
    And Bob on "phone" gets:
      | hello |
    And Alice on "tablet" gets:
      | hello |

  @TDM-002 @fresh-accounts @must
  Scenario: Whom one shares no room with one does not reach
    Given Carol has an account
    And Carol has synced
    When Carol hands "hello" to Bob on "phone"
    Then it was undelivered to Bob on "phone" with ECCP_NOT_FOUND
    And Bob on "phone" gets nothing
    When Alice hands "hello" to the device "NOSUCHDEVICE" of Bob
    Then the answer's "undelivered.0.errcode" is "ECCP_NOT_FOUND"
    When Carol calls sendToDevice with:
      | type  | org.example.note                                                                     |
      | txnId | {{unique}}                                                                           |
      | body  | {"messages": {"@nobody.{{unique}}:{{node}}": {"NOSUCHDEVICE": {"text": "hello"}}}} |
    Then the answer's "undelivered.0.errcode" is "ECCP_NOT_FOUND"

  @TDM-002 @MAN-026 @must
  Scenario: A device that was removed gets no more
    Given Alice hands "before" to Bob on "phone"
    And Bob has an account key
    And Bob lists Bob on "phone" as revoked
    When Alice hands "after" to Bob on "phone"
    Then it was undelivered to Bob on "phone" with ECCP_NOT_FOUND

  @TDM-003 @must
  Scenario: Repeating a request changes nothing
    When Alice hands "hello" to Bob as the transaction "t1"
    And Alice hands "hello" to Bob as the transaction "t1"
    Then both answers are the same, byte for byte
    And Bob gets:
      | hello |
    When Alice hands "hello" to Bob as the transaction "t1"
    Then it succeeds
    And Bob gets nothing

  @TDM-003 @must
  Scenario: The same request several times at once counts once
    When Alice hands "hello" to Bob as the transaction "t1", 8 times at once
    Then nothing was undelivered
    And Bob gets:
      | hello |

  @TDM-004 @TDM-005 @must
  Scenario: A transaction id is for one request of one device
    Given Alice logs in on "tablet"
    And Alice hands "one" to Bob as the transaction "t1"
    When Alice hands "two" to Bob as the transaction "t1"
    Then the request is refused with ECCP_BAD_PARAM
    And the answer's "path" is "txnId"
    When Alice on "tablet" hands "three" to Bob as the transaction "t1"
    Then it succeeds
    And Bob gets:
      | one   |
      | three |

  @TDM-006 @must
  Scenario: A content of 60 KiB goes, a longer one does not
    When Alice hands 1 content of 61440 bytes to Bob
    Then nothing was undelivered
    When Alice hands 1 content of 61441 bytes to Bob
    Then the request is refused with ECCP_TOO_LARGE

  @TDM-007 @must
  Scenario: What nests too deep goes to nobody
    When Alice hands a content of 25 levels and "hello" to Bob and Bob on "phone"
    Then the request is refused with ECCP_BAD_PARAM
    And Bob on "phone" gets nothing
    When Alice hands a content of 24 levels and "hello" to Bob and Bob on "phone"
    Then it succeeds
    And Bob on "phone" gets:
      | hello |

  @TDM-008 @TDM-009 @must
  Scenario: One sender fills a queue by 1 MiB, and the others still get through
    Given Carol is a member of the room
    When Alice hands 17 contents of 61440 bytes to Bob
    And Alice hands 1 content of 4097 bytes to Bob
    Then all 17 of them were delivered, and the next one to Bob is undelivered with ECCP_LIMIT_EXCEEDED
    When Carol hands "hello" to Bob
    And Alice hands 1 content of 4096 bytes to Bob
    Then the answer's "undelivered" is []
    When Alice hands "more" to Bob
    Then it was undelivered to Bob with ECCP_LIMIT_EXCEEDED

  @ERR-016 @TDM-001 @must
  Scenario Outline: A request out of form is refused: <body>
    When Alice calls sendToDevice with:
      | type     | org.example.note |
      | txnId    | {{unique}}       |
      | bad body | <body>           |
    Then the request is refused with ECCP_BAD_PARAM

    Examples:
      | body                                             |
      | {}                                               |
      | {"messages": {"Bob": {"NOSUCHDEVICE": {}}}}      |
      | {"messages": {"{{Bob}}": {"phone": {}}}}         |
      | {"messages": {"{{Bob}}": {"NOSUCHDEVICE": "x"}}} |
