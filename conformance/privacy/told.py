"""What was searched, as the reports tell it: each place with its verdict, NA where nobody said where it is."""

from typing import Any

from conformance.privacy.oracle import Searched
from conformance.privacy.place import Place
from conformance.privacy.places import rules


def searched_fields(searched: Searched | None) -> dict[str, Any] | None:
    """Return what report.json says of the search (docs/report.md); None where there was none."""
    if searched is None:
        return None
    return {
        "places": [_place(place, searched) for place in Place],
        "watches": list(searched.watches),
        "canaries": searched.canaries,
        "patterns": searched.patterns,
        "findings": [
            {
                "place": each.place.value,
                "requirement": each.requirement,
                "kind": each.kind.value,
                "case": each.owner or None,
                "where": each.where,
                "octet": each.at,
                "encoding": each.encoding,
                "packed": list(each.packed),
                "times": each.times,
                "described": each.described,
            }
            for each in searched.findings
        ],
        "remarks": list(searched.remarks),
    }


def _place(place: Place, searched: Searched) -> dict[str, Any]:
    title = {"en": rules()[place].title.en, "ja": rules()[place].title.ja}
    octets = searched.octets.get(place)
    found = sum(each.place is place for each in searched.findings)
    if octets is None:
        said = "not searched: nobody said where it is / 未検査"
        return {"place": place.value, "verdict": "NA", "octets": None, "title": title, "said": said}
    if not octets:
        said = "watched, and nothing was written there / 書き込みなし"
        return {"place": place.value, "verdict": "NA", "octets": 0, "title": title, "said": said}
    said = f"{octets:,} octets searched, {found} found"
    return {
        "place": place.value,
        "verdict": "FAIL" if found else "PASS",
        "octets": octets,
        "title": title,
        "said": said,
    }
