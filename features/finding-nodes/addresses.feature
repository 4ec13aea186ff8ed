@since-0.1 @cap-federation @tls-peers @needs-closed-address
Feature: Addresses that a node does not dial
  Names come from strangers, and may lead to a machine of the node's own network. It does not even connect there.

  Background:
    Given Alice has an account

  @PEER-010 @PEER-030 @must
  Scenario: A closed IPv4 address
    Given somebody listens at the closed address
    When Alice joins the room with the id "!p3Kd8wZ1xR5tHf4sGj6uAeTo9iXrQvNkBc0Vn7YqLm4:{{saved listener}}"
    Then the request is refused with ECCP_POLICY_DENIED
    And nobody has connected there

  @PEER-011 @PEER-030 @must
  Scenario: A closed IPv6 address
    Given somebody listens at the closed IPv6 address
    When Alice joins the room with the id "!p3Kd8wZ1xR5tHf4sGj6uAeTo9iXrQvNkBc0Vn7YqLm4:{{saved listener}}"
    Then the request is refused with ECCP_POLICY_DENIED
    And nobody has connected there

  @PEER-012 @PEER-030 @must
  Scenario: A closed IPv4 address within an IPv6 address
    Given somebody listens at the closed address, which is called by an IPv6 address that contains it
    When Alice joins the room with the id "!p3Kd8wZ1xR5tHf4sGj6uAeTo9iXrQvNkBc0Vn7YqLm4:{{saved listener}}"
    Then the request is refused with ECCP_POLICY_DENIED
    And nobody has connected there
