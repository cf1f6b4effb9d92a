"""The relying party's service over HTTP: `/api/v1/…`, health, metrics, and its own description.

    operations.py  the table of operations: who may ask, what is asked, what is answered; routes, OpenAPI and log use it
    messages.py    what goes in and out; attempts.py, uses.py, office.py: what the operations do
    problems.py    what is wrong with a request, as Problem Details (RFC 9457)
    reading.py     a body: bounded in octets and in time, one JSON object, each field once
    callers.py     who asks: terminals by their credential, operators and auditors by a token
    door.py        the ASGI application
    openapi.py     its description, drawn from the table
    metrics.py     counters that all processes share, in Prometheus' text format; requests_log.py: one line a request

A refusal of a verification is an answer (200, with the verdict). A Problem is a request that could not be served:
nothing changed, or nothing that was acknowledged. docs/relying-party.md tells it to those who call.
"""
