@since-0.1
Feature: From a name to an address
  Two small documents at a node's name tell where it is served.

  @DISC-001 @must
  Scenario: Where federation reaches the node
    When a stranger reads the document "server" of the node
    Then it succeeds
    And its "server" is a host and a port

  @DISC-002 @must
  Scenario: Where clients reach the node
    When a stranger reads the document "client" of the node
    Then it succeeds
    And its "client.base_url" is an absolute URL

  @DISC-003 @must
  Scenario: The client API is served where the document says
    When a stranger reads the document "client" of the node
    Then the client API answers Alice at that URL

  @DISC-004 @DISC-005 @must
  Scenario Outline: Anybody may read the document "<document>", from any page, and keep it for a while
    When a stranger reads the document "<document>" of the node
    Then the answer has status 200
    And the answer's header "Access-Control-Allow-Origin" is "*"
    And the answer has at most 8192 bytes
    And it may be kept for at most 86400 seconds

    Examples:
      | document |
      | server   |
      | client   |
