"""The role tap-client: reader software by contract 1.0 (`hello`, `run`), judged by the trace of the card.

case      the words of a case            readers   readers of this process that products connect to
laid      the cards that are laid on     bench     a case played, and the trace judged
"""
