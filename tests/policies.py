"""A small hospital's policy with its addresses, any other one, and their golden texts in every form.

``make golden`` runs this file, which writes the texts again.

Example::

    ruleset, unknown = resolved(POLICY, OBJECTS, generation=42, mode="enforce")
"""

from __future__ import annotations

import subprocess
from pathlib import Path

from hypothesis import strategies as st

from garde.model.zones.zone import Conduit, Policy, Rule, Zone, drafted
from garde.zones import mud
from garde.zones.exports.mud import models, written
from garde.zones.exports.neutral import MODES, Host, Objects, Ruleset, resolved
from garde.zones.exports.nftables import NFTABLES
from garde.zones.exports.table import FORMS

FOLDER = Path(__file__).parent / "unit/zones/exports/golden"
MUD_FOLDER = Path(__file__).parent / "unit/zones/exports/mud"

_ZONES = (
    Zone(name="Z1", fr="Vital", en="Life", level=3, vlan=110, networks=("10.1.0.0/24", "2001:db8:1::/64")),
    Zone(name="Z2", fr="Imagerie", en="Imaging", level=2, vlan=120, networks=("10.2.0.0/24", "2001:db8:2::/64")),
    Zone(
        name="Z5", fr="SIH", en="Hospital information", level=2, vlan=150, networks=("10.20.0.0/24", "2001:db8:20::/64")
    ),
)
US = 'model:ACME|Écho "7" {;}'
_DICOM = {"protocol": "tcp", "service": "dicom"}
POLICY: Policy = drafted(
    "first",
    7,
    _ZONES,
    [
        Conduit(
            source="Z1",
            target="Z5",
            rules=(
                Rule(source="kind:patient-monitor", target="device:d-gw", protocol="tcp", low=2575, high=2575, dscp=46),
                Rule(source="zone:Z1", target="kind:ntp", protocol="udp", low=123, high=123, basis="must-pass"),
            ),
        ),
        Conduit(
            source="Z2",
            target="Z5",
            rules=(
                Rule(source=US, target="kind:pacs", low=104, high=104, dscp=18, **_DICOM),
                Rule(source=US, target="kind:pacs", low=11112, high=11115, **_DICOM),
                Rule(source="zone:Z2", target="kind:dns", protocol="udp", low=53, high=53, basis="must-pass"),
                Rule(source="zone:Z2", target="kind:ntp", protocol="udp", low=123, high=123, basis="must-pass"),
                Rule(
                    source="zone:Z2", target="name:update.acme.example", protocol="tcp", low=443, high=443, until=10**18
                ),
                Rule(source="ip:10.2.0.250", target="any", protocol="icmp"),
            ),
        ),
        Conduit(
            source="Z5",
            target="Z2",
            rules=(Rule(source="kind:pacs", target="zone:Z2", low=11112, high=11112, **_DICOM),),
        ),
    ],
)
OBJECTS = Objects(
    hosts=(
        Host(
            id="d-us-1",
            zone="Z2",
            kind="US",
            model=US[6:],
            macs=("00:09:FB:12:34:56",),
            addresses=("10.2.0.11", "2001:db8:2::11"),
        ),
        Host(id="d-us-2", zone="Z2", kind="US", model=US[6:], macs=("00:09:fb:12:34:57",), addresses=("10.2.0.12",)),
        # The same model in another zone: the conduit of Z2 does not mean it.
        Host(id="d-us-3", zone="Z8", kind="US", model=US[6:], macs=("00:09:fb:12:34:58",), addresses=("10.8.0.13",)),
        Host(id="d-ct", zone="Z2", kind="CT", macs=("00:09:fb:99:00:01",), addresses=("10.2.0.31",)),
        Host(
            id="d-mon",
            zone="Z1",
            kind="patient-monitor",
            macs=("00:09:fb:01:00:01",),
            addresses=("10.1.0.5", "2001:db8:1::5"),
        ),
        Host(id="d-pacs-1", zone="Z5", kind="pacs", addresses=("10.20.0.8", "2001:db8:20::8")),
        Host(id="d-pacs-2", zone="Z5", kind="pacs", addresses=("10.20.0.9",)),
        Host(id="d-dns", zone="Z5", kind="dns", addresses=("10.20.0.53", "2001:db8:20::53")),
        Host(id="d-ntp", zone="Z5", kind="ntp", addresses=("10.20.0.123", "2001:db8:20::123")),
        Host(id="d-gw", zone="Z5", addresses=("10.20.0.4", "2001:db8:20::4")),
    ),
    spared=("Z1",),
)


def ruleset(mode: str = "enforce", generation: int = 42, *, macs: bool = True) -> Ruleset:
    """The sample, looked up."""
    return resolved(POLICY, OBJECTS, generation=generation, mode=mode, by_mac=macs)[0]


def _names() -> st.SearchStrategy[str]:
    word = st.sampled_from(
        ["kind:pacs", "kind:us", "zone:A", "zone:B", "device:d-1", "name:a.example", 'model:A"|\n}', "any"]
    )
    return word | st.text(max_size=12).map("kind:".__add__) | st.sampled_from(["ip:10.9.0.0/16", "ip:2001:db8:9::/48"])


