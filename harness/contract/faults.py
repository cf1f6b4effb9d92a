"""What can go wrong between the suite and the test surface of a product; none of it is a verdict by itself.

AdapterFault        the product's test surface did not keep the contract
├── Unreachable     nothing answered
├── TimedOut        it answered too late
└── Broken          it answered something the contract does not know
"""


class AdapterFault(Exception):
    """The product's test surface failed; `str()` says what, where, expected and actual."""


class Unreachable(AdapterFault):
    """Nothing answered at the address."""


class TimedOut(AdapterFault):
    """No whole answer within the time-out."""


class Broken(AdapterFault):
    """An answer that contract 1.0 does not know."""
