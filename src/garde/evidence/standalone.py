"""Verify an archive of Garde's evidence without Garde: ``python verify.py [ARCHIVE] [--key HEX]``.

Question: was anything in this archive altered since Garde sealed and signed it?
Reference: RFC 8032 §5.1 (Ed25519), FIPS 180-4 (SHA-256), the MessagePack specification; only the standard library is
used. It needs Python 3.9. Exit codes: 0 all holds; 1 there is no archive; 2 mistyped; 3 something was altered, and the
first broken link is named. ARCHIVE is the .garde file or the folder it was unpacked into; without it, the folder of
this file. ``--key`` names the key that must have signed. Left out: MessagePack extensions, which no message has.

Example:
    >>> unpack(bytes([0x82, 0xA2, 0x69, 0x64, 0xA1, 0x77, 0xA2, 0x61, 0x74, 0x05]))
    {'id': 'w', 'at': 5}
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import struct
import sys
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any

# ------------------------------------------------------------------------------- Ed25519 (RFC 8032 §5.1)
Point = tuple[int, int, int, int]
P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT = pow(2, (P - 1) // 4, P)


def point(octets: bytes) -> Point | None:
    """Decode a point (§5.1.3) into extended coordinates; None when it is none."""
    y = int.from_bytes(octets, "little")
    sign, y = y >> 255, y & (1 << 255) - 1
    if y >= P:
        return None
    u, v = (y * y - 1) % P, (D * y * y + 1) % P
    x = u * pow(v, 3, P) * pow(u * pow(v, 7, P), (P - 5) // 8, P) % P
    if v * x * x % P != u:
        x = x * ROOT % P
    if v * x * x % P != u or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = P - x
    return x, y, 1, x * y % P


def add(p: Point, q: Point) -> Point:
    """Add two points (§5.1.4)."""
    a = (p[1] - p[0]) * (q[1] - q[0]) % P
    b = (p[1] + p[0]) * (q[1] + q[0]) % P
    c = 2 * p[3] * q[3] * D % P
    d = 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(number: int, p: Point) -> Point:
    """Multiply a point by a number."""
    total = (0, 1, 1, 0)
    while number:
        if number & 1:
            total = add(total, p)
        p, number = add(p, p), number >> 1
    return total


_Y = 4 * pow(5, P - 2, P) % P
_BASE = point(_Y.to_bytes(32, "little"))
assert _BASE is not None
BASE: Point = _BASE


def signed(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether the 32-octet key made the 64-octet signature (§5.1.7)."""
    a = point(public) if len(public) == 32 else None
    r = point(signature[:32]) if len(signature) == 64 else None
    s = int.from_bytes(signature[32:], "little")
    if a is None or r is None or s >= L:
        return False
    k = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % L
    one, two = times(s, BASE), add(r, times(k, a))
    return (one[0] * two[2] - two[0] * one[2]) % P == 0 and (one[1] * two[2] - two[1] * one[2]) % P == 0


# ------------------------------------------------------------------------------- MessagePack
NUMBERS = {
    **{0xCA: ">f", 0xCB: ">d", 0xCC: ">B", 0xCD: ">H", 0xCE: ">I", 0xCF: ">Q"},
    **{0xD0: ">b", 0xD1: ">h", 0xD2: ">i", 0xD3: ">q"},
}
TEXTS, OCTETS = {0xD9: ">B", 0xDA: ">H", 0xDB: ">I"}, {0xC4: ">B", 0xC5: ">H", 0xC6: ">I"}
LISTS, MAPS = {0xDC: ">H", 0xDD: ">I"}, {0xDE: ">H", 0xDF: ">I"}


def unpack(data: bytes) -> Any:
    """The one value that the octets hold, as JSON would show it.

    Raises:
        ValueError: they hold no, or more than one, value.
    """
    value, pos = _value(data, 0, 0)
    if pos != len(data):
        raise ValueError("octets behind the value")
    return value


def _number(data: bytes, pos: int, form: str) -> tuple[Any, int]:
    size = struct.calcsize(form)
    if pos + size > len(data):
        raise ValueError("cut short")
    return struct.unpack_from(form, data, pos)[0], pos + size


def _piece(data: bytes, pos: int, size: int) -> tuple[bytes, int]:
    if pos + size > len(data):
        raise ValueError("cut short")
    return data[pos : pos + size], pos + size


