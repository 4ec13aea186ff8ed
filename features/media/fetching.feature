@since-0.2 @cap-media
Feature: Fetching blobs
  Whoever has been told the media id gets the bytes, whole or in part, and no browser takes them for anything but bytes.

  @MED-020 @MED-026 @must
  Scenario: Every user of the node gets what one of them uploaded
    Given Alice and Bob have accounts
    And Alice uploads "photo" of 150000 bytes
    When Bob downloads "photo"
    Then the answer is "photo"
    And the answer's header "Accept-Ranges" is "bytes"

  @MED-021 @must
  Scenario: There is nothing under a media id that nobody uploaded
    Given Alice has an account
    When Alice calls downloadMedia with:
      | node    | {{node}}                                    |
      | mediaId | p3Kd8wZ1xR5tHf4sGj6uAeTo9iXrQvNkBc0Vn7YqLm4 |
    Then the request is refused with ECCP_NOT_FOUND

  @MED-022 @MED-023 @MED-024 @MED-025 @must
  Scenario: No browser takes a blob for a page of the node
    Given Alice has an account
    And Alice uploads "photo" of 100 bytes
    When Alice downloads "photo"
    Then the answer's header "Content-Type" is "application/octet-stream"
    And the answer's header "X-Content-Type-Options" is "nosniff"
    And the answer's header "Content-Disposition" is "attachment"
    And the answer's header "Content-Security-Policy" names "sandbox" and "default-src 'none'"
    And the answer's header "Cache-Control" names "private" and "no-transform"
    When Alice downloads "photo" with the range "bytes=0-9"
    Then the answer's header "Content-Type" is "application/octet-stream"
    And the answer's header "X-Content-Type-Options" is "nosniff"
    And the answer's header "Content-Disposition" is "attachment"
    And the answer's header "Content-Security-Policy" names "sandbox" and "default-src 'none'"
    And the answer's header "Cache-Control" names "private" and "no-transform"

  @MED-027 @must
  Scenario: HEAD tells what GET would
    Given Alice has an account
    And Alice uploads "photo" of 100000 bytes
    When Alice downloads "photo"
    And Alice asks for the headers of "photo"
    Then both answers have the same headers, and the second has no body

  @MED-028 @must
  Scenario Outline: A part of the bytes: <range>
    Given Alice has an account
    And Alice uploads "photo" of 100000 bytes
    When Alice downloads "photo" with the range "<range>"
    Then the answer is bytes <first> to <last> of "photo", the last included

    Examples:
      | range                          | first | last  |
      | bytes=0-0                      | 0     | 0     |
      | bytes=10-19                    | 10    | 19    |
      | bytes=60000-70000              | 60000 | 70000 |
      | bytes=99999-                   | 99999 | 99999 |
      | bytes=5-                       | 5     | 99999 |
      | bytes=-1                       | 99999 | 99999 |
      | bytes=-100                     | 99900 | 99999 |
      | bytes=-200000                  | 0     | 99999 |
      | bytes=99990-200000             | 99990 | 99999 |
      | bytes=0-99999999999999999999999 | 0     | 99999 |

  @MED-029 @must
  Scenario Outline: A part that is not there: <range>
    Given Alice has an account
    And Alice uploads "photo" of 1000 bytes
    When Alice downloads "photo" with the range "<range>"
    Then the request is refused with ECCP_BAD_RANGE
    And the answer's header "Content-Range" is "bytes */1000"

    Examples:
      | range           |
      | bytes=1000-     |
      | bytes=1000-2000 |
      | bytes=-0        |

  @MED-030 @must
  Scenario Outline: Any other range is passed over: <range>
    Given Alice has an account
    And Alice uploads "photo" of 1000 bytes
    When Alice downloads "photo" with the range "<range>"
    Then the answer is "photo"

    Examples:
      | range           |
      | bytes=0-1,5-6   |
      | bytes=9-5       |
      | bytes=-         |
      | bytes=a-b       |
      | bytes 0-5       |
      | octets=0-5      |
      | 0-5             |
      | bytes=0x1-0x5   |

  @MED-030 @must
  Scenario: A range that depends on something is passed over
    Given Alice has an account
    And Alice uploads "photo" of 1000 bytes
    When Alice downloads "photo" with the range "bytes=0-9" if it is "Wed, 01 Apr 2026 00:00:00 GMT"
    Then the answer is "photo"
