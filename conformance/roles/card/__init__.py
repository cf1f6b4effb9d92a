"""The role card: an emulator or a real test card behind a reader, judged APDU by APDU (spec/card.md).

case       the words of a case: APDUs with places for secrets, what is due of each answer
facts      the secrets of the card under test       target     where cards come from: in process, PC/SC
script     fills and sends a case's APDUs           data       what is looked at in an answer
bench      the interlock, and a case played         mutants    cards with one thing wrong
"""
