"""NTP: whether a clock answers, and how far it is from ours.

Question: does this server know the time, from whom, and how much do we differ?
Reference: RFC 5905 §7.3 (packet), §7.4 (kiss codes), §8 (offset and delay). A server that is not synchronised, or sends
us away, gives no time and is down for that. Left out: symmetric keys, several samples.

Example::

    garde probe 10.0.0.1 --with ntp --format json
"""

from __future__ import annotations

from typing import Final

from garde.errors import Malformed
from garde.probing.line import Line
from garde.probing.result import Answer, shown
from garde.probing.spec import Options, Probe, number

#: From 1900, where NTP begins, to 1970.
EPOCH: Final = 2_208_988_800


def read(raw: bytes, cookie: bytes, sent: float, came: float, most: float = 1000.0) -> Answer:
    """What an answer says.

    Args:
        raw: the packet.
        cookie: our transmit timestamp, which comes back as the originate timestamp.
        sent, came: our clock, seconds since 1970.
        most: milliseconds of difference from which the clock is told.

    Raises:
        Malformed: it is none, or another's.
    """
    if len(raw) < 48 or raw[0] & 7 not in (4, 5) or raw[24:32] != cookie:
        raise Malformed("probe.garbage", "No answer to our question", where="RFC 5905 §7.3")
    leap, stratum = raw[0] >> 6, raw[1]
    source = shown(raw[12:16].rstrip(b"\0"))
    if stratum == 0:
        return Answer(code="ntp.kiss", down=True, evidence={"kiss": source})
    if leap == 3 or stratum > 15:
        return Answer(code="ntp.unsynchronised", down=True, metrics={"stratum": float(stratum)})
    arrived, left = (_seconds(raw[at : at + 8]) for at in (32, 40))
    offset = ((arrived - sent) + (left - came)) / 2 * 1000
    delay = max(0.0, (came - sent) - (left - arrived)) * 1000
    metrics = {"offset_ms": round(offset, 3), "delay_ms": round(delay, 3), "stratum": float(stratum)}
    evidence = {"source": source} if stratum == 1 else {}
    return Answer(code="ntp.offset" if abs(offset) > most else "ok", metrics=metrics, evidence=evidence)


async def run(line: Line, options: Options) -> Answer:
    """One request in client mode."""
    most = number(options, "offset", 1, 86_400_000)
    # Our own time does not leave: what comes back only has to be what we sent (RFC 5905 §15, data minimisation).
    cookie = line.random(8)
    sent = line.now()
    raw = await line.ask(bytes([0x23]) + bytes(39) + cookie)
    return read(raw, cookie, sent, line.now(), float(most))


def _seconds(raw: bytes) -> float:
    whole = int.from_bytes(raw[:4], "big")
    part = int.from_bytes(raw[4:8], "big")
    # Era 0 ends in 2036: a value below 1968 is of era 1 (RFC 5905 §6).
    return float(whole + (0x1_0000_0000 if whole < 0x8000_0000 else 0) - EPOCH) + part / 0x1_0000_0000


NTP = Probe(name="ntp", run=run, port=123, does="asks a clock and compares it with ours", light=True,
            options={"offset": "1000"})  # fmt: skip
