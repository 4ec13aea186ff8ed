@since-0.1 @cap-federation
Feature: Keys that change, and keys that are stolen
  A node goes on with new keys while others remember the old ones. What is revoked is refused, what is older than what was seen is
  refused, and a node whose documents contradict each other is believed no more until that is cleared up.

  @AUTH-022 @KEY-020 @must
  Scenario: A key that was revoked is refused
    Given the peer has revoked its key and has a new one
    When the peer sends an empty transaction
    Then it succeeds
    When the peer signs with its old key again
    And the peer sends an empty transaction
    Then the request is refused with ECCP_KEY_REVOKED
    And nothing came of it

  @AUTH-022 @must
  Scenario: It is refused also on first contact
    Given the peer has revoked its key and has a new one
    And the peer signs with its old key again
    When the peer sends an empty transaction
    Then the request is refused with ECCP_KEY_REVOKED
    And nothing came of it

  @AUTH-024 @must
  Scenario: A key that was replaced is refused for requests
    Given the peer has replaced its key without revoking it
    And the peer signs with its old key again
    When the peer sends an empty transaction
    Then the request is refused with ECCP_BAD_SIGNATURE
    And nothing came of it

  @AUTH-023 @KEY-022 @must
  Scenario: A key that stands beside the old one is good at once
    Given the peer has a new key
    When the peer sends an empty transaction
    Then it succeeds
    When the peer signs with its old key again
    And the peer sends an empty transaction
    Then it succeeds

  @KEY-027 @KEY-030 @must
  Scenario: Documents that are older than those held are refused, and no more than that
    Given the peer vouches for its keys for a moment only
    And the peer has a new key
    And the peer sends an empty transaction
    When the peer publishes its first key document alone again
    And the moment has passed for which the peer vouched for its keys
    And the peer sends an empty transaction
    Then the request is refused with ECCP_KEY_ROLLBACK
    And nothing came of it
    When the peer publishes its newest key document again
    And the peer sends empty transactions until one is taken
    Then it succeeds

  @KEY-029 @KEY-040 @KEY-041 @AUTH-018 @must
  Scenario: Two documents of one version are a dispute
    Given the peer vouches for its keys for a moment only
    And the peer has a new key
    And the peer sends an empty transaction
    When the peer publishes another key document of the same version
    And the moment has passed for which the peer vouched for its keys
    And the peer sends an empty transaction
    Then the request is refused with ECCP_KEY_CONTINUITY
    When the peer sends an empty transaction
    Then the request is refused with ECCP_QUARANTINED
    And nothing came of it

  @KEY-040 @KEY-041 @AUTH-018 @must
  Scenario: A document that does not continue the chain is a dispute
    Given the peer vouches for its keys for a moment only
    And the peer has a new key
    And the peer sends an empty transaction
    When the peer publishes a next key document on another branch
    And the moment has passed for which the peer vouched for its keys
    And the peer sends an empty transaction
    Then the request is refused with ECCP_KEY_CONTINUITY
    When the peer publishes its newest key document again
    And the peer sends an empty transaction
    Then the request is refused with ECCP_QUARANTINED
    And nothing came of it

  @KEY-040 @KEY-042 @FED-031 @must
  Scenario: A node in dispute is told nothing
    Given Alice has a public room
    And the peer vouches for its keys for a moment only
    And Pat and Ruth are members of the room
    When the peer publishes another key document of the same version
    And the moment has passed for which the peer vouched for its keys
    And the peer sends an empty transaction
    Then the request is refused with ECCP_KEY_CONTINUITY
    When Alice sends "a secret" to the room
    Then "a secret" reaches the peer "two"
    And the peer was not sent "a secret"

  @KEY-045 @KEY-046 @KEY-047 @KEY-048 @waits @must
  Scenario: The recovery key settles a dispute, and takes the stolen keys out of force
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
    When the peer signs with the key of its second document again
    And the peer sends an empty transaction
    Then the request is refused with ECCP_BAD_SIGNATURE

  @KEY-047 @KEY-048 @must
  Scenario: The recovery key also takes a chain back that nobody disputes
    Given the peer vouches for its keys for a moment only
    And the peer has a new key
    And the peer sends an empty transaction
    When the peer publishes a recovery document for its first one
    And the moment has passed for which the peer vouched for its keys
    And the peer sends an empty transaction
    Then it succeeds
    And the peer was asked for its keys after version 2

  @KEY-056 @LOG-045 @LOG-047 @must
  Scenario: A room learns new keys from a repeated join
    Given Alice has a public room
    And the peer vouches for its keys for a moment only
    And Pat is a member of the room
    And the peer has a new key
    When the moment has passed for which the peer vouched for its keys
    And Pat's node submits a join of the room
    Then the event is sequenced
    When Pat's node submits the message "with the new key" to the room
    Then the event is sequenced
    And Alice can verify the whole log of the room

  @LOG-049 @LOG-047 @KEY-056 @must
  Scenario: A key that the room has seen revoked signs nothing more there
    Given Alice has a public room
    And the peer vouches for its keys for a moment only
    And Pat is a member of the room
    When the moment has passed for which the peer vouched for its keys
    Given the peer has revoked its key and has a new one in the room
    When Pat's node submits to the room an event with "the key that was revoked"
    Then the event is refused with ECCP_KEY_REVOKED
    And nothing came of it
    When Pat's node submits the message "hello" to the room
    Then the event is sequenced
