"""Stories that `kazashi scenario explore` found and made small: each was a disagreement once, and is told ever since.

Found between product and oracle, or between a product spoiled on purpose and the oracle (docs/exploration.md).
"""
