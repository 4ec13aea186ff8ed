@since-0.2 @cap-media @cap-federation
Feature: Blobs of other nodes
  A client asks its own node for the blobs of others, and is never given anything else than what the media id names.

  @MED-050 @must
  Scenario: A user gets what another node has
    Given the peer has "photo" of 300000 bytes
    And Alice has an account
    When Alice downloads "photo"
    Then the answer is "photo"

  @MED-050 @must
  Scenario: A part of it, too
    Given the peer has "photo" of 300000 bytes
    And Alice has an account
    When Alice downloads "photo" with the range "bytes=100000-100009"
    Then the answer is bytes 100000 to 100009 of "photo", the last included
    When Alice downloads "photo" with the range "bytes=300000-"
    Then the request is refused with ECCP_BAD_RANGE

  @MED-050 @must
  Scenario: What the other node says of it is not passed on
    Given the peer has "page" of 1000 bytes, and calls it a page
    And Alice has an account
    When Alice downloads "page"
    Then the answer is "page"
    And the answer's header "Content-Type" is "application/octet-stream"
    And the answer's header "X-Content-Type-Options" is "nosniff"
    And the answer's header "Content-Disposition" is "attachment"
    And the answer's header "Content-Security-Policy" names "sandbox" and "default-src 'none'"
    And the answer's header "Cache-Control" names "private" and "no-transform"

  @MED-051 @must
  Scenario: Another node gets what a user uploaded
    Given Alice has an account
    And Alice uploads "photo" of 300000 bytes
    When the peer asks for the blob "photo"
    Then the answer is "photo"
    And the answer's header "Content-Type" is "application/octet-stream"
    And the answer's header "X-Content-Type-Options" is "nosniff"

  @MED-051 @must
  Scenario: It gets nothing that is not there, or no longer
    Given Alice has an account
    And Alice uploads "photo" of 1000 bytes
    When the peer asks for a blob that nobody has
    Then the request is refused with ECCP_NOT_FOUND
    When Alice deletes "photo"
    And the peer asks for the blob "photo"
    Then the request is refused with ECCP_NOT_FOUND

  @MED-051 @must
  Scenario: A copy of another node's blob is not passed on
    Given the peer has "photo" of 1000 bytes
    And Alice has an account
    When Alice downloads "photo"
    And the peer "two" asks for the blob "photo"
    Then the request is refused with ECCP_NOT_FOUND

  @MED-052 @MED-053 @must
  Scenario Outline: A node that lies is found out before the end: <lie>
    Given the peer gives <lie> for "photo" of 200000 bytes
    And Alice has an account
    When Alice tries to download "photo"
    Then the answer is a refusal, or breaks off before its end
    When Alice tries to download "photo" with the range "bytes=0-9"
    Then the answer is a refusal, or breaks off before its end
    And the peer was asked for "photo" 2 times

    Examples:
      | lie                         |
      | another byte at the end     |
      | another byte at the start   |
      | less, rightly announced     |
      | more, rightly announced     |
      | half, announced as the whole |
      | the whole, announced as half |

  @MED-054 @cap-admin @alone @must
  Scenario: A blob that is larger than this node allows is not fetched
    Given the peer has "photo" of 50001 bytes
    And the peer has "smaller" of 50000 bytes
    And Alice has an account
    And the operator allows blobs of 50000 bytes, and 500000 for each user
    When Alice downloads "photo"
    Then the request is refused with ECCP_TOO_LARGE
    When Alice downloads "smaller"
    Then the answer is "smaller"

  @MED-055 @must
  Scenario Outline: What is no answer of this kind counts as none: <lie>
    Given the peer gives <lie> for "photo" of 1000 bytes
    And Alice has an account
    When Alice downloads "photo"
    Then the request is refused with ECCP_UNREACHABLE

    Examples:
      | lie                              |
      | the blob without its length      |
      | the blob as status 206           |
      | the blob with a Content-Encoding |
      | nothing                          |
      | a redirect                       |
      | a status of its own              |

  @MED-056 @must
  Scenario: It is fetched once for all who ask at the same time
    Given the peer has "photo" of 200000 bytes, and takes its time
    And Alice, Bob and Carol have accounts
    When Alice, Bob and Carol download "photo" at the same time
    Then each of the answers is "photo"
    And the peer was asked for "photo" 1 time

  @MED-057 @should
  Scenario: The next user need not wait for the other node
    Given the peer has "photo" of 200000 bytes
    And Alice and Bob have accounts
    When Alice downloads "photo"
    And Bob downloads "photo"
    Then each of the answers is "photo"
    And the peer was asked for "photo" 1 time

  @MED-058 @cap-admin @must
  Scenario: Copies take no more room than the policy gives them
    Given the peer has "first" of 200000 bytes
    And the peer has "second" of 200000 bytes
    And the peer has "third" of 200000 bytes
    And Alice has an account
    And the operator gives 250000 bytes to copies of blobs
    When Alice downloads "first"
    And Alice downloads "second"
    And Alice downloads "third"
    And Alice downloads "first"
    And Alice downloads "second"
    And Alice downloads "third"
    Then it succeeds
    And the peer was asked for "first", "second" and "third" at least 5 times

  @MED-059 @limits @must
  Scenario Outline: A refusal of the other node that a user can do something with is passed on: <code>
    Given the peer refuses "photo" of 10 bytes with <code>
    And Alice has an account
    When Alice downloads "photo"
    Then the request is refused with <told>

    Examples:
      | code                 | told                 |
      | ECCP_NOT_FOUND       | ECCP_NOT_FOUND       |
      | ECCP_CAPABILITY      | ECCP_CAPABILITY      |
      | ECCP_LIMIT_EXCEEDED  | ECCP_LIMIT_EXCEEDED  |
      | ECCP_UNAVAILABLE     | ECCP_UNAVAILABLE     |
      | ECCP_CLOCK_SKEW      | ECCP_UNREACHABLE     |
      | ECCP_FORBIDDEN       | ECCP_UNREACHABLE     |

  @MED-059 @must
  Scenario: A node that cannot be asked
    Given the peer gives a cut connection for "photo" of 10 bytes
    And Alice has an account
    When Alice downloads "photo"
    Then the request is refused with ECCP_UNREACHABLE
