@since-0.1 @cap-federation
Feature: What a node says of itself and its keys
  Anybody may ask a node who it is, and by which keys to know what it signs.

  @KEY-001 @KEY-002 @must
  Scenario: A node tells its name and its key to anybody
    When a stranger calls getFederationVersion
    Then the answer's "node" is "{{node}}"
    When a stranger calls getFederationCapabilities
    Then it succeeds
    When a stranger calls getKeys
    Then it succeeds

  @KEY-002 @must
  Scenario: The key that it names is the one that signs
    Given Alice has a public room
    And Pat is a member of the room
    When Alice sends "hello" to the room
    Then "hello" reaches the peer
    And the key of getFederationVersion is the one that signed the last request to the peer

  @KEY-003 @CONF-009 @must
  Scenario: It says the same to nodes as to clients
    When a stranger calls getVersions
    Then getFederationVersion has the same "versions"
    And getFederationCapabilities has the same "versions", "classes" and "capabilities"
    And the answer's "classes" names "federation"

  @KEY-010 @must
  Scenario: It serves the documents after the version that is held
    When a stranger calls getKeys
    And a stranger calls getKeys with:
      | ?since | 0 |
    Then both answers have the same "documents"
    And every further version that is held leaves the documents after it
    When a stranger calls getKeys with:
      | ?since | 9007199254740991 |
    Then the answer's "documents" is []

  @KEY-010 @ERR-024 @must
  Scenario Outline: A version that is none is refused: <since>
    When a stranger calls getKeys with:
      | ?since | <since> |
    Then the request is refused with ECCP_BAD_PARAM

    Examples:
      | since            |
      | -1               |
      | x                |
      | 1.5              |
      | 9007199254740992 |

  @KEY-011 @KEY-012 @ID-090 @must
  Scenario: Its documents are a chain, and stay as they are
    When a stranger calls getKeys
    Then the documents of the answer are a chain of the node
    When a stranger calls getKeys
    Then both answers have the same "documents"

  @KEY-013 @KEY-014 @KEY-015 @must
  Scenario: It vouches for the newest of them
    When a stranger calls getKeys
    Then the freshness of the answer vouches for the newest document, now
    When a stranger calls getKeys with:
      | ?since | 1 |
    Then the freshness of the answer vouches for the newest document, now

  @KEY-017 @should
  Scenario: It vouches for two days
    When a stranger calls getKeys
    Then the freshness of the answer is for 172800000 milliseconds
