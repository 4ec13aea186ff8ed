@since-0.1
Feature: What a reader may read, by the history visibility
  Each scenario is one life of a reader in a room, and its table tells for each setting of the room what the reader is given of the log:
  by listMessages both ways, by getEvent of each entry, and by sync. Entries 0 to 4 are the room's creation.

  @HIST-001 @HIST-002 @HIST-003 @HIST-004 @HIST-005 @HIST-006 @HIST-013 @must
  Scenario Outline: A user who was invited and joined, history "<setting>"
    Given Alice has a private room with "<setting>" history
    And Alice sends "before" to the room
    And Bob is invited to the room
    And Alice sends "while invited" to the room
    And Alice renames the room to "Harbour"
    When Bob joins the room
    And Alice sends "while joined" to the room
    Then Bob can read of the room, by "<setting>":
      | entry          | joined | invited | shared |
      | 0 to 4         | -      | -       | -      |
      | before         | -      | -       | yes    |
      | Bob's invite   | -      | yes     | yes    |
      | while invited  | -      | yes     | yes    |
      | eccp.room.name | -      | yes     | yes    |
      | Bob's join     | yes    | yes     | yes    |
      | while joined   | yes    | yes     | yes    |

    Examples:
      | setting |
      | joined  |
      | invited |
      | shared  |

  @HIST-001 @HIST-002 @HIST-003 @HIST-006 @HIST-013 @must
  Scenario Outline: A user who joined a public room uninvited, history "<setting>"
    Given Alice has a public room with "<setting>" history
    And Alice sends "before" to the room
    When Bob joins the room
    And Alice sends "while joined" to the room
    Then Bob can read of the room, by "<setting>":
      | entry          | joined | invited | shared |
      | 0 to 4         | -      | -       | -      |
      | before         | -      | -       | yes    |
      | Bob's join     | yes    | yes     | yes    |
      | while joined   | yes    | yes     | yes    |

    Examples:
      | setting |
      | joined  |
      | invited |
      | shared  |

  @HIST-007 @HIST-013 @must
  Scenario Outline: A user who was invited and did not join, history "<setting>"
    Given Alice has a private room with "<setting>" history
    And Alice sends "before" to the room
    And Bob is invited to the room
    And Alice sends "while invited" to the room
    Then Bob is given nothing of the history of the room
    When Bob leaves the room
    And Alice sends "after" to the room
    Then Bob is given nothing of the history of the room

    Examples:
      | setting |
      | joined  |
      | invited |
      | shared  |

  @HIST-007 @HIST-013 @must
  Scenario Outline: A user whose invitation was withdrawn, and one who was banned from outside, history "<setting>"
    Given Alice has a private room with "<setting>" history
    And Bob is invited to the room
    And Alice sends "while invited" to the room
    When Alice kicks Bob from the room
    And Alice bans Carol from the room
    And Alice sends "after" to the room
    Then Bob is given nothing of the history of the room
    And Carol is given nothing of the history of the room
    And Mallory is given nothing of the history of the room

    Examples:
      | setting |
      | joined  |
      | invited |
      | shared  |

  @HIST-007 @HIST-013 @must
  Scenario Outline: A public room is no open book to those who never joined, history "<setting>"
    Given Alice has a public room with "<setting>" history
    And Alice sends "hello" to the room
    And Bob is invited to the room
    Then Mallory is given nothing of the history of the room
    And Bob is given nothing of the history of the room

    Examples:
      | setting |
      | joined  |
      | invited |
      | shared  |

  @HIST-003 @HIST-004 @HIST-005 @HIST-006 @HIST-007 @must
  Scenario Outline: A user who knocked, was invited and joined, history "<setting>"
    Given Alice has an invite-only room with "<setting>" history
    And Alice sends "before" to the room
    When Bob knocks on the room
    And Alice sends "while knocking" to the room
    Then Bob is given nothing of the history of the room
    When Alice invites Bob to the room
    And Alice sends "while invited" to the room
    And Bob joins the room
    Then Bob can read of the room, by "<setting>":
      | entry          | joined | invited | shared |
      | 0 to 4         | -      | -       | -      |
      | before         | -      | -       | yes    |
      | Bob's knock    | -      | -       | yes    |
      | while knocking | -      | -       | yes    |
      | Bob's invite   | -      | yes     | yes    |
      | while invited  | -      | yes     | yes    |
      | Bob's join     | yes    | yes     | yes    |

    Examples:
      | setting |
      | joined  |
      | invited |
      | shared  |

  @HIST-004 @HIST-005 @HIST-006 @HIST-002 @must
  Scenario Outline: A user who declined one invitation and took the next, history "<setting>"
    Given Alice has a private room with "<setting>" history
    And Bob is invited to the room
    And this is called "the first invite"
    And Alice sends "while first invited" to the room
    And Bob leaves the room
    And Alice sends "between" to the room
    And Bob is invited to the room
    And Alice sends "while invited again" to the room
    When Bob joins the room
    Then Bob can read of the room, by "<setting>":
      | entry               | joined | invited | shared |
      | 0 to 4              | -      | -       | -      |
      | the first invite    | -      | yes     | yes    |
      | while first invited | -      | yes     | yes    |
      | Bob's leave         | -      | yes     | yes    |
      | between             | -      | -       | yes    |
      | Bob's invite        | -      | yes     | yes    |
      | while invited again | -      | yes     | yes    |
      | Bob's join          | yes    | yes     | yes    |

    Examples:
      | setting |
      | joined  |
      | invited |
      | shared  |

  @HIST-002 @HIST-008 @HIST-009 @HIST-013 @must
  Scenario Outline: A user who left, history "<setting>"
    Given Alice has a private room with "<setting>" history
    And Alice sends "before" to the room
    And Bob is a member of the room
    And Alice sends "while joined" to the room
    When Bob leaves the room
    And Alice sends "after" to the room
    And Alice renames the room to "Harbour"
    Then Bob can read of the room, by "<setting>":
      | entry          | joined | invited | shared |
      | 0 to 4         | -      | -       | -      |
      | before         | -      | -       | yes    |
      | Bob's invite   | -      | yes     | yes    |
      | Bob's join     | yes    | yes     | yes    |
      | while joined   | yes    | yes     | yes    |
      | Bob's leave    | yes    | yes     | yes    |
      | after          | -      | -       | -      |
      | eccp.room.name | -      | -       | -      |

    Examples:
      | setting |
      | joined  |
      | invited |
      | shared  |

  @HIST-002 @HIST-008 @HIST-009 @HIST-013 @must
  Scenario Outline: A user who was kicked, history "<setting>"
    Given Alice has a private room with "<setting>" history
    And Alice sends "before" to the room
    And Bob is invited to the room
    And this is called "the first invite"
    And Bob joins the room
    And Alice sends "while joined" to the room
    When Alice kicks Bob from the room
    And Alice sends "after" to the room
    And Alice invites Bob to the room
    And this is called "the second invite"
    And Alice sends "while invited again" to the room
    Then Bob can read of the room, by "<setting>":
      | entry               | joined | invited | shared |
      | 0 to 4              | -      | -       | -      |
      | before              | -      | -       | yes    |
      | the first invite    | -      | yes     | yes    |
      | Bob's join          | yes    | yes     | yes    |
      | while joined        | yes    | yes     | yes    |
      | Bob's kick          | yes    | yes     | yes    |
      | after               | -      | -       | -      |
      | the second invite   | -      | -       | -      |
      | while invited again | -      | -       | -      |

    Examples:
      | setting |
      | joined  |
      | invited |
      | shared  |

  @HIST-002 @HIST-008 @HIST-009 @HIST-013 @must
  Scenario Outline: A user who was banned, history "<setting>"
    Given Alice has a private room with "<setting>" history
    And Alice sends "before" to the room
    And Bob is a member of the room
    And Alice sends "while joined" to the room
    When Alice bans Bob from the room
    And Alice sends "while banned" to the room
    Then Bob can read of the room, by "<setting>":
      | entry          | joined | invited | shared |
      | 0 to 4         | -      | -       | -      |
      | before         | -      | -       | yes    |
      | Bob's invite   | -      | yes     | yes    |
      | Bob's join     | yes    | yes     | yes    |
      | while joined   | yes    | yes     | yes    |
      | Bob's ban      | yes    | yes     | yes    |
      | while banned   | -      | -       | -      |
    When Alice unbans Bob from the room
    And Alice sends "after" to the room
    Then Bob can read of the room, by "<setting>":
      | entry          | joined | invited | shared |
      | 0 to 4         | -      | -       | -      |
      | before         | -      | -       | yes    |
      | Bob's invite   | -      | yes     | yes    |
      | Bob's join     | yes    | yes     | yes    |
      | while joined   | yes    | yes     | yes    |
      | Bob's ban      | yes    | yes     | yes    |
      | while banned   | -      | -       | -      |
      | Bob's unban    | -      | -       | -      |
      | after          | -      | -       | -      |

    Examples:
      | setting |
      | joined  |
      | invited |
      | shared  |

  @HIST-012 @HIST-002 @HIST-003 @HIST-004 @HIST-005 @HIST-006 @must
  Scenario Outline: A user who left and joined again, history "<setting>"
    Given Alice has a private room with "<setting>" history
    And Alice sends "before" to the room
    And Bob is invited to the room
    And this is called "the first invite"
    And Bob joins the room
    And this is called "the first join"
    And Alice sends "while joined" to the room
    And Bob leaves the room
    And Alice sends "while away" to the room
    And Bob is invited to the room
    And Alice sends "while invited" to the room
    When Bob joins the room
    And Alice sends "while joined again" to the room
    Then Bob can read of the room, by "<setting>":
      | entry              | joined | invited | shared |
      | 0 to 4             | -      | -       | -      |
      | before             | -      | -       | yes    |
      | the first invite   | -      | yes     | yes    |
      | the first join     | yes    | yes     | yes    |
      | while joined       | yes    | yes     | yes    |
      | Bob's leave        | yes    | yes     | yes    |
      | while away         | -      | -       | yes    |
      | Bob's invite       | -      | yes     | yes    |
      | while invited      | -      | yes     | yes    |
      | Bob's join         | yes    | yes     | yes    |
      | while joined again | yes    | yes     | yes    |

    Examples:
      | setting |
      | joined  |
      | invited |
      | shared  |

  @HIST-012 @HIST-008 @HIST-002 @HIST-003 @HIST-005 @HIST-006 @must
  Scenario Outline: A user who was banned, came back and left again, history "<setting>"
    Given Alice has a public room with "<setting>" history
    And Alice sends "before" to the room
    And Bob joins the room
    And this is called "the first join"
    And Alice bans Bob from the room
    And Alice sends "while banned" to the room
    And Alice unbans Bob from the room
    And Alice sends "while away" to the room
    And Bob joins the room
    And Alice sends "while joined again" to the room
    When Bob leaves the room
    And Alice sends "after" to the room
    Then Bob can read of the room, by "<setting>":
      | entry              | joined | invited | shared |
      | 0 to 4             | -      | -       | -      |
      | before             | -      | -       | yes    |
      | the first join     | yes    | yes     | yes    |
      | Bob's ban          | yes    | yes     | yes    |
      | while banned       | -      | -       | yes    |
      | Bob's unban        | -      | -       | yes    |
      | while away         | -      | -       | yes    |
      | Bob's join         | yes    | yes     | yes    |
      | while joined again | yes    | yes     | yes    |
      | Bob's leave        | yes    | yes     | yes    |
      | after              | -      | -       | -      |

    Examples:
      | setting |
      | joined  |
      | invited |
      | shared  |

  @HIST-014 @HIST-002 @must
  Scenario Outline: The creator may read everything from entry 0 on, history "<setting>"
    Given Alice has a room:
      """
      { "historyVisibility": "<setting>", "name": "Harbour", "invite": ["{{Bob}}"] }
      """
    And Alice sends "hello" to the room
    Then Alice can read of the room:
      | entry  | Alice |
      | 0 to 6 | yes   |
      | hello  | yes   |
    And Alice can verify the whole log of the room

    Examples:
      | setting |
      | joined  |
      | invited |
      | shared  |

  @HIST-001 @HIST-003 @must
  Scenario: Shared from the beginning, a room shows later members all but its creation
    Given Alice has a room:
      """
      { "historyVisibility": "shared", "name": "Harbour", "topic": "ships", "invite": ["{{Bob}}"] }
      """
    When Bob joins the room
    Then Bob can read of the room:
      | entry      | Bob |
      | 0 to 4     | -   |
      | 5 to 7     | yes |
      | Bob's join | yes |

  @HIST-002 @HIST-003 @HIST-005 @must
  Scenario: Readers of one room do not share what they may read
    Given Alice has a public room
    And Alice sends "one" to the room
    And Bob joins the room
    And Alice sends "two" to the room
    And Carol joins the room
    And Bob leaves the room
    And Alice sends "three" to the room
    Then Bob can read of the room:
      | entry        | Bob |
      | 0 to 4       | -   |
      | one          | -   |
      | Bob's join   | yes |
      | two          | yes |
      | Carol's join | yes |
      | Bob's leave  | yes |
      | three        | -   |
    And Carol can read of the room:
      | entry        | Carol |
      | 0 to 4       | -     |
      | one          | -     |
      | Bob's join   | -     |
      | two          | -     |
      | Carol's join | yes   |
      | Bob's leave  | yes   |
      | three        | yes   |