def _value(data: bytes, pos: int, depth: int) -> tuple[Any, int]:
    if depth > 100:
        raise ValueError("nested too deeply")
    tag, pos = _number(data, pos, ">B")
    if tag < 0x80 or tag >= 0xE0:
        return tag if tag < 0x80 else tag - 0x100, pos
    if tag in (0xC0, 0xC2, 0xC3):
        return {0xC0: None, 0xC2: False, 0xC3: True}[tag], pos
    if tag in NUMBERS:
        number, pos = _number(data, pos, NUMBERS[tag])
        finite = not isinstance(number, float) or number - number == 0
        return number if finite else None, pos
    for forms, low, high, mask in ((TEXTS, 0xA0, 0xC0, 0x1F), (LISTS, 0x90, 0xA0, 0x0F), (MAPS, 0x80, 0x90, 0x0F)):
        if low <= tag < high or tag in forms:
            size, pos = (tag & mask, pos) if low <= tag < high else _number(data, pos, forms[tag])
            if forms is TEXTS:
                octets, pos = _piece(data, pos, size)
                return octets.decode("utf-8"), pos
            values = []
            for _ in range(size * (2 if forms is MAPS else 1)):
                value, pos = _value(data, pos, depth + 1)
                values.append(value)
            if forms is MAPS:
                return {str(values[place]): values[place + 1] for place in range(0, len(values), 2)}, pos
            return values, pos
    if tag in OCTETS:
        size, pos = _number(data, pos, OCTETS[tag])
        octets, pos = _piece(data, pos, size)
        return base64.b64encode(octets).decode("ascii"), pos
    raise ValueError("an extension")


# ------------------------------------------------------------------------------- the archive
WORDS = {
    "fr": {
        "ok": "Rien n'est altéré : {messages} messages entiers, {omitted} par leur empreinte, {seals} sceaux.",
        "key": "Signé par la clé {0}. Comparez-la à celle que l'établissement vous a communiquée.",
        "pinned": "Signé par la clé attendue, {0}.",
        "open": "L'archive ne peut pas être ouverte : {0}",
        "broken": "ALTÉRÉ : {0}",
        "member": "le fichier {0} n'est pas celui du manifeste",
        "missing": "le fichier {0} manque",
        "extra": "le fichier {0} n'est pas au manifeste",
        "manifest": "le manifeste ne peut pas être lu : {0}",
        "signature": "la signature du manifeste n'est pas celle de sa clé",
        "other": "le manifeste est signé par la clé {0}, et non par celle attendue",
        "line": "{0}, ligne {1} : illisible ({2})",
        "seal-signature": "le sceau {0} porte une signature que sa clé n'a pas faite",
        "seal-chain": "le sceau {0} ne suit pas le sceau précédent",
        "seal-key": "le sceau {0} est d'une clé qu'aucun sceau précédent n'annonce",
        "seal-last": "le dernier sceau n'est pas de la clé qui signe l'archive",
        "order": "le message {0} n'est pas après le message {1}",
        "readable": "le message {0} ne dit pas ce que disent ses octets",
        "seal-head": "le sceau {0} ne correspond pas aux messages jusqu'au {1}",
        "end": "les messages s'arrêtent au {0}, et les sceaux au {1}",
        "count": "le manifeste compte d'autres messages que l'archive",
        "usage": "usage : python verify.py [ARCHIVE] [--key HEX]",
    },
    "en": {
        "ok": "Nothing is altered: {messages} messages in full, {omitted} by their digest, {seals} seals.",
        "key": "Signed by the key {0}. Compare it with the one the hospital told you.",
        "pinned": "Signed by the expected key, {0}.",
        "open": "The archive cannot be opened: {0}",
        "broken": "ALTERED: {0}",
        "member": "the file {0} is not that of the manifest",
        "missing": "the file {0} is missing",
        "extra": "the file {0} is not in the manifest",
        "manifest": "the manifest cannot be read: {0}",
        "signature": "the signature of the manifest is not of its key",
        "other": "the manifest is signed by the key {0}, not by the expected one",
        "line": "{0}, line {1}: cannot be read ({2})",
        "seal-signature": "seal {0} has a signature that its key did not make",
        "seal-chain": "seal {0} does not follow from the seal before",
        "seal-key": "seal {0} is of a key that no seal before announced",
        "seal-last": "the last seal is not of the key that signs the archive",
        "order": "message {0} does not come after message {1}",
        "readable": "message {0} does not say what its octets say",
        "seal-head": "seal {0} does not fit the messages up to {1}",
        "end": "the messages end at {0}, and the seals at {1}",
        "count": "the manifest counts other messages than the archive has",
        "usage": "usage: python verify.py [ARCHIVE] [--key HEX]",
    },
}
FORMAT = "garde-evidence/1"
MANIFEST, SIGNATURE = "manifest.json", "manifest.sig"


