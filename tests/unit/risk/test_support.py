"""Which systems still get updates, by name, build and banner, to the day."""

from __future__ import annotations

import datetime as dt

import pytest

from garde.model.device import Claim, Device, Source
from garde.risk.support import ended, state, support, systems

DAY = 86_400 * 10**9


def day(text: str) -> int:
    return (dt.date.fromisoformat(text) - dt.date(1970, 1, 1)).days * DAY


def device(**claims: str) -> Device:
    line = (Source("dhcp", "s", 0.9, 0, 0, observation="o-os"),)
    names = {name.replace("_software", ".software"): value for name, value in claims.items()}
    return Device(id="d", keys=(), claims={name: Claim(name, value, 0.9, line) for name, value in names.items()})


@pytest.mark.parametrize(
    ("os", "build", "on", "expected"),
    [
        ("Windows XP", "", "2026-11-24", "out"),
        ("Windows XP", "", "2018-01-01", "extended"),
        ("Windows 7 SP1", "", "2026-11-24", "out"),
        ("Windows 7 SP1", "", "2015-01-01", "supported"),
        ("Windows Server 2008 R2 Standard 7601 Service Pack 1", "", "2022-06-01", "extended"),
        ("Windows 8.1 or Server 2012 R2", "", "2026-11-24", "out"),
        ("Windows 8.1 or Server 2012 R2", "", "2026-01-24", "extended"),
        ("Windows 10 1607 or Server 2016", "10.0.14393", "2026-11-24", "extended"),
        ("Windows 10", "10.0.10240", "2026-11-24", "out"),
        ("Windows 10", "", "2026-11-24", "extended"),
        ("Windows 10 22H2", "10.0.19045", "2026-11-24", "extended"),
        ("Windows Server 2022", "10.0.20348", "2026-11-24", "supported"),
        ("Windows 11", "10.0.22631", "2026-11-24", "out"),
        ("Windows 11", "", "2026-11-24", "unknown"),
        ("Windows CE", "", "2026-11-24", "out"),
        ("Windows 100", "", "2026-11-24", "unknown"),
        ("Linux", "", "2026-11-24", "unknown"),
        ("VxWorks", "6.9", "2026-11-24", "unknown"),
        ("Linux Debian", "12", "2026-11-24", "extended"),
        ("Linux Ubuntu", "24.04", "2026-11-24", "supported"),
        ("", "", "2026-11-24", "unknown"),
    ],
)
def test_systems_as_the_inventory_names_them(os: str, build: str, on: str, expected: str) -> None:
    found = device(**{name: value for name, value in (("os", os), ("os_build", build)) if value})
    assert support(found, day(on))[0] == expected


def test_the_last_day_is_a_day_of_support_and_the_last_year_is_near() -> None:
    system = ended("Windows Server 2022", "", ())[0]  # type: ignore[index]
    year = dt.timedelta(days=365)
    one = dt.timedelta(days=1)
    assert state(system, system.end - year - one) == "supported"
    assert state(system, system.end - year) == state(system, system.end) == "extended"
    assert state(system, system.end + one) == "out"


def test_a_banner_tells_the_release_that_the_name_does_not() -> None:
    found = device(os="Linux Debian", ssh_software="OpenSSH_7.9p1 Debian-10+deb10u2")
    assert support(found, day("2026-11-24")) == ("out", ("o-os",))
    assert support(device(os="Linux Debian"), day("2026-11-24")) == ("unknown", ())


def test_the_makers_no_goes_before_the_table_and_its_yes_does_not() -> None:
    assert support(device(os="Windows Server 2022"), day("2026-11-24"), False) == ("out", ())
    assert support(device(os="Windows XP"), day("2026-11-24"), True)[0] == "out"


def test_the_table_is_in_order() -> None:
    names = [name for row in systems() for name in row.names]
    assert len(names) == len(set(names))
    assert all(row.source and (row.extended is None or row.extended > row.end) for row in systems())
