@since-0.1
Feature: Names of nodes
  One spelling of each name: whatever is not in that spelling is refused rather than brought into it.
  {{NODE}} is the node's name in capitals, «3 ab» stands for ababab.

  Background:
    Given Alice has a private room

  @ID-001 @must
  Scenario: The node's own name matches the grammar
    Then the node's name matches the grammar

  @ID-002 @must
  Scenario: Upper-case letters are refused, not folded
    Given Bob has an account
    When Alice gives each of these as a user id:
      | @{{Bob.username}}:{{NODE}} |
      | @bob:Example.org           |
      | @bob:example.ORG           |
      | @bob:[2001:DB8::1]         |
    And Alice gives each of these as a room id:
      | !«43 A»:{{NODE}}    |
      | !«43 A»:Example.org |
    Then each id is refused with ECCP_BAD_PARAM
    And Bob is unknown in the room, as Alice sees it

  @ID-003 @must
  Scenario: A DNS name against the grammar is refused
    When Alice gives each of these as a user id:
      | @bob:example..org         |
      | @bob:.example.org         |
      | @bob:example.org.         |
      | @bob:«64 a».org           |
      | @bob:a.«64 a»             |
      | @bob:-a.example           |
      | @bob:a-.example           |
      | @bob:a.-example           |
      | @bob:a.example-           |
      | @bob:a_b.example          |
      | @bob:a b.example          |
      | @bob:b«U+FC»cher.example  |
      | @bob:a@example.org        |
      | @bob:a/b.example          |
      | @bob:example.org/         |
      | @bob:example.org%20       |
      | @bob:example.1            |
      | @bob:example.1org         |
      | @bob:1                    |
      | @bob:1a                   |
      | @bob:«63 a».«63 a».«63 a».«63 a» |
    And Alice gives each of these as a room id:
      | !«43 A»:example..org     |
      | !«43 A»:example.org.     |
      | !«43 A»:«64 a».org       |
      | !«43 A»:-a.example       |
      | !«43 A»:a_b.example      |
      | !«43 A»:example.1        |
    Then each id is refused with ECCP_BAD_PARAM

  @ID-004 @must
  Scenario: An IPv4 address in another form than the four numbers is refused
    When Alice gives each of these as a user id:
      | @bob:192.0.2.01     |
      | @bob:192.0.2.256    |
      | @bob:192.0.2        |
      | @bob:192.0.2.1.1    |
      | @bob:192.0.2.1.     |
      | @bob:192.0..1       |
      | @bob:0300.0.2.1     |
      | @bob:0xc0.0.2.1     |
      | @bob:3221225985     |
      | @bob:192.0.2.-1     |
      | @bob:[192.0.2.1]    |
    And Alice gives each of these as a room id:
      | !«43 A»:192.0.2.01  |
      | !«43 A»:192.0.2     |
      | !«43 A»:192.0.2.256 |
    Then each id is refused with ECCP_BAD_PARAM

  @ID-005 @must
  Scenario: Another spelling of an IPv6 address is refused
    When Alice gives each of these as a user id:
      | @bob:[2001:DB8::1]             |
      | @bob:[2001:db8:0:0:0:0:0:1]    |
      | @bob:[2001:0db8::1]            |
      | @bob:[2001:db8::0001]          |
      | @bob:[2001:db8::0:1]           |
      | @bob:[2001:db8:0::1]           |
      | @bob:[2001:db8:0:1::1:0:0]     |
      | @bob:[2001::1:0:0:0:1]         |
      | @bob:[2001:db8::1:1:1:1:1]     |
      | @bob:[1:0:0:2:3::4]            |
      | @bob:[0:0:0:0:0:0:0:1]         |
      | @bob:[0::1]                    |
      | @bob:[::ffff:192.0.2.1]        |
      | @bob:[::192.0.2.1]             |
      | @bob:[fe80::1%eth0]            |
      | @bob:[fe80::1%251]             |
      | @bob:[1::2::3]                 |
      | @bob:[1:2:3:4:5:6:7]           |
      | @bob:[1:2:3:4:5:6:7:8:9]       |
      | @bob:[12345::1]                |
      | @bob:[g::1]                    |
      | @bob:[:1]                      |
      | @bob:[]                        |
      | @bob:[::1                      |
      | @bob:::1]                      |
      | @bob:2001:db8::1               |
      | @bob:[::1]x                    |
      | @bob:[::1].example             |
    And Alice gives each of these as a room id:
      | !«43 A»:[2001:db8:0:0:0:0:0:1] |
      | !«43 A»:[2001:0db8::1]         |
      | !«43 A»:[::ffff:192.0.2.1]     |
      | !«43 A»:[0::1]                 |
    Then each id is refused with ECCP_BAD_PARAM

  @ID-006 @must
  Scenario: A port that is none, or has a leading zero, is refused
    When Alice gives each of these as a user id:
      | @bob:example.org:        |
      | @bob:example.org:0       |
      | @bob:example.org:08448   |
      | @bob:example.org:65536   |
      | @bob:example.org:99999   |
      | @bob:example.org:100000  |
      | @bob:example.org:-1      |
      | @bob:example.org:+8448   |
      | @bob:example.org:8448x   |
      | @bob:example.org:0x10    |
      | @bob:example.org::8448   |
      | @bob:example.org:1:2     |
      | @bob:192.0.2.1:          |
      | @bob:192.0.2.1:0         |
      | @bob:[2001:db8::1]:      |
      | @bob:[2001:db8::1]:0     |
      | @bob:[2001:db8::1]:65536 |
    And Alice gives each of these as a room id:
      | !«43 A»:example.org:       |
      | !«43 A»:example.org:0      |
      | !«43 A»:example.org:08448  |
      | !«43 A»:example.org:65536  |
      | !«43 A»:[2001:db8::1]:     |
    Then each id is refused with ECCP_BAD_PARAM

  @ID-014 @ID-007 @must
  Scenario: Every name that matches the grammar is taken for what it is, a node without such a room
    When Alice gives each of these as a room id to read:
      | !«43 A»:example.org                |
      | !«43 A»:localhost                  |
      | !«43 A»:a                          |
      | !«43 A»:xn--bcher-kva.example      |
      | !«43 A»:a--b.1.2-3.example         |
      | !«43 A»:«63 a».«62 b»c             |
      | !«43 A»:example.org:1              |
      | !«43 A»:example.org:65535          |
      | !«43 A»:192.0.2.1                  |
      | !«43 A»:0.0.0.0:8448               |
      | !«43 A»:255.255.255.255            |
      | !«43 A»:[::]                       |
      | !«43 A»:[::1]                      |
      | !«43 A»:[2001:db8::1]:8448         |
      | !«43 A»:[2001:db8:0:1:1:1:1:1]     |
      | !«43 A»:[2001:db8::1:0:0:1]        |
      | !«43 A»:[1::2:0:0:3:4]             |
      | !«43 A»:[::ffff:c000:201]          |
      | !«43 A»:[1:2:3:4:5:6:7:8]          |
      | !«43 A»:[fe80::]                   |
    Then each id is refused with ECCP_NOT_FOUND

  @ID-007 @must
  Scenario: A name with another port is another node
    Given Bob is a member of the room
    When Alice gives each of these as a user id to kick:
      | @{{Bob.username}}:{{other port}}  |
      | @{{Bob.username}}:x{{node}}       |
      | @{{Bob.username}}:x.{{node}}      |
    Then each id is refused with ECCP_FORBIDDEN
    And Bob's membership in the room is "join", as Alice sees it
