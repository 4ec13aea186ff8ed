@since-0.1 @cap-admin @limits
Feature: How much peers and clients may ask
  A limit is a bucket that empties with each request and fills with time. Peers have one each, and all together one; the clients have
  another, and the operator can always get in.

  @POL-010 @POL-014 @ERR-008 @waits @must
  Scenario: A peer has a limit of its own
    Given the peer sends an empty transaction
    And the peer "two" sends an empty transaction
    And the operator limits the peer to 1 a second and 3 at once
    When the peer sends empty transactions until one is refused
    Then the request is refused with ECCP_LIMIT_EXCEEDED
    And 3 requests were given at once, and no more than the time added
    And it is told to wait for at most 1000 ms
    And after half of that the peer is still refused
    And after all of it the peer is served
    And the peer "two" sends 10 empty transactions, and all are taken

  @POL-010 @alone @must
  Scenario: The common limit holds for each peer that has none of its own
    Given the peer sends an empty transaction
    And the peer "two" sends an empty transaction
    And the operator limits the peer to 50 a second and 200 at once
    And the operator sets "federation.limit" of the policy to {"per_second":1,"burst":2}
    When the peer "two" sends empty transactions until one is refused
    Then the request is refused with ECCP_LIMIT_EXCEEDED
    And 2 requests were given at once, and no more than the time added
    And the peer sends 10 empty transactions, and all are taken

  @POL-004 @POL-010 @POL-034 @waits @must
  Scenario: Without its limit a peer is free again
    Given the peer sends an empty transaction
    And the operator limits the peer to 1 a second and 1 at once
    When the peer sends empty transactions until one is refused
    Then the request is refused with ECCP_LIMIT_EXCEEDED
    When the operator takes the limit away from the peer
    Then after all of it the peer is served
    And the peer sends 10 empty transactions, and all are taken

  @POL-011 @POL-013 @POL-014 @alone @must
  Scenario: All peers together have a quota, which is not that of clients
    Given Alice has an account
    And the peer sends an empty transaction
    And the peer "two" sends an empty transaction
    And the operator sets "federation.quota" of the policy to {"per_second":1,"burst":4}
    When the peer and the peer "two" send empty transactions in turn until one is refused
    Then the request is refused with ECCP_LIMIT_EXCEEDED
    And 4 requests were given at once, and no more than the time added
    And it is told to wait for at most 1000 ms
    And Alice calls getAccount 20 times, and it always succeeds
    And after all of it the peer is served

  @POL-012 @POL-013 @POL-014 @POL-015 @AUD-007 @AUD-010 @alone @must
  Scenario: All clients together have a quota, which is neither that of peers nor that of operators, and are on record once
    Given what is on record of limits of clients has ended
    And Alice and Bob have accounts
    And the peer sends an empty transaction
    And the operator sets "client.quota" of the policy to {"per_second":1,"burst":4}
    When Alice and Bob call getAccount in turn until it is refused
    Then the request is refused with ECCP_LIMIT_EXCEEDED
    And 4 requests were given at once, and no more than the time added
    And it is told to wait for at most 1000 ms
    And a stranger calls getHealth 10 times, and it always succeeds
    And a stranger calls getVersions 10 times, and it always succeeds
    And the operator calls getPolicy 10 times, and it always succeeds
    And the peer sends 10 empty transactions, and all are taken
    And after all of it Alice is served with getAccount
    And the record "client.limited" is there, by the node, with ECCP_LIMIT_EXCEEDED
    And the record "client.limited" is there once, by the node

  @AUD-007 @AUD-010 @waits @must
  Scenario: A peer that runs into its limit is on record once, and when it is over
    Given the peer sends an empty transaction
    And the operator limits the peer to 1 a second and 1 at once
    When the peer sends empty transactions until one is refused
    And the peer is refused 5 times more
    Then the request is refused with ECCP_LIMIT_EXCEEDED
    And the record "federation.limited" is there, by the peer, about the peer, with ECCP_LIMIT_EXCEEDED
    And the record "federation.limited" is there once, by the peer
    And the end of it is on record as "federation.limit_ended" by the peer, with the number of refusals
