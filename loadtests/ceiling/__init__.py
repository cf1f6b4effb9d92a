"""How far a figure can be trusted: what the generator reaches where nothing is decided, and the server by itself.

A rate that is close to the generator's own ceiling says how fast the generator is, and of the target only that it is
not slower. What the target itself could do is then measured by a generator in C (`judged_wrk.py`).
"""
