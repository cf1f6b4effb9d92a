"""A terminal: it reads a card and makes the presentation that a relying party is given; also as a hostile one."""
