"""Why evidence is refused: what, where, expected, actual, and how it can be mended, in both languages."""

from msgspec import Struct

WHAT: dict[str, tuple[str, str, str, str]] = {
    # what: in English and in Japanese, then how to mend it
    "container": (
        "the file is not a bundle as certify --sign writes one",
        "certify --sign が作成する証拠一式の形式ではありません",
        "ask the certifier for the file as it was written",
        "作成されたままのファイルを認証者から入手してください",
    ),
    "octets": (
        "octets of the container were changed, added or taken away",
        "ファイルの一部が変更・追加・削除されています",
        "ask the certifier for the file as it was written",
        "作成されたままのファイルを認証者から入手してください",
    ),
    "name": (
        "a name in the container could leave its folder or hide another file",
        "使用できないファイル名が含まれています",
        "do not unpack it; ask the certifier for the file as it was written",
        "展開せず、作成されたままのファイルを認証者から入手してください",
    ),
    "manifest": (
        "the manifest cannot be read",
        "目録（manifest.json）を読み取れません",
        "ask the certifier for the file as it was written, or take the version of the suite that wrote it",
        "作成されたままのファイルを入手するか、作成時の版のスイートを使用してください",
    ),
    "no signer": (
        "nobody was named whose signature is trusted",
        "信頼する署名者が指定されていません",
        "get the certifier's public key or its id from the certifier, not from the bundle, and name it with --signer",
        "認証者の公開鍵またはその識別子を、この証拠一式とは別の経路で入手し、--signer で指定してください",
    ),
    "signer": (
        "somebody else signed it than was named",
        "指定された署名者とは別の鍵で署名されています",
        "trust it only if that key, too, is the certifier's: ask the certifier",
        "その鍵も認証者のものかどうかを認証者に確認してください",
    ),
    "signature": (
        "the signature does not fit the manifest",
        "署名が目録と一致しません",
        "ask the certifier for the file as it was written",
        "作成されたままのファイルを認証者から入手してください",
    ),
    "file": (
        "a file is not the one that was signed",
        "署名されたファイルと一致しません",
        "ask the certifier for the file as it was written",
        "作成されたままのファイルを認証者から入手してください",
    ),
    "contradiction": (
        "what was signed contradicts itself",
        "署名された内容に矛盾があります",
        "ask the certifier for a new run: signer or suite made a mistake",
        "署名者またはスイートの誤りです。再試験を依頼してください",
    ),
}


class Refusal(Struct, frozen=True):
    """One reason to refuse evidence."""

    what: str
    where: str
    expected: str
    actual: str

    def lines(self) -> list[str]:
        """Return it for people."""
        english, japanese, mend, mend_ja = WHAT[self.what]
        return [
            f"{english} / {japanese}",
            f"    where / 箇所:      {self.where}",
            f"    expected / 期待:   {self.expected}",
            f"    actual / 実際:     {self.actual}",
            f"    → {mend} / {mend_ja}",
        ]

    def plain(self) -> dict[str, str]:
        """Return it for programs."""
        english, japanese, mend, mend_ja = WHAT[self.what]
        return {
            "kind": self.what,
            "what": english,
            "what_ja": japanese,
            "where": self.where,
            "expected": self.expected,
            "actual": self.actual,
            "mend": mend,
            "mend_ja": mend_ja,
        }


class Refused(Exception):
    """Evidence that goes no further: what comes after could not be believed."""

    def __init__(self, what: str, where: str, expected: str, actual: str) -> None:
        super().__init__(f"{what}: {where}: expected {expected}, actual {actual}")
        self.refusal = Refusal(what, where, expected, actual)
