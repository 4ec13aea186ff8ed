@since-0.1 @cap-admin
Feature: What an operator sees of peers, and decides about them
  The operator sees every peer with which the node has to do, what the policy says of it and what waits for it, and decides about
  one peer at a time.

  @POL-030 @POL-031 @POL-039 @alone @must
  Scenario: Peers whose keys are held, for whom something is queued, and who were decided on
    Given Alice has a private room
    And the peer sends an empty transaction
    And the peer "two" does not answer any more
    When Alice invites Ruth to the room
    And the operator blocks the node "{{unique}}.example.org"
    Then listPeers says of the peer:
      """
      { "decision": "allowed", "approved": false, "key_version": 1, "queued": 0 }
      """
    And listPeers says of the peer "two":
      """
      { "decision": "allowed", "approved": false, "queued": 1 }
      """
    And listPeers says of the node "{{unique}}.example.org":
      """
      { "decision": "blocked", "approved": false, "queued": 0 }
      """
    And listPeers names each peer once, in order

  @POL-033 @POL-036 @alone @must
  Scenario: Blocking and unblocking
    When the operator blocks the peer
    Then the answer is what listPeers says of the peer
    And listPeers says of the peer:
      """
      { "decision": "blocked" }
      """
    And the version of the policy has gone up by 1
    And nothing of the policy has changed but "federation.block"
    When the operator blocks the peer
    Then the policy is as it was
    When the operator unblocks the peer
    Then the answer is what listPeers says of the peer
    And listPeers says of the peer:
      """
      { "decision": "allowed" }
      """
    And the version of the policy has gone up by 1
    When the operator unblocks the peer
    Then the policy is as it was

  @POL-032 @POL-036 @alone @must
  Scenario: In the mode open approving changes nothing but the peer
    When the operator approves the peer
    Then the answer is what listPeers says of the peer
    And listPeers says of the peer:
      """
      { "decision": "allowed", "approved": true }
      """
    And the policy is as it was

  @POL-034 @POL-036 @alone @must
  Scenario: A limit of its own, and the common one again
    When the operator limits the peer to 7 a second and 70 at once
    Then listPeers says of the peer:
      """
      { "limit": { "per_second": 7, "burst": 70 } }
      """
    And the version of the policy has gone up by 1
    And nothing of the policy has changed but "federation.limits"
    When the operator limits the peer to 7 a second and 70 at once
    Then the policy is as it was
    When the operator sets "federation.limit" of the policy to {"per_second":41,"burst":410}
    Then listPeers says of the peer:
      """
      { "limit": { "per_second": 7, "burst": 70 } }
      """
    When the operator takes the limit away from the peer
    Then listPeers says of the peer:
      """
      { "limit": { "per_second": 41, "burst": 410 } }
      """
    And the version of the policy has gone up by 1
    When the operator takes the limit away from the peer
    Then the policy is as it was

  @POL-039 @must
  Scenario: What waits is counted
    Given Alice has a public room
    And Pat is a member of the room
    And the peer takes no more transactions
    When Alice sends 3 messages to the room
    Then listPeers says of the peer:
      """
      { "queued": 3 }
      """
    When the peer takes transactions again
    And the peer sends an empty transaction
    Then listPeers says before long of the peer:
      """
      { "queued": 0 }
      """

  @POL-035 @POL-037 @POL-038 @KEY-044 @alone @must
  Scenario: The operator lifts a quarantine
    Given the peer vouches for its keys for a moment only
    And the peer has a new key
    And the peer sends an empty transaction
    And the peer "two" sends an empty transaction
    When the peer publishes another key document of the same version
    And the moment has passed for which the peer vouched for its keys
    And the peer sends an empty transaction
    Then the request is refused with ECCP_KEY_CONTINUITY
    And listPeers gives a reason as "quarantined" of the peer
    And listPeers says no "quarantined" of the peer "two"
    When the peer sends an empty transaction
    Then the request is refused with ECCP_QUARANTINED
    When the operator lifts the quarantine of the peer
    Then the answer is what listPeers says of the peer
    And listPeers says no "quarantined" of the peer
    And listPeers says no "key_version" of the peer
    When the peer sends an empty transaction
    Then it succeeds
    And the last question for the keys of the peer was for all of them
    When the operator lifts the quarantine of the peer
    Then the request is refused with ECCP_NOT_FOUND
    And the policy is as it was

  @POL-037 @alone @must
  Scenario: There is no quarantine to lift of a node that nobody has heard of
    When the operator lifts the quarantine of the node "{{unique}}.example.org"
    Then the request is refused with ECCP_NOT_FOUND
    And listPeers does not name the node "{{unique}}.example.org"
