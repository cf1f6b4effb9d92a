"""What can go wrong around the audit, other than what `verify` finds: one fault, which says what, where and why.

A check that cannot be audited is not answered: the fault goes up to whoever asked, and nothing was acknowledged.
"""


class AuditUnusable(OSError):
    """The store, the key or a file of heads cannot be used: which, what was expected, what was found."""