_FOUR = st.builds(
    lambda number, bits: f"{number >> 24}.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}/{bits}",
    st.integers(1 << 24, (224 << 24) - 1),
    st.integers(4, 32),
)
_SIX = st.builds(lambda number, bits: f"2001:db8:{number:x}::/{bits}", st.integers(0, 0xFFFF), st.integers(40, 128))
_MAC = st.integers(0, (1 << 40) - 1).map(lambda number: "00:" + number.to_bytes(5, "big").hex(":"))


def _hosts() -> st.SearchStrategy[Host]:
    return st.builds(
        Host,
        id=st.sampled_from(["d-1", "d-2", "d-3"]),
        zone=st.sampled_from("ABC"),
        kind=st.sampled_from(["", "pacs", "us"]),
        model=st.sampled_from(["", 'A"|\n}']),
        names=st.sampled_from([(), ("a.example",)]),
        macs=st.lists(_MAC, max_size=2).map(tuple),
        addresses=st.lists(_FOUR | _SIX, max_size=3).map(tuple),
    )


@st.composite
def _rules(draw: st.DrawFn) -> Rule:
    protocol = draw(st.sampled_from(["tcp", "udp", "icmp", "47", "6", "58", "253"]))
    ports = (0, 0)
    if protocol in ("tcp", "udp", "6"):
        low, high = sorted((draw(st.integers(0, 65535)), draw(st.integers(0, 65535))))
        ports = (low, high)
    return Rule(
        source=draw(_names()),
        target=draw(_names()),
        protocol=protocol,
        low=ports[0] if ports[1] else 0,
        high=ports[1],
        dscp=draw(st.none() | st.integers(0, 63)),
    )


@st.composite
def rulesets(draw: st.DrawFn) -> Ruleset:
    """Any ruleset, objects known or not."""
    ways = draw(
        st.lists(
            st.tuples(st.sampled_from(["A", "B", "any"]), st.sampled_from(["A", "B", "É"])), max_size=4, unique=True
        )
    )
    conduits = [
        Conduit(source=one, target=other, rules=tuple(draw(st.lists(_rules(), max_size=4)))) for one, other in ways
    ]
    zones = [Zone(name=name, fr=name, en=name, networks=draw(st.lists(_FOUR, max_size=1).map(tuple))) for name in "AB"]
    policy = drafted("any", 0, zones, conduits)
    objects = Objects(
        hosts=tuple(draw(st.lists(_hosts(), max_size=5))),
        names={"a.example": tuple(draw(st.lists(_FOUR, max_size=1)))},
        spared=draw(st.sampled_from([(), ("A",), ("A", "B")])),
    )
    return resolved(
        policy,
        objects,
        generation=draw(st.integers(1, 10**9)),
        mode=draw(st.sampled_from(MODES)),
        by_mac=draw(st.booleans()),
    )[0]


def texts() -> dict[str, str]:
    """File name → what it shall hold."""
    found = {f"{form.name}.txt": form.render(ruleset(macs=form.macs)) for form in FORMS}
    found |= {f"nftables.{mode}.txt": FORMS["nftables"].render(ruleset(mode)) for mode in MODES if mode != "enforce"}
    return found


def mud_texts() -> dict[str, str]:
    """File name → what it shall hold: a maker's file as a ruleset, and a learnt policy as a file."""
    names = {mud.MY_CONTROLLER: "kind:GATE", mud.DNS: "kind:DNS", mud.NTP: "kind:NTP"}
    permitted, _ = mud.rules(mud.read((MUD_FOLDER / "maker.json").read_bytes()), "model:X|Y", names)
    servers = (("GATE", "10.20.0.4"), ("DNS", "10.20.0.53"), ("NTP", "10.20.0.123"))
    objects = Objects(
        hosts=(
            Host(id="d-v", zone="Z1", model="X|Y", macs=("00:09:fb:00:00:01",), addresses=("10.1.0.7",)),
            *(Host(id=kind, zone="Z5", kind=kind, addresses=(address,)) for kind, address in servers),
        ),
        names={"update.vendor.example": ("198.51.100.7", "2001:db8:ffff::7")},
    )
    policy = drafted("vent", 0, (), [Conduit(source="any", target="any", rules=permitted)])
    held, unknown = resolved(policy, objects, generation=1, mode="enforce")
    if unknown:
        raise AssertionError(unknown)
    maker, _, model = US[6:].partition("|")
    learnt = written(
        models(POLICY)[US],
        "https://garde.example/mud/us.json",
        mud.Head(maker=maker, model=model),
        at=1_780_000_000_000_000_000,
        names={mud.MY_CONTROLLER: "kind:pacs"},
    )
    return {"maker.nft": NFTABLES.render(held), "learnt.json": learnt.decode()}


def listed(text: str, *more: str) -> str:
    """The table as nft shows it after loading the text into a network namespace of its own.

    Raises:
        AssertionError: nft refuses it, with what nft says.
    """
    given = f"{text}\nEND\n"
    script = f"nft -c -f - <<'END' && nft -f - <<'END' && nft {' '.join(more)} list table inet garde\n{given}{given}"
    done = subprocess.run(["unshare", "-n", "sh", "-s"], input=script, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, text in texts().items():
        (FOLDER / name).write_text(text)
    for name, text in mud_texts().items():
        (MUD_FOLDER / name).write_text(text)
