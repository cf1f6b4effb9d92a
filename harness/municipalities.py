"""The municipalities of the fake country. Both are invented: no prefecture of Japan has the code 48."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Municipality:
    """A municipality as certificates and cards name it; `code` is the 5-digit 市区町村コード."""

    code: str
    name: str
    romaji: str
    prefecture: str
    prefecture_romaji: str


AOI = Municipality("48201", "葵市", "Aoi-shi", "試験県", "Shiken-ken")
WAKABA = Municipality("48202", "若葉市", "Wakaba-shi", "試験県", "Shiken-ken")
MUNICIPALITIES = {municipality.code: municipality for municipality in (AOI, WAKABA)}
