"""The table of domain note 09 §6, line by line, and what a site may write in front of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from garde.errors import Malformed, Missing
from garde.respond.decide import Asked, default, load, parse


def asked(verb: str, response: str, use: str = "unknown", severity: str = "high", confidence: int = 90) -> Asked:
    return Asked(verb=verb, response=response, use=use, severity=severity, confidence=confidence)


@pytest.mark.parametrize(
    ("wanted", "mode", "approve", "confirm"),
    [
        (asked("capture", "RP0"), "automatic", (), ()),
        (asked("call", "RP0"), "automatic", (), ()),
        (asked("cut", "outside"), "automatic", (), ()),
        (asked("cut", "RP3"), "automatic", (), ()),
        (asked("cut", "RP3", confidence=59), "approval", ("rssi",), ()),
        (asked("cut", "outside", severity="medium"), "approval", ("rssi",), ()),
        (asked("cut", "RP2"), "approval", ("rssi",), ()),
        (asked("cut", "unknown"), "approval", ("rssi",), ()),
        (asked("cut", "RP1"), "approval", ("rssi", "biomedical"), ()),
        (asked("block", "outside"), "automatic", (), ()),
        (asked("block", "RP2"), "approval", ("rssi",), ()),
        (asked("block", "RP0"), "option", ("rssi", "biomedical"), ("bedside", "clinician", "spare")),
        (asked("sinkhole", "outside"), "automatic", (), ()),
        (asked("disable-account", "outside"), "approval", ("rssi",), ()),
        (asked("restrict", "RP3"), "automatic", (), ()),
        (asked("restrict", "RP2", "idle"), "automatic", (), ()),
        (asked("restrict", "RP2"), "approval", ("biomedical",), ()),
        (asked("restrict", "RP1"), "approval", ("rssi",), ("clinician",)),
        (asked("restrict", "RP0"), "option", ("rssi", "biomedical"), ("clinician", "spare")),
        (asked("quarantine", "RP3", severity="critical"), "automatic", (), ()),
        (asked("quarantine", "RP3"), "approval", ("rssi",), ()),
        (asked("quarantine", "RP2"), "option", ("biomedical",), ("bedside",)),
        (asked("quarantine", "RP1"), "option", ("rssi", "biomedical"), ("bedside", "clinician")),
        (asked("quarantine", "RP0"), "option", ("rssi", "biomedical"), ("bedside", "clinician", "spare")),
        (asked("quarantine", "unknown"), "option", ("rssi", "biomedical"), ("bedside", "clinician")),
        (asked("order", "RP2"), "option", ("biomedical",), ()),
        (asked("dance", "RP3"), "never", (), ()),
    ],
    ids=lambda value: f"{value.verb}-{value.response}-{value.use}" if isinstance(value, Asked) else "",
)
def test_the_table(wanted: Asked, mode: str, approve: tuple[str, ...], confirm: tuple[str, ...]) -> None:
    row = default().row(wanted)
    assert (row.mode, row.approve, row.confirm) == (mode, approve, confirm)
    assert mode == "never" or row.because


def test_a_site_s_rows_come_first_and_may_be_limited_to_a_ward() -> None:
    site = parse('[[row]]\nverb = ["cut"]\nward = ["Réa A"]\nmode = "never"', "site.toml")
    assert site.row(asked("cut", "outside"), "Réa A").mode == "never"
    assert site.row(asked("cut", "outside"), "Bloc").mode == "automatic"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('[[row]]\nverb = ["cut"]\nmod = "never"', 3),
        ('[[row]]\nmode = "always"', 2),
        ('[[row]]\nmode = "never"\n\n[[row]]\nverb = ["destroy"]\nmode = "automatic"', 5),
        ('[[row]]\nmode = "approval"\nttl = 9999', 3),
    ],
    ids=["field", "mode", "verb", "ttl"],
)
def test_a_mistake_names_its_line(text: str, line: int) -> None:
    with pytest.raises(Malformed, match=f"site.toml, line {line}"):
        parse(text, "site.toml")


def test_a_policy_is_a_file_or_the_default(tmp_path: Path) -> None:
    assert load("") is default()
    with pytest.raises(Missing):
        load(str(tmp_path / "none.toml"))
    (tmp_path / "site.toml").write_text('[[row]]\nmode = "never"', "utf-8")
    assert load(str(tmp_path / "site.toml")).row(asked("cut", "outside")).mode == "never"
