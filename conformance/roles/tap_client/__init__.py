"""The role tap-client: reader software by contract 1.0 (`hello`, `run`), judged by the trace of the card.

case       the words of a case            bench        a case played
laid       the cards that are laid on     seen, looks  what is looked at in trace and answer
disturbed  what happens to them           desk         readers of this process; `readers`: how products connect
login_party  the relying party of a login flow
"""
