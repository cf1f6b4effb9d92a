"""What befalls a resident: what follows from it is the world's table (`docs/life-cycle.md`)."""

from datetime import date, timedelta

from harness.contract.vocabulary import Kind
from harness.events import Changes
from harness.jlis.life_events import LifeEvent
from harness.jlis.reasons import RevocationReason
from harness.municipalities import AOI, MUNICIPALITIES, WAKABA, Municipality
from scenarios.person import Person
from scenarios.story import Words

UNCHANGED = Changes()


class Living(Person):
    """A person to whom things happen."""

    @property
    def elsewhere(self) -> Municipality:
        """The other of the two invented municipalities."""
        return WAKABA if self.issued.resident.municipality == AOI.code else AOI

    def loses_the_card(self) -> None:
        """Report the loss: both certificates are on hold, and a hold is never lifted."""
        self._befalls(LifeEvent.LOST, Words("reports the card lost", "カードの紛失を届け出る"))

    def has_the_functions_stopped(self) -> None:
        """一時停止 by telephone: the same hold."""
        self._befalls(LifeEvent.SUSPENDED, Words("has the card suspended by telephone", "電話で一時停止を申し出る"))

    def revokes_the_certificates(self) -> None:
        """失効申請."""
        self._befalls(LifeEvent.STOPPED, Words("has the certificates revoked", "失効を申請する"))

    def moves(self) -> None:
        """Arrive in the other municipality: the signature certificate is revoked."""
        new = self.elsewhere
        address = f"{new.prefecture}{new.name}中央1-2-3"
        changes = Changes(municipality=new.code, address=address)
        self._befalls(LifeEvent.MOVED_IN, Words(f"moves to {new.romaji}", f"{new.name}へ転入する"), changes)

    def moves_within(self) -> None:
        """転居."""
        changes = Changes(address=f"{self._here}中央9-8-7")
        self._befalls(LifeEvent.MOVED_WITHIN, Words("moves within the municipality", "市内で転居する"), changes)

    def moves_out(self) -> None:
        """転出: gone from the old municipality, not yet arrived in the new one."""
        self._befalls(LifeEvent.MOVED_OUT, Words("moves out and has not arrived yet", "転出する（転入届は未提出）"))

    def lets_the_card_lapse(self) -> None:
        """Nobody had the card continued (継続利用) in time: it is void, and its certificates are revoked (assumed: 5).

        The signature certificate was revoked with the move already.
        """
        words = Words("the card lapses: nobody had it continued", "継続利用の手続きがなくカードが失効する")
        with self._observer.happening(words):
            self._stage.world.revoke(self.issued.resident.id, Kind.AUTH, RevocationReason.CESSATION_OF_OPERATION)

    def is_relabelled(self) -> None:
        """住居表示の変更: the house stands where it stood."""
        changes = Changes(address=f"{self._here}新町4丁目5番6号")
        self._befalls(LifeEvent.RELABELLED, Words("gets a new address where they live", "住居表示が変わる"), changes)

    def changes_the_name(self, to: str, *, former: str | None = None) -> None:
        """氏名の変更, with 旧氏 beside the new name where one is kept."""
        changes = Changes(name=to, former_name=former)
        self._befalls(LifeEvent.NAME_CHANGED, Words("changes the name", f"氏名を{to}に変更する"), changes)

    def has_the_birth_date_corrected(self) -> None:
        """生年月日の訂正, by a day: on the chip it is the corrected one that opens the record."""
        changes = Changes(birth_date=self.birth_date - timedelta(days=1))
        words = Words("has the birth date corrected", "生年月日の訂正を受ける")
        self._befalls(LifeEvent.BIRTH_DATE_CORRECTED, words, changes)

    def gets_a_new_signature_certificate(self) -> None:
        """Apply at the counter, as after a move: nobody is given one unasked."""
        words = Words("has a new signature certificate issued", "署名用電子証明書の発行を受ける")
        self._befalls(LifeEvent.SIGNATURE_ISSUED, words)

    def renews_the_certificates(self) -> None:
        """電子証明書の更新: new serial numbers, new keys, another CN."""
        self._befalls(LifeEvent.RENEWED, Words("renews both certificates", "電子証明書を更新する"))

    def gets_another_card(self) -> None:
        """再交付: another card with another chip."""
        self._befalls(LifeEvent.CARD_REISSUED, Words("is given another card", "カードの再交付を受ける"))

    def has_the_stay_extended(self, until: date) -> None:
        """在留期間の変更: the card of a foreign resident ends on another day."""
        words = Words(f"may stay until {until}", f"在留期間が{until}までに変更される")
        self._befalls(LifeEvent.RESIDENCE_PERIOD_CHANGED, words, Changes(residence_until=until))

    def emigrates(self) -> None:
        """国外転出."""
        self._befalls(LifeEvent.EMIGRATED, Words("moves abroad", "国外へ転出する"))

    def returns_from_abroad(self) -> None:
        """国外からの転入."""
        self._befalls(LifeEvent.RETURNED, Words("returns from abroad", "国外から転入する"))

    def dies(self) -> None:
        """死亡."""
        self._befalls(LifeEvent.DIED, Words("dies", "死亡する"))

    def binds_a_phone(self) -> None:
        """スマホ用電子証明書の発行."""
        self._befalls(LifeEvent.PHONE_BOUND, Words("has a phone bound", "スマホ用電子証明書の発行を受ける"))

    @property
    def _here(self) -> str:
        here = MUNICIPALITIES[self.issued.resident.municipality]
        return f"{here.prefecture}{here.name}"

    def _befalls(self, what: LifeEvent, words: Words, changes: Changes = UNCHANGED) -> None:
        with self._observer.happening(Words(f"the resident {words.en}", f"利用者が{words.ja}")):
            self._stage.world.happen(self.issued.resident.id, what, changes)
