"""An attempt that was begun, and for which the card has done its part: presented later, twice, elsewhere, or bent."""

from msgspec import UNSET, structs

from harness.contract.messages import Complete, Presentation
from harness.contract.vocabulary import Purpose
from scenarios.observer import Observer
from scenarios.story import Words
from scenarios.telling import Telling
from scenarios.terminal import Prepared, Terminal
from scenarios.verdict import Verdict


class Attempt:
    """What a terminal holds between the card and the product."""

    def __init__(
        self, purpose: Purpose, prepared: Prepared, observer: Observer, terminal: Terminal, telling: Telling
    ) -> None:
        self._purpose, self._observer, self._terminal = purpose, observer, terminal
        if not isinstance(prepared, Complete):
            said = "nothing" if prepared is None else f"{prepared.decision.value} {prepared.reason.value}"
            telling.break_off(
                Words(f"expected an attempt to begin, actual {said}", f"期待: 手続きの開始、実際: {said}")
            )
        self._complete = prepared

    def is_presented(self) -> Verdict:
        """Send it as it is: the first time, or again."""
        return self._send(Words("the attempt is presented", "提示する"), self._complete)

    def is_presented_in(self, other: "Attempt") -> Verdict:
        """Send what this one holds in the session of another."""
        words = Words("it is presented in another session", "別の手続きのセッションで提示する")
        return self._send(words, structs.replace(self._complete, session=other._complete.session))

    def is_presented_to(self, other: "Attempt") -> Verdict:
        """Send what this one holds in the session of another, with that one's challenge written over its own."""
        bent = structs.replace(self._presentation, challenge=other._presentation.challenge)
        words = Words("it is played back against a fresh challenge", "以前の応答を新しいチャレンジに対して再生する")
        return self._send(words, Complete(session=other._complete.session, presentation=bent))

    def is_presented_without_chip(self) -> Verdict:
        """Send the certificate alone."""
        words = Words("the certificate is presented alone", "証明書だけを提示する")
        return self._bent(words, structs.replace(self._presentation, chip=UNSET))

    def is_presented_with_a_made_up_answer(self) -> Verdict:
        """Send the chip's records with a signature that no chip made: a terminal that merely claims it did."""
        chip = self._presentation.chip
        words = Words("the terminal makes the chip's answer up", "端末がチップの応答を捏造する")
        made_up = UNSET if chip is UNSET else structs.replace(chip, signature=bytes(len(chip.signature)))
        return self._bent(words, structs.replace(self._presentation, chip=made_up))

    def is_presented_with_certificate(self, certificate: bytes) -> Verdict:
        """Send it under another certificate."""
        words = Words("it is presented with another certificate", "別の証明書を添えて提示する")
        return self._bent(words, structs.replace(self._presentation, certificate=certificate))

    @property
    def _presentation(self) -> Presentation:
        return self._complete.presentation

    def _bent(self, words: Words, presentation: Presentation) -> Verdict:
        return self._send(words, structs.replace(self._complete, presentation=presentation))

    def _send(self, words: Words, complete: Complete) -> Verdict:
        return self._observer.watch(self._purpose, words, lambda _: self._terminal.finish(complete))
