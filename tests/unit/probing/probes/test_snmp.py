"""An agent of net-snmp, and agents that misbehave."""

from __future__ import annotations

from typing import Any

import pytest

from garde.errors import Malformed
from garde.probing.probes.snmp import SNMP, entity, interfaces, printer, storage, ups
from tests.agents import snmpd
from tests.hostile import NONSENSE, datagrams, hostile, probed


def test_an_agent_says_what_it_is() -> None:
    with snmpd() as port:
        result = probed(SNMP, port, parts="interfaces, storage, entity")
        assert probed(SNMP, port, slow=0.0).state == "slow"
        assert probed(SNMP, port, parts="ups").code == "snmp.no-ups"
        assert probed(SNMP, port, community="wrong", timeout=0.3).code == "snmp.community"
    assert (result.state, result.code) == ("up", "ok") and result.metrics["interfaces"] >= 1
    assert result.metrics["uptime_s"] >= 0 and result.evidence["description"].startswith("Linux")


def test_a_user_of_version_3() -> None:
    words = {"user": "garde", "auth": "sha1", "priv": "aes128", "priv_key": "privpassword"}
    with snmpd() as port:
        assert probed(SNMP, port, auth_key="authpassword", **words).state == "up"
        assert probed(SNMP, port, auth_key="other-password", **words, timeout=1).code == "snmp.authentication"
    with pytest.raises(Malformed, match="eight octets"):
        probed(SNMP, 1, auth_key="short", **words)
    with pytest.raises(Malformed, match="interfaces, storage"):
        probed(SNMP, 1, parts="disks")


def test_peers_that_misbehave() -> None:
    with hostile("refuse") as port:
        assert probed(SNMP, port, timeout=1).code == "probe.refused"
    with datagrams(lambda _: None) as port:
        assert probed(SNMP, port, timeout=0.3).code == "probe.silent"
    with datagrams(lambda _: NONSENSE) as port:
        assert probed(SNMP, port, timeout=1).code == "probe.garbage"


class Held:
    """An agent that holds what it was given."""

    def __init__(self, values: dict[str, Any]) -> None:
        self._values = {f"1.3.6.1.2.1.{name}": value for name, value in values.items()}

    async def get(self, names: list[str]) -> dict[str, Any]:
        return {name: self._values[name] for name in names if name in self._values}

    async def walk(self, name: str) -> dict[str, Any]:
        return {
            full.removeprefix(name + "."): value
            for full, value in self._values.items() if full.startswith(name + ".")
        }  # fmt: skip


def asked(part: Any, values: dict[str, Any]) -> Any:
    """What a part makes of an agent that holds these values."""
    steps = part(Held(values))
    with pytest.raises(StopIteration) as end:
        steps.send(None)
    return end.value.value


def test_a_power_supply() -> None:
    on = asked(ups, {"33.1.2.1.0": 2, "33.1.2.3.0": 40, "33.1.2.4.0": 97, "33.1.4.1.0": 3})
    assert (on.code, on.metrics["charge_percent"], on.metrics["runtime_min"]) == ("ok", 97, 40)
    assert asked(ups, {"33.1.2.1.0": 2, "33.1.4.1.0": 5}).code == "ups.on-battery"
    low = asked(ups, {"33.1.2.1.0": 3, "33.1.4.1.0": 5})
    assert (low.code, low.down) == ("ups.battery-low", True)


def test_a_printer() -> None:
    found = asked(
        printer,
        {"25.3.5.1.1.1": 3, "43.11.1.1.8.1.1": 200, "43.11.1.1.9.1.1": 10, "43.11.1.1.6.1.1": b"Black",
         "43.11.1.1.8.1.2": 100, "43.11.1.1.9.1.2": -3},
    )  # fmt: skip
    assert found.metrics == {"supply_1.1_percent": 5.0, "supply_percent": 5.0, "printer_status": 3.0}
    assert found.evidence == {"supply_1.1": "Black"} and asked(printer, {}).code == "snmp.no-printer"


def test_interfaces_and_disks() -> None:
    found = asked(
        interfaces,
        {"2.2.1.7.1": 1, "2.2.1.8.1": 1, "2.2.1.7.2": 1, "2.2.1.8.2": 2, "2.2.1.7.3": 2, "2.2.1.8.3": 2,
         "2.2.1.14.1": 4, "2.2.1.20.1": 5},
    )  # fmt: skip
    assert found.metrics == {"interfaces": 3, "interfaces_down": 1, "errors_in": 4, "errors_out": 5}
    assert found.evidence == {"down": "2"}
    disk = {"25.2.3.1.2.1": "1.3.6.1.2.1.25.2.1.4", "25.2.3.1.3.1": b"/", "25.2.3.1.5.1": 200, "25.2.3.1.6.1": 150}
    assert asked(storage, disk).metrics == {"storage_1_percent": 75.0, "storage_percent": 75.0}


def test_parts_and_sensors() -> None:
    found = asked(
        entity,
        {"47.1.1.1.1.13.1": b"", "47.1.1.1.1.13.2": b"C9300", "47.1.1.1.1.11.2": b"FOC1", "99.1.1.1.1.7": 8,
         "99.1.1.1.2.7": 9, "99.1.1.1.3.7": 1, "99.1.1.1.4.7": 412, "99.1.1.1.1.8": 3, "99.1.1.1.2.8": 8,
         "99.1.1.1.4.8": 12000},
    )  # fmt: skip
    assert found.evidence == {"model": "C9300", "serial": "FOC1"}
    assert found.metrics == {"sensor_7_celsius": 41.2, "sensor_8_volt": 12.0}
