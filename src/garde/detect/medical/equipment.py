"""Equipment: commands to pumps, monitors, analysers, serial servers and buildings by who never gave them before.

Question: does somebody set, load or administer a device who is not the one that does?
Reference: domain note 09 §4: PMP-01 to PMP-03, MON-01, MON-02, SDC-01, LAB-01, SER-01, FW-02, FW-03, BMS-01; MITRE
ATT&CK for ICS T0855, T0836, T0838, T0857. Rules about pumps name the kinds of device they apply to
(``detect/rules.toml``), and the stage drops them elsewhere. Who commands first is taken for who commands; Garde cannot
know better from one capture. Memory: 16,384 devices, 16 commanders each.

Example: a second host that writes by Modbus to one machine gives ``building.write``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from garde.detect.spec import Alarm, Deaf, Detector, Setting, unicast
from garde.wire.flow import Endpoint
from garde.wire.signal import ACCEPTED, Happening, Signal

_MOST: Final = 1 << 14
#: Ports by which serial servers are set up: Lantronix and Moxa discovery, and the menus of both.
_SERIAL: Final = {(17, 30718): "discovery", (17, 4800): "discovery", (6, 9999): "menu", (6, 4900): "menu"}
#: Ports by which a device is administered in clear.
_ADMIN: Final = {21: "ftp", 23: "telnet", 80: "http"}
_CHANGING: Final = frozenset({"POST", "PUT", "DELETE", "PATCH"})
#: Names of the operations of SDC (ISO/IEEE 11073-20701) in the action of a SOAP request.
_SDC: Final = (
    b"/SetService/SetValue",
    b"/SetService/SetString",
    b"/SetService/Activate",
    b"/SetService/SetMetricState",
)
_SDC_ALARM: Final = b"/SetService/SetAlertState"
_LIBRARY: Final = 4096
_PROGRAMS: Final = (b"MZ", b"\x7fELF", b"\x27\x05\x19\x56", b"hsqs", b"\xd0\x0d\xfe\xed", b"UBI#")


class _Sense(Deaf):
    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        #: what and device → who did so before
        self._before: dict[tuple[str, str], dict[str, int]] = {}
        self._results: dict[str, tuple[str, int]] = {}
        self._makers: set[str] = set()

    def _others(self, what: str, device: str, who: str) -> int:
        """How many others did that to this device before; 0 also for who did it before."""
        known = self._before.pop((what, device), {})
        if len(self._before) >= _MOST:
            del self._before[next(iter(self._before))]
        self._before[what, device] = known
        fresh = who not in known
        others = len(known)
        if len(known) < 16:
            known[who] = known.get(who, 0) + 1
        return others if fresh else 0

    def signal(self, one: Signal) -> Iterator[Alarm]:
        kind, sender, receiver = one.kind, one.sender, one.receiver
        if sender.ip in self._setting.servers:
            return
        if kind == "field.write":
            yield from self._written(one)
        elif kind == "monitor.associate":
            others = self._others(kind, receiver.ip, sender.ip)
            if others and unicast(receiver.ip):
                yield _alarm("monitor.new-client", one, 70, (f"other clients: {others}",))
        elif kind == "monitor.set":
            yield _alarm("monitor.alarm-change", one, 65, (f"operation: {one.number('operation'):.0f}",))
        elif kind == "monitor.announced":
            yield from self._announced(one)
        elif kind == "boot.asked":
            others = self._others(kind, sender.ip, receiver.ip)
            if others and unicast(receiver.ip):
                yield Alarm(
                    "firmware.boot",
                    sender,
                    65,
                    (receiver,),
                    (f"boot servers before: {others}",),
                    (one.packet,),
                )
        elif kind == "lab.result":
            yield from self._result(one)
        elif kind == "login.clear":
            yield _alarm("pump.admin", one, 80, (f"protocol: {one.text('by')}",), one.text("by"))
        elif kind == "http.request":
            if one.text("method") in _CHANGING:
                yield _alarm("pump.command", one, 65, (f"method: {one.text('method')}",), sender.ip)
        elif kind == "file.seen":
            yield from self._loaded(one)

    def happening(self, one: Happening) -> Iterator[Alarm]:
        if one.what != ACCEPTED or one.client.ip in self._setting.servers or not unicast(one.server.ip):
            return
        what = _SERIAL.get((one.protocol, one.server.port))
        if what:
            yield Alarm(
                "serial.admin",
                one.server,
                70 if what == "discovery" else 55,
                (one.client,),
                (f"port: {one.server.port}", f"what: {what}"),
                (one.packet,),
                one.client.ip,
            )
        elif one.protocol == 6 and one.server.port in _ADMIN and one.opened and one.server.port != 80:
            yield Alarm(
                "pump.admin",
                one.server,
                75,
                (one.client,),
                (f"protocol: {_ADMIN[one.server.port]}",),
                (one.packet,),
                _ADMIN[one.server.port],
            )

    def _written(self, one: Signal) -> Iterator[Alarm]:
        outside = self._setting.inside(one.receiver.ip) and not self._setting.inside(one.sender.ip)
        others = self._others("field.write", one.receiver.ip, one.sender.ip)
        if (others or outside) and unicast(one.receiver.ip):
            yield _alarm(
                "building.write",
                one,
                85 if outside else 65,
                (
                    f"protocol: {one.text('by')}",
                    f"function: {one.text('function')}",
                    f"others who write: {others}",
                ),
                one.sender.ip,
            )

    def _announced(self, one: Signal) -> Iterator[Alarm]:
        mac = one.text("mac")
        if not mac:
            return
        maker = mac[:8]
        known = self._makers
        # Monitors of one park are of one maker; a stranger among several that announces itself is none of them.
        if len(known) < 64:
            known.add(maker)
        if "00:09:fb" in known and maker != "00:09:fb":
            yield Alarm(
                "monitor.new-client",
                Endpoint(mac, one.sender.ip, 24005),
                60,
                (),
                ("announces itself as a monitor: yes", f"maker: {maker}"),
                (one.packet,),
                "announcement",
            )

    def _result(self, one: Signal) -> Iterator[Alarm]:
        name = f"{one.receiver.ip} {one.text('value')}"
        before = self._results.pop(name, None)
        if len(self._results) >= _MOST:
            del self._results[next(iter(self._results))]
        self._results[name] = before or (one.sender.ip, one.packet)
        if before is not None and before[0] != one.sender.ip:
            yield Alarm(
                "lab.replayed",
                one.receiver,
                75,
                (one.sender, Endpoint("", before[0], 0)),
                ("result: the same from another address",),
                (before[1], one.packet),
                one.sender.ip,
            )

    def _loaded(self, one: Signal) -> Iterator[Alarm]:
        data = one.octets
        if data.startswith(_PROGRAMS) and len(data) >= 64 and one.text("by") in ("http", "ftp", "stream"):
            yield _alarm("firmware.transfer", one, 65, (f"octets: at least {len(data)}", f"by: {one.text('by')}"))
        if one.text("by") == "http" and one.receiver.port < one.sender.port:
            if any(name in data for name in _SDC):
                others = self._others("sdc", one.receiver.ip, one.sender.ip)
                if others:
                    yield _alarm("sdc.command", one, 70, (f"other consumers: {others}",), one.sender.ip)
            elif _SDC_ALARM in data:
                yield _alarm("monitor.alarm-change", one, 75, ("operation: SetAlertState",))
            elif len(data) >= _LIBRARY:
                yield _alarm("pump.library", one, 65, (f"octets: at least {len(data)}",), one.sender.ip)


def _alarm(rule: str, one: Signal, confidence: int, reasons: tuple[str, ...], identifier: str = "") -> Alarm:
    """An alarm about who was sent something."""
    return Alarm(rule, one.receiver, confidence, (one.sender,), reasons, (one.packet,), identifier)


EQUIPMENT: Final = Detector(
    name="equipment",
    rules=frozenset(
        {
            "building.write",
            "firmware.boot",
            "firmware.transfer",
            "lab.replayed",
            "monitor.alarm-change",
            "monitor.new-client",
            "pump.admin",
            "pump.command",
            "pump.library",
            "sdc.command",
            "serial.admin",
        }
    ),
    sense=_Sense,
    signals=frozenset(
        {
            "boot.asked",
            "field.write",
            "file.seen",
            "http.request",
            "lab.result",
            "login.clear",
            "monitor.announced",
            "monitor.associate",
            "monitor.set",
        }
    ),
    flows=True,
)