class Broken(Exception):
    """The first broken link: a code of WORDS and what it speaks of."""


class Folder:
    """An archive that was unpacked."""

    def __init__(self, path: Path) -> None:
        self._path = Path(path)
        self.names = sorted(one.name for one in self._path.iterdir() if one.name != "__pycache__")

    def open(self, name: str) -> IO[bytes]:
        """One member, to be read as octets."""
        return (self._path / name).open("rb")


class Archive:
    """An archive as it came."""

    def __init__(self, path: Path) -> None:
        self._zip = zipfile.ZipFile(path)
        self.names = self._zip.namelist()

    def open(self, name: str) -> IO[bytes]:
        """One member, to be read as octets."""
        return self._zip.open(name)


def check(archive: Folder | Archive, expected: str = "") -> tuple[Any, int]:
    """Verify everything; returns the manifest and the number of seals.

    Raises:
        Broken: something was altered.
    """
    manifest = _manifest(archive, expected)
    for name, wanted in sorted(manifest["files"].items()):
        if name not in archive.names:
            raise Broken("missing", name)
        digest, size = hashlib.sha256(), 0
        with archive.open(name) as file:
            for piece in iter(lambda: file.read(1 << 16), b""):
                digest.update(piece)
                size += len(piece)
        if {"sha256": digest.hexdigest(), "size": size} != wanted:
            raise Broken("member", name)
    known = [MANIFEST, SIGNATURE, *manifest["files"]]
    for name in archive.names:
        if name not in known or archive.names.count(name) > 1:
            raise Broken("extra", name)
    seals = _seals(archive, manifest)
    _messages(archive, manifest, seals)
    return manifest, len(seals)


def _manifest(archive: Folder | Archive, expected: str) -> Any:
    for name in (MANIFEST, SIGNATURE):
        if name not in archive.names:
            raise Broken("missing", name)
    with archive.open(MANIFEST) as file:
        octets = file.read()
    try:
        manifest = json.loads(octets.decode("utf-8"))
        public = bytes.fromhex(manifest["key"])
        if manifest["format"] != FORMAT:
            raise ValueError(manifest["format"])
        wanted = {"messages.jsonl", "seals.jsonl", "verify.py", "public.pem"} - set(manifest["files"])
        if wanted:
            raise ValueError(str(sorted(wanted)))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Broken("manifest", error) from None
    with archive.open(SIGNATURE) as file:
        signature = file.read(1000)
    try:
        raw = bytes.fromhex(signature.decode("ascii"))
        good = signature == raw.hex().encode("ascii") and signed(public, octets, raw)
    except ValueError:
        good = False
    if not good:
        raise Broken("signature")
    if expected and manifest["key"] != expected.lower():
        raise Broken("other", manifest["key"])
    return manifest


def _lines(archive: Folder | Archive, name: str) -> Iterator[tuple[int, Any]]:
    with archive.open(name) as file:
        for number, line in enumerate(file, 1):
            try:
                yield number, json.loads(line.decode("utf-8"))
            except ValueError as error:
                raise Broken("line", name, number, error) from None


def _seals(archive: Folder | Archive, manifest: Any) -> list[Any]:
    seals: list[tuple[Any, str]] = []
    signer = announced = ""
    for number, line in _lines(archive, "seals.jsonl"):
        try:
            octets = line["statement"].encode("utf-8")
            seal = json.loads(octets.decode("utf-8"))
            good = signed(bytes.fromhex(seal["key"]), octets, bytes.fromhex(line["signature"]))
            place = [seal[name] + 0 for name in ("number", "first", "last", "count")]
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise Broken("line", "seals.jsonl", number, error) from None
        if not good:
            raise Broken("seal-signature", place[0])
        if signer and seal["key"] not in (signer, announced):
            raise Broken("seal-key", place[0])
        if seals:
            before, digest = seals[-1]
            if (place[0], place[1]) != (before["number"] + 1, before["last"] + 1) or seal["previous"] != digest:
                raise Broken("seal-chain", place[0])
        announced = seal.get("successor") or (announced if seal["key"] == signer else "")
        signer = seal["key"]
        seals.append((seal, hashlib.sha256(octets).hexdigest()))
    if not seals or signer != manifest["key"]:
        raise Broken("seal-last")
    return [seal for seal, _ in seals]


