"""Services as data: what a service of the relying party is, when it serves, whom, how often, and what it remembers.

    vocabulary.py      the closed lists of words
    archetypes.py      what each way of using the card proves, and what it can never prove
    policy.py          the shape of a policy; durations.py, hours.py its parts that know about time
    marks.py           YAML and JSON with the line of every value
    contradictions.py  what shape cannot say: a table of rules, each with its clause
    loading.py         text in, policies out, or every fault with file, line and reason
    catalogue/         118 systems that public documents describe, as policies
    admission.py       may this person be served here and now? periods.py, charges.py: what does it use up?
    offline/           records of a terminal that could not reach us, and what follows from them
    store/             the part that remembers: ledger, reconciliation, the terminal's queue

All but `store` are functions of values; `docs/services.md` tells the language.
"""
