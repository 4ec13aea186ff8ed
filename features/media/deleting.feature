@since-0.2 @cap-media
Feature: Deleting blobs
  What somebody uploaded is theirs to take back; the same bytes of somebody else stay.

  @MED-040 @must
  Scenario: What was deleted is there no longer
    Given Alice and Bob have accounts
    And Alice uploads "photo" of 1000 bytes
    When Alice deletes "photo"
    Then it succeeds
    When Bob downloads "photo"
    Then the request is refused with ECCP_NOT_FOUND

  @MED-040 @must
  Scenario: The same bytes of another user stay
    Given Alice and Bob have accounts
    And Alice uploads "photo" of 1000 bytes
    And Bob uploads the bytes of "photo"
    When Alice deletes "photo"
    And Alice downloads "photo"
    Then the answer is "photo"
    When Bob deletes "photo"
    And Alice downloads "photo"
    Then the request is refused with ECCP_NOT_FOUND

  @MED-040 @cap-admin @alone @must
  Scenario: What was deleted counts no longer
    Given Alice has an account
    And the operator allows blobs of 50000 bytes, and 50000 for each user
    And Alice uploads "first" of 40000 bytes
    When Alice deletes "first"
    And Alice uploads "second" of 50000 bytes
    Then it succeeds

  @MED-041 @must
  Scenario: Nobody deletes what is not theirs
    Given Alice and Bob have accounts
    And Alice uploads "photo" of 1000 bytes
    When Bob deletes "photo"
    Then the request is refused with ECCP_NOT_FOUND
    When Alice calls deleteMedia with:
      | node    | elsewhere.example.org                       |
      | mediaId | p3Kd8wZ1xR5tHf4sGj6uAeTo9iXrQvNkBc0Vn7YqLm4 |
    Then the request is refused with ECCP_NOT_FOUND
    When Alice downloads "photo"
    Then the answer is "photo"
    When Alice deletes "photo"
    And Alice deletes "photo"
    Then the request is refused with ECCP_NOT_FOUND

  @MED-042 @fresh-accounts @must
  Scenario: The export of an account lists its uploads
    Given Alice and Bob have accounts
    And Alice uploads "first" of 1000 bytes
    And Alice uploads "gone" of 1000 bytes
    And Alice uploads "second" of 2000 bytes
    And Bob uploads "other" of 1000 bytes
    And Alice deletes "gone"
    When Alice calls exportAccount
    Then the export lists the uploads "first, second"

  @MED-043 @fresh-accounts @must
  Scenario: With the account go its uploads
    Given Alice and Bob have accounts
    And Alice uploads "photo" of 1000 bytes
    And Alice uploads "shared" of 1000 bytes
    And Bob uploads the bytes of "shared"
    When Alice calls deactivateAccount with the body:
      """
      { "password": "{{Alice.password}}" }
      """
    And Bob downloads "shared"
    Then the answer is "shared"
    When Bob downloads "photo"
    Then the request is refused with ECCP_NOT_FOUND
