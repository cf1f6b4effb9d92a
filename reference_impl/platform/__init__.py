"""A platform (PF事業者) of our own: certified, asks J-LIS itself, and verifies for those who may not.

    settings.py   the operator's file: who we are, whom we answer, for what and where
    names.py      PPIDs: another name for a holder at every client
    desk.py       one question, one answer
    surface.py    the desk behind HTTP
    __main__.py   `python -m reference_impl.platform FILE`

Its interface is INVENTED (`backends/wire.py`); docs/backends.md says what real platforms are known to be like.
"""
