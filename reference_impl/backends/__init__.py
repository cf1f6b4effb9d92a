"""Who verifies for the relying party: itself, asking J-LIS, or a platform; and what the law lets it ask and keep.

    backend.py       what a relying party needs of whoever verifies for it
    direct.py        the verification core here, and J-LIS asked from here
    platform.py      the core here, and a platform asked for what must not or cannot be found out here
    wire.py          the questions and answers of a platform (INVENTED), sealed.py: each signed
    roles.py         who one is under the law, and rules.py: what follows from it
    accountable.py   the rules before each question, a row of the audit after it
    evidence.py      certificates that a law wants kept; purge.py: how long what is kept
    options.py       the operator's file, opening.py: `open_backend`

docs/backends.md.
"""
