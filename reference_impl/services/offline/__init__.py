"""Uses recorded by a terminal that could not reach the relying party, and what can be believed of them.

What a record proves once it has come, and what it never does:

    proved      the terminal made it, nobody changed it since       seal: HMAC under the terminal's own key
    proved      none before the highest number that came is missing numbers from 1, each linked with the seal before
    proved      this card's genuine chip was there, and once        it signed challenge `number` of the terminal's lot
    proved      it was made after the lot was drawn                 nobody could know the challenge before
    told        when, between the lot and the upload                the terminal's clock
    not proved  that the certificate was good at that moment        asked when it comes (`REVOKED_BEFORE`)
    not proved  that the terminal kept nothing back at the end      its next record, or the last number that it tells
    not proved  that the holder held the card                       as at any tap without PIN

So a record is never refused for the sake of a limit or of a late revocation: what happened, happened. It is counted,
and reported. What is not counted, is kept and reported too: nothing that was sealed is lost.
"""
