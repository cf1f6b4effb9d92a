"""Random stories against a small oracle: what residents do and what befalls them, foretold from the tables alone.

dates, tries, lives   the tables: when things begin and end, how often one may guess, what an event makes of a card
oracle                what the product has to decide, step by step of docs/contract.md
stage, play           a world for each play; a play with what was foretold of it
steps, presenting     what can happen, as values
machine               Hypothesis chooses what happens
reduction             of a play that did not come out, the smallest part that does not either
writing               a story of it, as people write them, for `kept/`
explore               `kazashi scenario explore`
"""
