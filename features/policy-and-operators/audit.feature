@since-0.1 @cap-admin
Feature: What a node has decided
  Each decision leaves a record, and the records form a chain that nobody can alter unseen. An operator can tell who was refused, by
  whom something was decided, and why.

  @AUD-001 @AUD-002 @AUD-003 @alone @must
  Scenario: The records are a chain from the first one on
    Given the audit log has 5 records
    When the operator calls listAudit
    Then it succeeds
    And the audit log is whole: its numbers, hashes and signatures hold

  @AUD-005 @must
  Scenario: The keys for checking it come with it
    When the operator calls listAudit
    Then the documents of the answer are the node's whole chain of key documents

  @AUD-004 @alone @must
  Scenario: It is read in stretches
    Given the audit log has 6 records
    When the operator reads the audit log from 0, at most 2
    Then the answer has the records 0 to 1, and goes on at 2
    When the operator reads the audit log from 2, at most 3
    Then the answer has the records 2 to 4, and goes on at 5
    When the operator reads the last 3 records, at most 3
    Then the answer has the last 3 records, and nothing to go on with
    When the operator reads the last 3 records, at most 1000
    Then the answer has the last 3 records, and nothing to go on with
    When the operator reads the last 0 records, at most 10
    Then the answer has the last 0 records, and nothing to go on with

  @AUD-006 @alone @must
  Scenario: What was decided stays
    Given the audit log has 5 records
    When the operator calls listAudit
    Then it succeeds
    And every record that was read before is still there, and the same

  @AUD-007 @alone @must
  Scenario Outline: A decision on a peer is on record: <kind>
    When the operator <acts>
    Then it succeeds
    And the record "<kind>" is there, by the operator, about the peer
    And the record has no errcode
    And the record has the request_id of the answer

    Examples:
      | acts                                          | kind           |
      | approves the peer                             | peer.approved  |
      | blocks the peer                               | peer.blocked   |
      | unblocks the peer                             | peer.unblocked |
      | limits the peer to 10 a second and 10 at once | peer.limited   |

  @AUD-007 @alone @must
  Scenario: A new policy is on record
    When the operator sets "federation.metadata_padding" of the policy to true
    Then the record "policy.changed" is there, by the operator

  @AUD-007 @alone @must
  Scenario: What is refused to the operator is not recorded as done
    When the operator changes the policy as of a later version
    Then the request is refused with ECCP_STATE_CONFLICT
    And no record "policy.changed" is there

  @AUD-007 @AUD-008 @must
  Scenario Outline: A refused request is on record: <fault>
    When the peer sends an empty transaction, in a request with "<fault>"
    Then the request is refused with <code>
    And the record "federation.refused" is there, by the peer, about the peer, with <code>
    And the record has the request_id of the answer

    Examples:
      | fault                          | code                   |
      | a padded nonce                 | ECCP_BAD_ENCODING      |
      | another destination            | ECCP_WRONG_DESTINATION |
      | a time 330 seconds ago         | ECCP_CLOCK_SKEW        |
      | a flipped bit in the signature | ECCP_BAD_SIGNATURE     |
      | another body                   | ECCP_BAD_SIGNATURE     |
      | a text as its media type       | ECCP_UNSUPPORTED_MEDIA_TYPE |
      | a signed body that is no JSON  | ECCP_BAD_JSON          |

  @AUD-007 @AUD-008 @alone @must
  Scenario: So is one that the policy refused
    Given the operator blocks the peer
    When the peer sends an empty transaction
    Then the request is refused with ECCP_POLICY_DENIED
    And the record "federation.refused" is there, by the peer, about the peer, with ECCP_POLICY_DENIED
    And the record has the request_id of the answer

  @AUD-007 @AUD-008 @must
  Scenario: A refused item is on record
    Given Alice has an invite-only room
    When Pat's node submits a join of the room
    Then the event is refused with ECCP_FORBIDDEN
    And the record "federation.item_refused" is there, by the peer, about "Pat's join", with ECCP_FORBIDDEN
    And the record has the request_id of the answer

  @AUD-007 @AUD-008 @FED-025 @must
  Scenario: An item that its destination does not take is on record
    Given Alice has a public room
    And Pat is a member of the room
    And the peer answers every transaction with "one" with ECCP_BAD_PARAM
    When Alice sends "one" to the room
    Then it succeeds
    And "one" is given up, which the record "federation.item_dropped" tells

  @AUD-007 @alone @must
  Scenario: Quarantine, and its end by the operator
    Given the peer vouches for its keys for a moment only
    And the peer has a new key
    And the peer sends an empty transaction
    When the peer publishes another key document of the same version
    And the moment has passed for which the peer vouched for its keys
    And the peer sends an empty transaction
    Then the request is refused with ECCP_KEY_CONTINUITY
    And the record "peer.quarantined" is there, by the node, about the peer
    When the operator lifts the quarantine of the peer
    Then the record "peer.quarantine_lifted" is there, by the operator, about the peer
    And no record "peer.recovered" is there

  @AUD-007 @waits @must
  Scenario: Quarantine, and its end by a recovery document
    Given the peer vouches for its keys for a moment only
    And the peer has a new key
    And the peer sends an empty transaction
    When the peer publishes another key document of the same version
    And the moment has passed for which the peer vouched for its keys
    And the peer sends an empty transaction
    Then the request is refused with ECCP_KEY_CONTINUITY
    When the peer publishes a recovery document for its first one
    And the peer sends empty transactions until one is taken
    Then it succeeds
    And the record "peer.recovered" is there, by the node, about the peer
    And no record "peer.quarantine_lifted" is there

  @AUD-007 @must
  Scenario: A frozen room is on record
    Given Pat's node hosts a public room
    And Alice is a member of the room
    When the peer hands over an entry with "another state_root"
    Then the entry is refused with ECCP_STATE_ROOT
    And the record "room.frozen" is there, by the node, about the room

  @AUD-009 @must
  Scenario: No secrets and no conversations are in it
    Given Alice has a public room
    And Pat is a member of the room
    When Pat's node submits the message "the treasure lies beneath the harbour {{unique}}" to the room, in a request with "another domain of the signature"
    Then the request is refused with ECCP_BAD_SIGNATURE
    And the record "federation.refused" is there, by the peer, about the peer, with ECCP_BAD_SIGNATURE
    When Pat's node submits to the room an event with "a signature that does not verify"
    Then the event is refused with ECCP_BAD_SIGNATURE
    And the record "federation.item_refused" is there, by the peer, about "a signature that does not verify", with ECCP_BAD_SIGNATURE
    And no record has "the treasure" in it
    And no record has "hello" in it
    And no record has "{{Alice.token}}" in it
    And no record has "{{Alice.password}}" in it
    And no record has the operator's token in it
