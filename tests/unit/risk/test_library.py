"""The library: what all documents together say, kept as long as they stay."""

from __future__ import annotations

import json

from garde.model.risk.vulnerability import Reading
from garde.risk.library import Library
from garde.risk.vulnerability import formats
from tests import feeds


def readings(*names: str) -> list[Reading]:
    return [formats.read(feeds.octets(feeds.DOCUMENTS[name]())) for name in names]


def test_every_document_is_heard_the_newest_first() -> None:
    library = Library()
    library.keep(readings("csaf", "cve", "kev", "epss", "mds2", "cyclonedx"))
    about = library.about(feeds.CVE)
    assert {one.format for one in about.sources} == {"csaf", "cve", "kev", "epss", "cyclonedx"}
    assert [one.at for one in about.sources] == sorted((one.at for one in about.sources), reverse=True)
    assert about.exploited is not None and about.exploited.ransomware
    assert about.likelihood is not None and about.likelihood.chance == 0.12
    assert {one.status for one in about.statements} >= {"affected", "fixed"}
    assert [form.model for form in library.forms.values()] == ["Pump 3"] and len(library.bills) == 1


def test_the_newest_catalogue_counts() -> None:
    old, new = feeds.kev(), feeds.kev()
    new["dateReleased"] = "2025-09-25T17:04:19.9796Z"
    new["vulnerabilities"][0]["knownRansomwareCampaignUse"] = "Unknown"
    both = [formats.read(json.dumps(one).encode()) for one in (new, old)]
    for order in (both, both[::-1]):
        library = Library()
        library.keep(order)
        about = library.about(feeds.CVE)
        assert about.exploited is not None and not about.exploited.ransomware


def test_a_document_more_is_added_and_one_less_forgotten() -> None:
    library, some = Library(), readings("kev", "epss")
    library.keep(some[:1])
    assert library.about(feeds.CVE).likelihood is None
    library.keep(some)
    assert library.about(feeds.CVE).likelihood is not None
    library.keep(some[1:])
    assert library.about(feeds.CVE).exploited is None and len(library.sources) == 1
    library.keep([])
    assert library.about(feeds.CVE).empty


def test_a_document_given_twice_is_one() -> None:
    library = Library()
    library.keep(readings("csaf", "csaf"))
    assert len(library.about(feeds.CVE).sources) == 1
    assert len(library.about(feeds.CVE).statements) == len(readings("csaf")[0].statements)
