"""Laboratory and point of care: ASTM E1381/E1394 and POCT1-A, as turns of a TCP dialogue.

Question: how do analysers and glucose meters hand their results over?
Reference: CLSI LIS1-A §6 (ENQ, frames, checksum, EOT), LIS2-A2 §6 (H, P, O, R, L records), CLSI POCT1-A2 (HEL.R01,
DST.R01, OBS.R01, ACK.R01, END.R01). Patients are invented.

Example:
    >>> frames(["1H|\\\\^&|||cobas^1.0|||||host||P|1"[1:]])[0]
    b'\\x021H|\\\\^&|||cobas^1.0|||||host||P|1\\r\\x036D\\r\\n'
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from random import Random
from typing import Final

from garde.twin.tcp import MILLI, SECOND, Turn

_LARGEST: Final = 240


def checksum(text: bytes) -> bytes:
    """The frame's checksum: sum modulo 256 of the octets from the frame number to ETX or ETB, two hex digits."""
    return f"{sum(text) & 0xFF:02X}".encode()


def frames(records: Sequence[str]) -> list[bytes]:
    """Records as frames of at most 240 characters, numbered from 1 modulo 8."""
    out: list[bytes] = []
    number = 1
    for record in records:
        body = record.encode("latin-1") + b"\r"
        pieces = [body[i : i + _LARGEST] for i in range(0, len(body), _LARGEST)]
        for piece in pieces:
            text = str(number % 8).encode() + piece + (b"\x03" if piece is pieces[-1] else b"\x17")
            out.append(b"\x02" + text + checksum(text) + b"\r\n")
            number += 1
    return out


def results(sender: str, tests: Sequence[tuple[str, float, str]], at: int, rng: Random) -> list[Turn]:
    """One patient's results: ENQ, each frame and its ACK, EOT."""
    now = datetime.fromtimestamp(at // SECOND, UTC).strftime("%Y%m%d%H%M%S")
    sample = f"{rng.randrange(10**8):08d}"
    records = [
        f"H|\\^&|||{sender}|||||LIS||P|LIS2-A2|{now}",
        f"P|1||ZZ{sample}||ZZMARTIN^LEA||19600102|F",
        f"O|1|{sample}||^^^ALL|R||{now}||||N",
        *(
            f"R|{number}|^^^{name}|{value * rng.uniform(0.8, 1.2):.2f}|{unit}||N||F||||{now}"
            for number, (name, value, unit) in enumerate(tests, 1)
        ),
        "L|1|N",
    ]
    turns = [Turn(True, b"\x05", SECOND), Turn(False, b"\x06")]
    for piece in frames(records):
        turns += [Turn(True, piece, 3 * MILLI), Turn(False, b"\x06")]
    turns.append(Turn(True, b"\x04"))
    return turns


def _now(at: int) -> str:
    return datetime.fromtimestamp(at // SECOND + 3600, UTC).strftime("%Y-%m-%dT%H:%M:%S+01:00")


def _document(kind: str, number: int, at: int, body: str) -> bytes:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<{kind}><HDR><HDR.control_id V="{number}"/>'
        f'<HDR.version_id V="POCT1"/><HDR.creation_dttm V="{_now(at)}"/></HDR>{body}</{kind}>\n'
    ).encode()


def meter(maker: str, model: str, serial: str, software: str, eui64: str, at: int, rng: Random) -> list[Turn]:
    """A glucose meter in its dock: hello, status, one observation, farewell; each is acknowledged."""
    device = (
        f'<DEV><DEV.device_id V="{eui64}"/><DEV.vendor_id V="{maker}"/><DEV.model_id V="{model}"/>'
        f'<DEV.serial_id V="{serial}"/><DEV.manufacturer_name V="{maker}"/><DEV.hw_version V="1.0"/>'
        f'<DEV.sw_version V="{software}"/><DEV.device_name V="{model}"/>'
        '<DCP><DCP.application_timeout V="60"/></DCP>'
        '<DSC><DSC.connection_profile_cd V="SA"/><DSC.topics_supported_cd V="D_EV"/></DSC></DEV>'
    )
    documents = [
        ("HEL.R01", device),
        ("DST.R01", '<DST><DST.new_observations_qty V="1"/><DST.condition_cd V="R"/></DST>'),
        (
            "OBS.R01",
            f'<SVC><SVC.role_cd V="OBS"/><SVC.observation_dttm V="{_now(at)}"/><PT><PT.patient_id '
            f'V="ZZ{rng.randrange(10**8):08d}"/><OBS><OBS.observation_id V="2339-0" SN="LN" DN="Glucose"/><OBS.value '
            f'V="{rng.randrange(60, 260)}" U="mg/dL"/><OBS.method_cd V="M"/></OBS></PT></SVC>',
        ),
        ("END.R01", '<TRM><TRM.reason_cd V="NRM"/></TRM>'),
    ]
    turns: list[Turn] = []
    for number, (kind, body) in enumerate(documents, 1):
        turns.append(Turn(True, _document(kind, number, at, body), 200 * MILLI))
        answer = f'<ACK><ACK.type_cd V="AA"/><ACK.ack_control_id V="{number}"/></ACK>'
        turns.append(Turn(False, _document("ACK.R01", number, at, answer), 20 * MILLI))
    return turns
