"""Text in both languages."""

from typing import Literal, NamedTuple

Language = Literal["ja", "en"]


class Words(NamedTuple):
    """The same thing said twice."""

    ja: str
    en: str

    def said(self, language: Language) -> str:
        """The text in one language."""
        return self.ja if language == "ja" else self.en
