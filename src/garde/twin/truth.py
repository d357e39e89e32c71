"""Truth: what is really there, and what the hospital's register says of it.

Question: which devices should be found, of what kind, and how does the GMAO see them?
Reference: issue 2 part 10. The truth file is JSON; the register is a CSV as French hospitals export them: semicolons,
Windows-1252, French headings, and the usual mess (missing and mistyped serial numbers, MAC addresses in three
spellings, wards that have changed, devices long gone).

Example:
    >>> from garde.twin.fleet import Fleet
    >>> rows(Fleet(60, seed=1))[0]["kind"]
    'ROUTER'
"""

from __future__ import annotations

import csv
import io
from random import Random
from typing import Any, Final

from garde.twin.fleet import Device, Fleet
from garde.twin.models import systems

#: Voices by which a device tells its own make, model and serial number.
_TELLS: Final = frozenset({"dicom", "pcd", "intellivue", "astm", "poct1a", "snmp", "lldpmed", "camera"})
#: Kinds that other departments look after.
_UNLISTED: Final = frozenset(
    [
        "SMARTPHONE",
        "TABLET",
        "WORKSTATION",
        "PHONE",
        "SERVER",
        "ROUTER",
        "SWITCH",
        "AP",
        "CAM",
        "PRINT",
        "NAS",
        "HYPERVISOR",
        "FIREWALL",
        "UPS",
        "BMS",
        "LIS",
        "EHR",
    ]
)
#: What a device of a kind costs, in euros: least and most; others cost as the last line says.
_PRICES: Final = {
    "MR": (700_000, 2_200_000),
    "LINAC": (1_500_000, 3_500_000),
    "NM_PET": (600_000, 2_800_000),
    "CT": (350_000, 1_200_000),
    "ROBOT": (1_200_000, 2_000_000),
    "FLUORO": (90_000, 900_000),
    "MAMMO": (150_000, 350_000),
    "XR_FIX": (90_000, 250_000),
    "US": (30_000, 140_000),
    "CHEM": (90_000, 400_000),
    "INF_LVP": (900, 2_500),
    "INF_SYR": (800, 2_200),
    "GLUC": (300, 900),
    "": (2_500, 45_000),
}
_HEADINGS: Final = (
    "N° inventaire",
    "Désignation",
    "Marque",
    "Modèle",
    "N° de série",
    "Service",
    "Bâtiment",
    "Adresse MAC",
    "Adresse IP",
    "Date de mise en service",
    "Prix d'achat",
    "État",
)
_WORDS: Final = {
    "MON_BED": "MONITEUR MULTIPARAMETRIQUE",
    "VENT_ICU": "RESPIRATEUR DE REANIMATION",
    "INF_LVP": "POMPE A PERFUSION",
    "INF_SYR": "POUSSE-SERINGUE",
    "ANES": "STATION D'ANESTHESIE",
    "CT": "SCANNER",
    "MR": "IRM",
    "US": "ECHOGRAPHE",
    "DIAL": "GENERATEUR DE DIALYSE",
    "ECG": "ELECTROCARDIOGRAPHE",
    "GLUC": "LECTEUR DE GLYCEMIE",
    "BGA": "GAZ DU SANG",
}


def keys(device: Device) -> list[dict[str, str]]:
    """The keys by which a device can be recognised: addresses; behind another, its system id or its serial line."""
    if device.ghost:
        return []
    if device.line:
        return [{"kind": "equipment", "value": device.line}]
    if not device.stations:
        return [{"kind": "eui64", "value": device.eui64.lower()}, {"kind": "serial", "value": device.serial}]
    out: dict[tuple[str, str], None] = {}
    for station in device.stations:
        if not station.behind:
            out["mac", station.mac_text] = None
        out["ip", station.ip] = None
    for port in device.ports:
        out["mac", port.hex(":")] = None
    return [{"kind": kind, "value": value} for kind, value in out]


def rows(fleet: Fleet) -> list[dict[str, Any]]:
    """One row per device, ghosts last."""
    return [_row(device) for device in (*fleet.devices, *fleet.ghosts)]


def _row(device: Device) -> dict[str, Any]:
    model = device.model
    tells = bool(_TELLS.intersection(model.speaks)) or bool(device.carrier)
    return {
        "id": f"{'g' if device.ghost else 't'}-{device.number:05d}",
        "observable": not device.ghost,
        "keys": keys(device),
        "kind": model.kind,
        "evident": not model.poor,
        "maker": model.maker,
        "model": model.name if tells else "",
        "serial": device.serial if tells else "",
        "os": systems()[model.stack].os,
        "ward": device.ward.code,
        "hostname": device.hostname,
        "ae": device.ae,
        "speaks": protocols(device),
        "role": device.role,
        "carrier": f"t-{device.carrier:05d}" if device.carrier else "",
    }


def protocols(device: Device) -> list[str]:
    """Of DICOM and HL7, those that the device itself speaks."""
    out = ["dicom"] * device.speaks("dicom", "pacs", "view")
    return out + ["hl7"] * device.speaks("pcd", "engine", "ehr", "lis")


def register(fleet: Fleet, seed: int) -> bytes:
    """The hospital's register as its GMAO exports it, Windows-1252."""
    rng = Random(f"register {seed}")
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(_HEADINGS)
    listed = [d for d in fleet.devices if d.model.kind not in _UNLISTED and rng.random() > 0.06]
    everybody = [*listed, *fleet.ghosts]
    rng.shuffle(everybody)
    for number, device in enumerate(everybody, 1):
        writer.writerow(_listed(device, number, rng))
        if rng.random() < 0.02:
            writer.writerow(_listed(device, number, rng))
    return out.getvalue().encode("cp1252", "replace")


def _price(kind: str, rng: Random) -> str:
    least, most = _PRICES.get(kind, _PRICES[""])
    return f"{rng.randrange(least, most)},{rng.randrange(100):02d}"


def _listed(device: Device, number: int, rng: Random) -> list[str]:
    serial, chance = device.serial, rng.random()
    if serial and chance < 0.05:
        serial = serial[:-1] + str((number + 3) % 10)
    elif chance < 0.09:
        serial = ""
    elif chance < 0.12:
        serial = serial.replace("-", " ").replace("0", "O")
    station = device.stations[0] if device.stations else None
    mac = ip = ""
    if station is not None and rng.random() < 0.6:
        digits = station.mac.hex().upper()
        style = rng.randrange(3)
        mac = (station.mac.hex(":").upper(), station.mac.hex("-").upper(), f"{digits[:4]}.{digits[4:8]}.{digits[8:]}")[
            style
        ]
        ip = station.ip if rng.random() < 0.8 else ""
    maker = device.model.maker
    maker = rng.choice((maker, maker.upper(), maker.upper().replace("Ä", "AE")))
    model = device.model
    return [
        f"{rng.choice(('BIO', 'EQ', 'IMG'))}-{20000 + number}",
        _WORDS.get(model.kind, model.name.upper()),
        maker,
        model.name,
        serial,
        device.ward.name if rng.random() < 0.93 else "MAGASIN",
        device.ward.building,
        mac,
        ip,
        f"{rng.randrange(1, 29):02d}/{rng.randrange(1, 13):02d}/{rng.randrange(2009, 2026)}",
        _price(model.kind, rng),
        "En service" if not device.ghost else "En service ?",
    ]
