"""A device as the judging of risk takes it: its names, where it stands, who depends on it."""

from __future__ import annotations

from garde.inventory.kinds import kinds
from garde.model.device import Claim, Device, Source
from garde.model.flow import BUCKET, Conversation
from garde.model.key import Key
from garde.pipeline.risk.assets import asset_of, parts_of, setting_of

NOW = 100 * BUCKET
LINE = (Source("dicom.dataset", "core", 0.9, 1, NOW, observation="o-1"),)


def device(number: int, kind: str, **words: str) -> Device:
    claims = {name: Claim(name, value, 0.9, LINE) for name, value in {"kind": kind, **words}.items()}
    return Device(id=f"d-{number}", keys=(Key("ip", f"10.0.0.{number}"),), kind=kind, claims=claims)


def talk(number: int, source: int, target: int, at: int, **more: object) -> Conversation:
    ends = {"source": Key("ip", f"10.0.0.{source}"), "target": Key("ip", f"10.0.0.{target}")}
    return Conversation(id=f"c-{number}", at=at, sensor="s", protocol="tcp", port=104, **ends, **more)  # type: ignore[arg-type]


PACS = device(9, "PACS", manufacturer="Acme", model="Archive", software="2.1", os="Windows Server 2008", ward="DSI")


def test_the_device_and_its_system_are_parts() -> None:
    own, system = parts_of(PACS)
    assert (own.maker, own.name, own.version, own.because) == ("Acme", "Archive", "2.1", ("o-1",))
    assert (system.name, system.version) == ("Windows Server 2008", "")
    assert list(parts_of(device(1, "CT", model="X"))) == []


def test_who_keeps_coming_depends_on_it() -> None:
    talks = [talk(n, source, 9, n * BUCKET) for n, source in enumerate((1, 1, 2, 2, 3))]
    owners = {Key("ip", f"10.0.0.{n}"): f"d-{n}" for n in (1, 2, 3, 9)}
    asset = asset_of(PACS, talks, owners, {"d-1": 4, "d-2": 2, "d-3": 4}, at=NOW, networks=["10.0.0.0/8"])
    assert (asset.subject.dependents, asset.subject.inherits) == (2, 4)
    assert asset.subject.ward == "DSI" and asset.facts.inventory == 0.9
    assert asset.facts.network != "internet"


def test_nobody_was_heard_is_not_nobody_depends() -> None:
    assert asset_of(PACS, (), {}, {}, at=NOW, networks=()).subject.dependents is None


def test_harm_counts_where_the_kind_says_so() -> None:
    assert setting_of(kinds()["VENT_ICU"]).harm and not setting_of(kinds()["PACS"]).harm
    assert not setting_of(None).life_sustaining
