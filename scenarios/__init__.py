"""Stories of holders and services, told as tests: tap, PIN lockout, expiry, address change.

story         what a story is: name, requirement, confidence, titles; and finding them all
vocabulary    the words stories are written in:
    clock     time goes on                     town      residents are given cards
    resident  what a person shows (presenting), types (keypad), what befalls them (life)
    secrets   what is typed; advice: what the holder is told then
    jlis      the published revocation lists
    verdict   what came of it, and what a story may expect of that; card_answer: of the card alone
telling       the story so far, and what is printed when it does not come out as told
observer      trace, journal and account, before and after everything a person does
terminal      the terminal between card and product
cards         the card in its reader: in process, or through pcscd
stage         what all stories of a run share; target: the product they are about
fixtures      all of this for pytest; conftest: its options
commands      `kazashi scenario`
"""
