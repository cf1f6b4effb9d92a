"""PINs and what locks them: counters of the card, and a product that leaves them alone (spec/card.md §3)."""
