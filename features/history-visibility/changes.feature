@since-0.1
Feature: Changes of the history visibility
  The setting of an entry is the one in the state before that entry; a change never reaches back.

  @HIST-010 @HIST-011 @HIST-003 @HIST-004 @HIST-005 @HIST-006 @must
  Scenario Outline: The setting changes from "<from>" to "<to>" before a reader joins
    Given Alice has a private room with "<from>" history
    And Alice sends "one" to the room
    And Alice makes the history of the room "<to>"
    And Alice sends "two" to the room
    And Bob is invited to the room
    And Alice sends "three" to the room
    When Bob joins the room
    Then Bob can read of the room, by "<from> → <to>":
      | entry        | joined → invited | joined → shared | invited → joined | invited → shared | shared → joined | shared → invited |
      | 0 to 4       | -                | -               | -                | -                | -               | -                |
      | one          | -                | -               | -                | -                | yes             | yes              |
      | the change   | -                | -               | -                | -                | yes             | yes              |
      | two          | -                | yes             | -                | yes              | -               | -                |
      | Bob's invite | yes              | yes             | -                | yes              | -               | yes              |
      | three        | yes              | yes             | -                | yes              | -               | yes              |
      | Bob's join   | yes              | yes             | yes              | yes              | yes             | yes              |

    Examples:
      | from    | to      |
      | joined  | invited |
      | joined  | shared  |
      | invited | joined  |
      | invited | shared  |
      | shared  | joined  |
      | shared  | invited |

  @HIST-010 @HIST-011 @HIST-004 @HIST-005 @HIST-006 @must
  Scenario Outline: The setting changes from "<from>" to "<to>" while a reader is invited
    Given Alice has a private room with "<from>" history
    And Alice sends "one" to the room
    And Bob is invited to the room
    And Alice sends "two" to the room
    And Alice makes the history of the room "<to>"
    And Alice sends "three" to the room
    When Bob joins the room
    Then Bob can read of the room, by "<from> → <to>":
      | entry        | joined → invited | joined → shared | invited → joined | invited → shared | shared → joined | shared → invited |
      | 0 to 4       | -                | -               | -                | -                | -               | -                |
      | one          | -                | -               | -                | -                | yes             | yes              |
      | Bob's invite | -                | -               | yes              | yes              | yes             | yes              |
      | two          | -                | -               | yes              | yes              | yes             | yes              |
      | the change   | -                | -               | yes              | yes              | yes             | yes              |
      | three        | yes              | yes             | -                | yes              | -               | yes              |
      | Bob's join   | yes              | yes             | yes              | yes              | yes             | yes              |

    Examples:
      | from    | to      |
      | joined  | invited |
      | joined  | shared  |
      | invited | joined  |
      | invited | shared  |
      | shared  | joined  |
      | shared  | invited |

  @HIST-002 @HIST-011 @HIST-008 @HIST-009 @must
  Scenario Outline: The setting changes from "<from>" to "<to>" around a reader who is in the room, and after the leave
    Given Alice has a public room with "<from>" history
    And Bob joins the room
    And Alice sends "one" to the room
    And Alice makes the history of the room "<to>"
    And this is called "the first change"
    And Alice sends "two" to the room
    And Bob leaves the room
    And Alice makes the history of the room "<from>"
    And Alice sends "three" to the room
    Then Bob can read of the room:
      | entry            | Bob |
      | 0 to 4           | -   |
      | Bob's join       | yes |
      | one              | yes |
      | the first change | yes |
      | two              | yes |
      | Bob's leave      | yes |
      | the change       | -   |
      | three            | -   |

    Examples:
      | from   | to      |
      | joined | shared  |
      | shared | joined  |
      | shared | invited |

  @HIST-012 @HIST-011 @HIST-010 @HIST-003 @HIST-005 @must
  Scenario Outline: The setting changes from "<from>" to "<to>" while a reader is away
    Given Alice has a public room with "<from>" history
    And Bob joins the room
    And this is called "the first join"
    And Bob leaves the room
    And Alice sends "one" to the room
    And Alice makes the history of the room "<to>"
    And Alice sends "two" to the room
    When Bob joins the room
    Then Bob can read of the room, by "<from> → <to>":
      | entry          | joined → shared | shared → joined | invited → shared |
      | 0 to 4         | -               | -               | -                |
      | the first join | yes             | yes             | yes              |
      | Bob's leave    | yes             | yes             | yes              |
      | one            | -               | yes             | -                |
      | the change     | -               | yes             | -                |
      | two            | yes             | -               | yes              |
      | Bob's join     | yes             | yes             | yes              |

    Examples:
      | from    | to      |
      | joined  | shared  |
      | shared  | joined  |
      | invited | shared  |

  @HIST-010 @HIST-011 @HIST-003 @HIST-005 @must
  Scenario: The setting changes to and fro
    Given Alice has a public room with "joined" history
    And Alice sends "one" to the room
    And Alice makes the history of the room "shared"
    And this is called "opened"
    And Alice sends "two" to the room
    And Alice makes the history of the room "joined"
    And this is called "closed"
    And Alice sends "three" to the room
    And Alice makes the history of the room "shared"
    And this is called "opened again"
    And Alice sends "four" to the room
    When Bob joins the room
    Then Bob can read of the room:
      | entry        | Bob |
      | 0 to 4       | -   |
      | one          | -   |
      | opened       | -   |
      | two          | yes |
      | closed       | yes |
      | three        | -   |
      | opened again | -   |
      | four         | yes |
      | Bob's join   | yes |

  @HIST-011 @HIST-008 @must
  Scenario: What a reader read stays readable when the setting is tightened later
    Given Alice has a public room with "shared" history
    And Alice sends "one" to the room
    And Bob joins the room
    And Carol has left the room
    And this is called "Carol's way out"
    When Alice makes the history of the room "joined"
    And Alice sends "two" to the room
    Then Bob can read of the room:
      | entry           | Bob |
      | 0 to 4          | -   |
      | one             | yes |
      | Bob's join      | yes |
      | Carol's join    | yes |
      | Carol's way out | yes |
      | the change      | yes |
      | two             | yes |
    And Carol can read of the room:
      | entry           | Carol |
      | 0 to 4          | -     |
      | one             | yes   |
      | Bob's join      | yes   |
      | Carol's join    | yes   |
      | Carol's way out | yes   |
      | the change      | -     |
      | two             | -     |

  @HIST-007 @HIST-011 @must
  Scenario: Loosening the setting opens nothing to those who never joined
    Given Alice has a private room with "joined" history
    And Bob is invited to the room
    When Alice makes the history of the room "shared"
    And Alice sends "hello" to the room
    Then Bob is given nothing of the history of the room
    And Mallory is given nothing of the history of the room

  @HIST-010 @HIST-006 @must
  Scenario: Writing the same setting again changes nothing
    Given Alice has a public room with "invited" history
    And Alice sends "one" to the room
    And Alice makes the history of the room "invited"
    And Alice sends "two" to the room
    When Bob joins the room
    Then Bob can read of the room:
      | entry      | Bob |
      | 0 to 4     | -   |
      | one        | -   |
      | the change | -   |
      | two        | -   |
      | Bob's join | yes |
