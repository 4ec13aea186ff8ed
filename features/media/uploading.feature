@since-0.2 @cap-media
Feature: Uploading blobs
  What is too large for an event is given to the node as bytes that it cannot read, under the name that their hash gives them.

  @MED-001 @must
  Scenario Outline: The answer names the bytes by their hash: <size> bytes
    Given Alice has an account
    When Alice uploads "photo" of <size> bytes
    Then the answer has status 201
    And the answer is the media id and the size of "photo"

    Examples:
      | size    |
      | 1       |
      | 65536   |
      | 65537   |
      | 3000000 |

  @MED-001 @must
  Scenario: An upload whose length was not announced is kept like any other
    Given Alice has an account
    When Alice uploads "photo" of 200000 bytes without announcing how many
    Then the answer is the media id and the size of "photo"
    When Alice downloads "photo"
    Then the answer is "photo"

  @MED-003 @must
  Scenario Outline: Nothing but plain bytes is taken: <header> <value>
    Given Alice has an account
    When Alice uploads "photo" of 100 bytes with the header "<header>" as "<value>"
    Then the request is refused with ECCP_UNSUPPORTED_MEDIA_TYPE

    Examples:
      | header           | value                    |
      | Content-Type     | image/png                |
      | Content-Type     | application/json         |
      | Content-Type     |                          |
      | Content-Type     | application/octet-stream; charset=utf-8 |
      | Content-Encoding | gzip                     |

  @MED-004 @cap-admin @alone @must
  Scenario: A blob that is announced as larger than the policy allows is refused
    Given Alice has an account
    And the operator allows blobs of 50000 bytes, and 500000 for each user
    When Alice uploads "photo" of 50001 bytes
    Then the request is refused with ECCP_TOO_LARGE
    When Alice uploads "photo" of 50000 bytes
    Then it succeeds

  @MED-005 @cap-admin @alone @must
  Scenario: One that turns out to be larger is refused all the same
    Given Alice has an account
    And the operator allows blobs of 50000 bytes, and 500000 for each user
    When Alice uploads "photo" of 50001 bytes without announcing how many
    Then the request is refused with ECCP_TOO_LARGE
    When Alice uploads "photo" of 50000 bytes without announcing how many
    Then it succeeds

  @MED-006 @MED-009 @cap-admin @alone @must
  Scenario: A user's uploads together keep to the quota, and the same bytes count once
    Given Alice and Bob have accounts
    And the operator allows blobs of 50000 bytes, and 100000 for each user
    When Alice uploads "first" of 40000 bytes
    And Alice uploads the bytes of "first"
    And Alice uploads "second" of 40000 bytes
    Then it succeeds
    When Alice uploads "third" of 20001 bytes
    Then the request is refused with ECCP_QUOTA_EXCEEDED
    When Alice uploads "third" of 20001 bytes without announcing how many
    Then the request is refused with ECCP_QUOTA_EXCEEDED
    When Bob uploads the bytes of "first"
    And Alice uploads "third" of 20000 bytes
    Then it succeeds

  @MED-007 @must
  Scenario: No bytes are no blob
    Given Alice has an account
    When Alice uploads "nothing" of 0 bytes
    Then the request is refused with ECCP_BAD_PARAM
    When Alice uploads "nothing" of 0 bytes without announcing how many
    Then the request is refused with ECCP_BAD_PARAM

  @MED-008 @cap-admin @alone @must
  Scenario: What broke off counts against no limit
    Given Alice has an account
    And the operator allows blobs of 100000 bytes, and 100000 for each user
    When Alice begins an upload of 60000 bytes and hangs up after 20000
    And Alice begins an upload of 90000 bytes and hangs up after 1
    Then Alice can upload 100000 bytes

  @MED-009 @must
  Scenario: Bytes that were uploaded before are answered as the first time
    Given Alice has an account
    And Alice uploads "photo" of 1000 bytes
    When Alice uploads the bytes of "photo"
    Then the answer is the media id and the size of "photo"
    When Alice calls exportAccount
    Then the export lists the uploads "photo"
