@since-0.1 @cap-admin @alone
Feature: The policy of a node
  With whom a node federates is its operator's decision. It is one document, changed while the node runs, and holds for the next
  request in both directions.

  @POL-020 @POL-021 @must
  Scenario: A change is the next version, and in force
    When the operator sets "federation.metadata_padding" of the policy to true
    Then the answer is the policy in force, which has true as "federation.metadata_padding"
    And the version of the policy has gone up by 1
    And nothing of the policy has changed but "federation.metadata_padding"
    When the operator sets "federation.metadata_padding" of the policy to false
    Then the version of the policy has gone up by 1
    When the operator calls getPolicy
    Then the answer is the policy in force, which has false as "federation.metadata_padding"

  @POL-022 @must
  Scenario Outline: Nobody overwrites what they have not seen: <version> version
    Given the operator sets "federation.metadata_padding" of the policy to false
    When the operator changes the policy as of <version> version
    Then the request is refused with ECCP_STATE_CONFLICT
    And the answer has no "current"
    And the policy is as it was

    Examples:
      | version    |
      | an earlier |
      | a later    |

  @POL-024 @must
  Scenario Outline: A misspelt policy does not come into force: <member>
    When the operator puts a policy with the member "<member>" in force
    Then the request is refused with ECCP_BAD_PARAM
    And the policy is as it was

    Examples:
      | member                    |
      | x                         |
      | federation.limt           |
      | federation.limit.per_hour |
      | federation.quota.x        |
      | client.x                  |
      | client.quota.x            |

  @POL-024 @must
  Scenario Outline: Half a policy does not come into force either: without <member>
    When the operator puts a policy without "<member>" in force
    Then the request is refused with ECCP_BAD_PARAM
    And the policy is as it was

    Examples:
      | member     |
      | federation |
      | client     |

  @POL-001 @POL-003 @POL-004 @POL-031 @POL-032 @must
  Scenario: In the mode moderated the operator decides on each peer
    Given listPeers does not name the peer
    When the peer "two" sends an empty transaction
    Then it succeeds
    When the operator sets "federation.mode" of the policy to "moderated"
    And the peer sends an empty transaction
    Then the request is refused with ECCP_POLICY_DENIED
    And listPeers says of the peer:
      """
      { "decision": "waiting", "approved": false }
      """
    And nothing came of it
    And the peer was sent nothing
    When the peer "two" sends an empty transaction
    Then the request is refused with ECCP_POLICY_DENIED
    And listPeers says of the peer "two":
      """
      { "decision": "waiting", "approved": false }
      """
    When the operator approves the peer
    And the peer sends an empty transaction
    Then it succeeds
    And listPeers says of the peer:
      """
      { "decision": "allowed", "approved": true }
      """
    When the peer "two" sends an empty transaction
    Then the request is refused with ECCP_POLICY_DENIED

  @POL-001 @POL-004 @POL-031 @must
  Scenario: In the mode allow_list the list decides
    Given the operator sets "federation.allow" of the policy to ["{{peer two}}"]
    When the peer sends an empty transaction
    Then it succeeds
    When the operator sets "federation.mode" of the policy to "allow_list"
    And the peer sends an empty transaction
    Then the request is refused with ECCP_POLICY_DENIED
    And listPeers says of the peer:
      """
      { "decision": "refused" }
      """
    And listPeers says of the peer "two":
      """
      { "decision": "allowed" }
      """
    When the peer "two" sends an empty transaction
    Then it succeeds
    When the operator sets "federation.mode" of the policy to "open"
    And the peer sends an empty transaction
    Then it succeeds

  @POL-032 @POL-036 @must
  Scenario: Approving puts a peer on the list of the mode allow_list
    Given the operator sets "federation.mode" of the policy to "allow_list"
    When the peer sends an empty transaction
    Then the request is refused with ECCP_POLICY_DENIED
    When the operator approves the peer
    Then the version of the policy has gone up by 1
    And nothing of the policy has changed but "federation.allow"
    And listPeers says of the peer:
      """
      { "decision": "allowed", "approved": true }
      """
    When the peer sends an empty transaction
    Then it succeeds

  @POL-002 @POL-031 @must
  Scenario Outline: A blocked peer is not allowed in the mode <mode>
    Given the peer sends an empty transaction
    And the operator approves the peer
    And the operator sets "federation.allow" of the policy to ["{{peer}}"]
    And the operator sets "federation.mode" of the policy to "<mode>"
    When the peer sends an empty transaction
    Then it succeeds
    When the operator blocks the peer
    And the peer sends an empty transaction
    Then the request is refused with ECCP_POLICY_DENIED
    And listPeers says of the peer:
      """
      { "decision": "blocked", "approved": true }
      """
    When the operator unblocks the peer
    And the peer sends an empty transaction
    Then it succeeds

    Examples:
      | mode       |
      | open       |
      | moderated  |
      | allow_list |

  @POL-001 @POL-004 @POL-005 @POL-033 @POL-039 @must
  Scenario: What is for a blocked peer waits
    Given Alice has a public room
    And Pat and Ruth are members of the room
    When the operator blocks the peer
    And Alice sends "meanwhile" to the room
    Then "meanwhile" reaches the peer "two"
    And the peer was not sent "meanwhile"
    And listPeers says of the peer:
      """
      { "decision": "blocked", "queued": 1 }
      """
    When the operator unblocks the peer
    Then "meanwhile" reaches the peer
    And listPeers says before long of the peer:
      """
      { "decision": "allowed", "queued": 0 }
      """

  @POL-001 @must
  Scenario: A blocked peer is not even looked up
    Given Pat's node hosts a public room
    And Alice has an account
    And the operator blocks the peer
    When Alice joins the room
    Then the request is refused with ECCP_POLICY_DENIED
    And the peer was sent nothing
    When the operator diagnoses the peer
    Then the diagnosis ends at "policy" with ECCP_POLICY_DENIED
    And the peer was sent nothing
