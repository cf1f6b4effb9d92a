"""What each command does: functions of (profile, state, command) that return a new state and an answer.

A handler raises `Refusal` before it has built a new state; `cardsim.card` lists the handlers and catches refusals.
"""
