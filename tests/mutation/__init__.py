"""Mutation testing: one thing in one function is changed at a time, and some test has to notice.

A run forks a process for each mutant out of one that has collected the tests, run them all once and noted which of
them go over which lines (`footprints`). So a mutant costs milliseconds and the tests that concern it: those that
noticed another mutant of the function first, then the most specific and fastest (`trial`, `child`). What survives
is shown to all the other tests that go over its line. Outcomes are kept (`ledger`), so that a run that was interrupted
goes on, and a function whose source changed is tried again. Whoever survives is explained in `survivors.yaml` or is a
defect.
"""
