"""Mutation testing: one thing in one function is changed at a time, and some test has to notice.

A run forks a process for each mutant out of one that has collected the tests, run them all once and noted which of
them go through which function. So a mutant costs milliseconds and the tests that concern it, fastest first.
"""