def _messages(archive: Folder | Archive, manifest: Any, seals: list[Any]) -> None:
    """Follow the links from the anchor, the seal before the first message, or from the beginning of the log."""
    waiting = [seal for seal in seals if seal["number"] <= manifest["end"]]
    if not waiting or waiting[-1]["number"] != manifest["end"]:
        raise Broken("seal-last")
    end = waiting[-1]["last"]
    seq, link = 0, bytes(32)
    if manifest["anchor"]:
        anchor = waiting.pop(0)
        seq, link = anchor["last"], bytes.fromhex(anchor["head"])
    elif (waiting[0]["number"], waiting[0]["first"]) != (1, 1):
        raise Broken("seal-chain", waiting[0]["number"])
    counts = {True: 0, False: 0}
    met = 0
    for number, line in _lines(archive, "messages.jsonl"):
        try:
            digest = _item(line)
            behind = line["seq"] > seq
        except (ValueError, KeyError, TypeError, AttributeError, struct.error) as error:
            raise Broken("line", "messages.jsonl", number, error) from None
        if not behind:
            raise Broken("order", line["seq"], seq)
        met = _reached(waiting, line["seq"] - 1, seq, link, met)
        seq, link, met = line["seq"], hashlib.sha256(b"\1" + link + digest).digest(), met + 1
        counts["body" in line] += 1
    _reached(waiting, seq, seq, link, met)
    if waiting or seq != end:
        raise Broken("end", seq, end)
    if (counts[True], counts[False]) != (manifest["messages"], manifest["omitted"]):
        raise Broken("count")


def _reached(waiting: list[Any], end: int, seq: int, link: bytes, met: int) -> int:
    while waiting and waiting[0]["last"] <= end:
        seal = waiting.pop(0)
        if (seal["last"], seal["count"], seal["head"]) != (seq, met, link.hex()):
            raise Broken("seal-head", seal["number"], seal["last"])
        met = 0
    return met


def _item(line: Any) -> bytes:
    """Digest of a message, from its octets or, where it was left out, as given."""
    if "body" not in line:
        if set(line) != {"seq", "digest"} or len(line["digest"]) != 64:
            raise ValueError("neither a message nor a digest")
        return bytes.fromhex(line["digest"])
    body = base64.b64decode(line["body"], validate=True)
    said = unpack(body)
    if said != line["message"] or (said["id"], said["at"], said["type"]) != (line["id"], line["at"], line["kind"]):
        raise Broken("readable", line["seq"])
    name, kind = (line[part].encode("utf-8", "surrogatepass") for part in ("id", "kind"))
    frame = struct.pack(">cqqII", b"\0", line["seq"], line["at"], len(name), len(kind))
    return hashlib.sha256(frame + name + kind + body).digest()


def main(arguments: Sequence[str]) -> int:
    """Verify and tell; returns the exit code."""
    asked = (os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or "").lower()
    words = WORDS["fr" if asked.startswith("fr") else "en"]
    expected, paths, left = "", [], list(arguments)
    while left:
        word = left.pop(0)
        if word == "--key" and left:
            expected = left.pop(0)
        elif word.startswith("-"):
            sys.stderr.write(words["usage"] + "\n")
            return 2
        else:
            paths.append(word)
    if len(paths) > 1:
        sys.stderr.write(words["usage"] + "\n")
        return 2
    place = Path(paths[0]) if paths else Path(__file__).resolve().parent
    try:
        archive = Folder(place) if place.is_dir() else Archive(place)
        manifest, seals = check(archive, expected)
    except Broken as broken:
        code, *parts = broken.args
        sys.stdout.write(words["broken"].format(words[code].format(*parts)) + "\n")
        return 3
    except OSError as error:
        sys.stdout.write(words["open"].format(error) + "\n")
        return 1
    except Exception as error:  # whatever damaged octets make zipfile and zlib say: it does not verify
        sys.stdout.write(words["broken"].format(error) + "\n")
        return 3
    sys.stdout.write(words["ok"].format(seals=seals, **manifest) + "\n")
    sys.stdout.write(words["pinned" if expected else "key"].format(manifest["key"]) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
