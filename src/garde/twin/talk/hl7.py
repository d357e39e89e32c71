"""HL7 v2 over MLLP: admissions, laboratory results, bedside measurements and their acknowledgements.

Question: what do interface engine, patient record, laboratory and bedside devices tell each other?
Reference: HL7 v2.5.1 and v2.6 chapters 2, 3, 7; MLLP release 1; IHE PCD-TF 2 §3.1 (PCD-01), appendix C (OBX-18, MDS,
VMD, channel, metric); ISO/IEEE 11073-10101 codes from domain notes 01 §4 and 07 §2. Patients are invented.

Example:
    >>> frame("MSH|x\\r")
    b'\\x0bMSH|x\\r\\x1c\\r'
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from random import Random
from typing import Final, NamedTuple

from garde.twin.hospital import FACILITY
from garde.twin.tcp import MILLI, SECOND, Turn

NAMES: Final = ("ZZMARTIN^LEA", "ZZBERNARD^HUGO", "ZZPETIT^JADE", "ZZDURAND^LOUIS", "ZZLEROY^ALICE", "ZZMOREAU^PAUL")
_PCD: Final = "IHE_PCD_001^IHE PCD^1.3.6.1.4.1.19376.1.6.1.1.1^ISO"

#: Name of the device's system in makes/, first component → VMD and metrics: (code, unit, lowest, highest).
_METRICS: Final[dict[str, tuple[str, tuple[tuple[str, str, int, int], ...]]]] = {
    "69965": (
        "69798^MDC_DEV_ECG_VMD^MDC",
        (
            ("147842^MDC_ECG_HEART_RATE^MDC", "264864^MDC_DIM_BEAT_PER_MIN^MDC", 55, 130),
            ("150456^MDC_PULS_OXIM_SAT_O2^MDC", "262688^MDC_DIM_PERCENT^MDC", 90, 100),
            ("151562^MDC_RESP_RATE^MDC", "264928^MDC_DIM_RESP_PER_MIN^MDC", 10, 28),
            ("150021^MDC_PRESS_BLD_NONINV_SYS^MDC", "266016^MDC_DIM_MMHG^MDC", 90, 160),
        ),
    ),
    "70001": (
        "70002^MDC_DEV_SYS_PT_VENT_VMD^MDC",
        (
            ("151586^MDC_VENT_RESP_RATE^MDC", "264928^MDC_DIM_RESP_PER_MIN^MDC", 10, 28),
            ("151976^MDC_VENT_PRESS_AWAY_END_EXP_POS^MDC", "266048^MDC_DIM_CM_H2O^MDC", 4, 14),
            ("152196^MDC_CONC_AWAY_O2_INSP^MDC", "262688^MDC_DIM_PERCENT^MDC", 21, 80),
        ),
    ),
    "69985": (
        "69986^MDC_DEV_PUMP_INFUS_VMD^MDC",
        (("157784^MDC_FLOW_FLUID_PUMP^MDC", "265266^MDC_DIM_MILLI_L_PER_HR^MDC", 1, 200),),
    ),
}
_OTHER: Final = ("", ())


class Source(NamedTuple):
    """The device that a PCD-01 message speaks of."""

    mdc: str
    maker: str
    model: str
    serial: str
    software: str
    eui64: str
    bed: str


class Application(NamedTuple):
    """MSH-3 and MSH-4 of one end."""

    name: str
    facility: str = FACILITY


def stamp(at: int) -> str:
    """A time of HL7 v2 with the offset of France in winter (chapter 2A DTM)."""
    return datetime.fromtimestamp(at / SECOND + 3600, UTC).strftime("%Y%m%d%H%M%S") + "+0100"


def frame(message: str, charset: str = "utf-8") -> bytes:
    """A message in its MLLP block."""
    return b"\x0b" + message.encode(charset, "replace") + b"\x1c\r"


def _patient(ward: str, bed: str, rng: Random) -> list[str]:
    number = rng.randrange(10**8)
    born = f"{rng.randrange(1930, 2015)}{rng.randrange(1, 13):02d}{rng.randrange(1, 29):02d}"
    name = rng.choice(NAMES)
    return [
        f"PID|1||ZZ{number:08d}^^^{FACILITY}&1.2.250.1.71.4.2.2.999999999&ISO^PI~"
        f"1{number:08d}4512^^^ASIP-SANTE-INS-NIR&1.2.250.1.213.1.4.8&ISO^INS||{name}^^^M.^^L||{born}"
        f"|{rng.choice('MF')}|||12 RUE DES LILAS^^MONTPELLIER^^34000^FRA^H||^PRN^PH^^^^0400000000|||M",
        f"PV1|1|I|{ward}^^{bed}^{FACILITY}||||12345^ZZHOUSE^GREG^^^DR|||||||||||I|{rng.randrange(10**8)}"
        f"^^^{FACILITY}^VN",
    ]


def admission(event: str, sender: Application, to: Application, number: str, ward: str, at: int, rng: Random) -> str:
    """ADT: admit (A01), transfer (A02), discharge (A03) or update (A08), with a rich PID."""
    return _join(
        f"MSH|^~\\&|{sender.name}|{sender.facility}|{to.name}|{to.facility}|{stamp(at)}||ADT^{event}^ADT_A01|{number}|P"
        f"|2.5.1|||||FRA|UNICODE UTF-8",
        f"EVN|{event}|{stamp(at)}||||{stamp(at)}",
        *_patient(ward, str(rng.randrange(1, 20)), rng),
        "NK1|1|ZZMARTIN^EVE|SPO",
        "AL1|1|DA|PENICILLINE|SV",
    )


def laboratory(
    sender: Application,
    to: Application,
    number: str,
    analyser: str,
    software: tuple[str, str, str],
    at: int,
    rng: Random,
) -> str:
    """ORU^R01 with a blood gas, as the laboratory system sends it to the patient record."""
    maker, version, product = software
    return _join(
        f"MSH|^~\\&|{sender.name}|{sender.facility}|{to.name}|{to.facility}|{stamp(at)}||ORU^R01^ORU_R01|{number}|P|2.5.1"
        "||||||UNICODE UTF-8",
        f"SFT|{maker}|{version}|{product}|{version}",
        *_patient("URG", "4", rng),
        f"OBR|1|L{rng.randrange(10**6)}|R{rng.randrange(10**6)}|24336-0^GDS^LN|||{stamp(at)}|||||||||||||||||LAB|F",
        f"OBX|1|NM|2744-1^pH^LN||7.{rng.randrange(30, 48)}||7.35-7.45||||F|||{stamp(at)}||||{analyser}",
        f"OBX|2|NM|2703-7^pO2^LN||{rng.randrange(60, 110)}|mm[Hg]|80-100||||F|||{stamp(at)}||||{analyser}",
    )


def measurement(
    sender: Application, to: Application, number: str, sources: Sequence[Source], at: int, rng: Random, ward: str
) -> str:
    """PCD-01: one device system per source with its attributes, then its metrics."""
    lines = [
        f"MSH|^~\\&|{sender.name}|{sender.facility}|EAI|{to.facility}|{stamp(at)}||ORU^R01^ORU_R01|{number}|P|2.6|||AL|NE"
        f"||UNICODE UTF-8|||{_PCD}",
        *_patient(ward, sources[0].bed, rng),
        f"OBR|1|{number}^{sender.name.partition('^')[0]}|{number}F^{sender.name.partition('^')[0]}"
        f"|182777000^monitoring of patient^SCT|||{stamp(at)}",
    ]
    row, now = 0, stamp(at)
    for system, source in enumerate(sources, 1):
        vmd, metrics = _METRICS.get(source.mdc.partition("^")[0], _OTHER)
        who = f"{source.serial}^{source.model}^{source.eui64}^EUI-64"
        row += 1
        lines.append(f"OBX|{row}||{source.mdc}|{system}.0.0.0|||||||X|||||||{who}")
        for code, text in (
            ("531970^MDC_ID_PROD_SPEC_MANUFACTURER^MDC", source.maker),
            ("531969^MDC_ID_MODEL_NUMBER^MDC", source.model),
            ("531972^MDC_ID_PROD_SPEC_SERIAL^MDC", source.serial),
            ("531975^MDC_ID_PROD_SPEC_SW^MDC", source.software),
        ):
            row += 1
            lines.append(f"OBX|{row}|ST|{code}|{system}.0.0.0|{text}||||||F|||||||{who}")
        if vmd:
            row += 1
            lines.append(f"OBX|{row}||{vmd}|{system}.1.0.0|||||||X")
        for metric, (code, unit, low, high) in enumerate(metrics, 1):
            row += 1
            lines.append(
                f"OBX|{row}|NM|{code}|{system}.1.1.{metric}|{rng.randint(low, high)}|{unit}|||||R|||{now}||||{who}"
            )
    return _join(*lines)


def order(sender: Application, to: Application, number: str, at: int, rng: Random) -> str:
    """RDE^O11: a medicine order to a dispensing cabinet."""
    return _join(
        f"MSH|^~\\&|{sender.name}|{sender.facility}|{to.name}|{to.facility}|{stamp(at)}||RDE^O11^RDE_O11|{number}|P|2.5.1",
        *_patient("REA-A", "3", rng),
        f"ORC|NW|{rng.randrange(10**6)}",
        "RXE|1^^^20261120|3400930000000^PARACETAMOL 1G^CIP13|1||UN",
    )


def acknowledgement(of: Application, to: Application, event: str, version: str, number: str, code: str, at: int) -> str:
    """A general acknowledgement with its MSA-1 code (AA, AE, CA)."""
    return _join(
        f"MSH|^~\\&|{of.name}|{of.facility}|{to.name}|{to.facility}|{stamp(at)}||ACK^{event}^ACK|K{number}|P|{version}",
        f"MSA|{code}|{number}",
    )


def exchange(message: str, answer: str, delay: int, pause: int = SECOND) -> list[Turn]:
    """A message and, after the receiver's delay, its acknowledgement."""
    return [Turn(True, frame(message), pause), Turn(False, frame(answer), max(delay, MILLI))]


def _join(*segments: str) -> str:
    return "\r".join(segments) + "\r"
