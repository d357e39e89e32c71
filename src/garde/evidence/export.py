"""Exporting: a signed archive that anybody can read and verify without Garde.

Question: how is a part of the log handed to an auditor, an authority or a court?
Reference: a plain ZIP (APPNOTE 6.3.9) of JSON lines, the seals, the public key, a manifest with the digest of each
file (domain note 10 §7) and a verifier that needs nothing but Python (`garde.evidence.standalone`). Of messages
that were not asked for, the archive carries the digest alone, so that the chain still holds around those that were.
Left out: CMS signatures and time stamps of a third party (RFC 3161).

Example::

    with store.snapshot() as look, open("out.garde", "wb") as out:
        export(look, keys, out, Wanted(kinds=("Decision",)), now)
"""

from __future__ import annotations

import base64
import datetime as dt
import itertools
from collections.abc import Callable, Iterable, Iterator
from hashlib import sha256
from importlib import resources
from typing import IO, Any, Final
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from garde.errors import Malformed, Missing, Untrusted
from garde.evidence.chain import digest_of
from garde.evidence.seal import read
from garde.evidence.standalone import FORMAT, MANIFEST, SIGNATURE
from garde.evidence.verify import breaks
from garde.model.codec import decode
from garde.model.device import Device
from garde.model.message import Message, moment
from garde.model.seal import Seal
from garde.ports import Entry, Keys, Sealed, Snapshot

#: 1980-01-01: a ZIP knows no earlier time, and a machine without a clock may be in 1970.
_ZIP_BEGINS: Final = 315_532_800
#: Nanoseconds that no message reaches.
EVER: Final = (1 << 63) - 1

README: Final = """\
Preuves exportées par Garde / Evidence exported by Garde

FR  Ce fichier est un ZIP ordinaire. Chaque ligne de messages.jsonl est un message du journal (ou seulement son
    empreinte, s'il n'a pas été demandé) ; seals.jsonl porte les sceaux, signés Ed25519 ; manifest.json donne
    l'empreinte SHA-256 de chaque fichier et manifest.sig la signature du manifeste.
    Pour vérifier, sans Garde, avec Python 3.9 ou plus récent :
        python -m zipfile -e FICHIER.garde dossier
        python -I dossier/verify.py
    Code de retour : 0 rien n'est altéré, 3 quelque chose l'est, et le premier maillon rompu est nommé.
    Comparez la clé affichée à celle que l'établissement vous a communiquée par ailleurs. Le verify.py de
    l'archive peut avoir été remplacé comme le reste : un exemplaire reçu autrement vaut mieux.

EN  This file is a plain ZIP. Each line of messages.jsonl is a message of the log (or only its digest, when it was
    not asked for); seals.jsonl holds the seals, signed with Ed25519; manifest.json gives the SHA-256 digest of each
    file, and manifest.sig the signature of the manifest.
    To verify, without Garde, with Python 3.9 or later:
        python -m zipfile -e FILE.garde folder
        python -I folder/verify.py
    Exit code: 0 nothing is altered, 3 something is, and the first broken link is named.
    Compare the key that is shown with the one that the hospital told you otherwise. The verify.py of the archive
    may have been replaced like the rest: a copy that came another way is better.
"""


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which messages are asked for; each that is not stands in the archive by its digest.

    Attributes:
        since: nanoseconds since 1970 UTC, inclusive.
        until: nanoseconds since 1970 UTC, exclusive.
        kinds: names of messages; none means all.
        device: the one they are about; None means any.
        messages: ids of single messages; none means all.
    """

    since: int = -EVER
    until: int = EVER
    kinds: tuple[str, ...] = ()
    device: Device | None = None
    messages: tuple[str, ...] = ()

    def selection(self) -> Callable[[Entry], bool]:
        """Says of one message after the other, in their order, whether it is asked for."""
        about = About(self.device) if self.device else None

        def wanted(entry: Entry) -> bool:
            of_device = about is None or _about(about, entry)
            named = not self.messages or entry.id in self.messages
            kind = not self.kinds or entry.kind in self.kinds
            return of_device and named and kind and self.since <= entry.at < self.until

        return wanted


class About:
    """Which messages are about a device: seen of its keys, judged or decided about it or about a finding on it."""

    def __init__(self, device: Device) -> None:
        self._keys = frozenset(device.keys)
        self._names = {device.id}
        claims = [*device.claims.values(), *(one for many in device.many.values() for one in many)]
        self._rests = {line.observation for claim in claims for line in claim.sources if line.observation}

    def meets(self, message: Message) -> bool:
        """Whether this message is; messages come in the order of the log."""
        keys = {*_all(message, "subject"), *_all(message, "keys")}
        keys |= {getattr(message, "source", None), getattr(message, "target", None)}
        names = {getattr(message, "device", None), getattr(message, "about", None)}
        found = bool(keys & self._keys or names & self._names or message.id in self._rests)
        if found:
            self._names.add(message.id)
        return found


def _all(message: Message, name: str) -> Iterable[Any]:
    value = getattr(message, name, ())
    return value if isinstance(value, tuple | list) else (value,)


def _about(about: About, entry: Entry) -> bool:
    try:
        return about.meets(decode(entry.body))
    except Malformed:
        # Of a kind that this Garde no longer knows.
        return False


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What is in an archive; its octets are signed.

    Attributes:
        messages: how many are there in full, ``omitted`` by their digest.
        anchor: whether the first seal only says what the first message follows.
        end: number of the seal at which the messages end.
        key: id of the key that signs.
        files: name → size and SHA-256.
    """

    format: str
    made: str
    site: str
    wanted: dict[str, Any]
    messages: int
    omitted: int
    anchor: bool
    end: int
    key: str
    files: dict[str, dict[str, Any]]


def export(look: Snapshot, keys: Keys, out: IO[bytes], wanted: Wanted, now: int, *, site: str = "") -> Manifest:
    """Write an archive of what is sealed; messages behind the last seal are not in it.

    Args:
        look: the store.
        keys: what made the last seal, and signs the manifest.
        out: where the archive is written; it need not be seekable.
        wanted: which messages.
        now: nanoseconds since 1970 UTC.
        site: name of the hospital.

    Raises:
        Untrusted: the chain is broken, so that no archive of it would verify.
        Missing: no message is as asked for.
    """
    if fault := next(breaks(look, (keys.name,)), ""):
        raise Untrusted("export.broken", f"The chain is broken: {fault}", hint="garde verify names every break")
    seals = [(read(one), one) for one in look.seals()]
    first, last = _range(look, wanted, seals[-1][0].last if seals else 0)
    begin = max((one.number for one, _ in seals if one.last < first), default=0)
    end = next(one for one, _ in seals if one.last >= last)
    anchor = next((one for one, _ in seals if one.number == begin), None)
    counts = {True: 0, False: 0}
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        files = {
            name: _write(archive, name, lines, now)
            for name, lines in (
                ("README.txt", [README.encode("utf-8")]),
                ("verify.py", [(resources.files("garde.evidence") / "standalone.py").read_bytes()]),
                ("public.pem", [_pem(keys.name)]),
                ("messages.jsonl", _messages(look, wanted, anchor, end, counts)),
                ("seals.jsonl", (_seal(stored) for seal, stored in seals if seal.number >= begin)),
            )
        }
        manifest = Manifest(
            format=FORMAT,
            made=moment(now),
            site=site,
            wanted={
                "since": moment(wanted.since) if wanted.since > -EVER else "",
                "until": moment(wanted.until) if wanted.until < EVER else "",
                "kinds": wanted.kinds,
                "device": wanted.device.id if wanted.device else "",
                "messages": wanted.messages,
            },
            messages=counts[True],
            omitted=counts[False],
            anchor=anchor is not None,
            end=end.number,
            key=keys.name,
            files=files,
        )
        octets = msgspec.json.format(msgspec.json.encode(manifest), indent=1)
        _write(archive, MANIFEST, [octets], now)
        _write(archive, SIGNATURE, [keys.sign(octets).hex().encode("ascii")], now)
    return manifest


def _range(look: Snapshot, wanted: Wanted, sealed: int) -> tuple[int, int]:
    """Numbers of the first and the last message that are asked for, of those up to ``sealed``."""
    chosen = wanted.selection()
    first = last = 0
    for entry in itertools.takewhile(lambda entry: entry.seq <= sealed, look.entries(0)):
        if chosen(entry):
            first, last = first or entry.seq, entry.seq
    if not first:
        raise Missing("export.nothing", "No message of the log is as asked for")
    return first, last


def _messages(
    look: Snapshot, wanted: Wanted, anchor: Seal | None, end: Seal, counts: dict[bool, int]
) -> Iterator[bytes]:
    chosen = wanted.selection()
    begin = anchor.last if anchor else 0
    for entry in look.entries(0):
        if entry.seq > end.last:
            return
        # Also of those before the anchor: what a message is about may rest on them.
        full = chosen(entry)
        if entry.seq <= begin:
            continue
        counts[full] += 1
        yield (_line(entry) if full else _digest(entry)) + b"\n"


def _line(entry: Entry) -> bytes:
    line = {"seq": entry.seq, "id": entry.id, "at": entry.at, "kind": entry.kind}
    line["message"] = msgspec.msgpack.decode(entry.body)
    line["body"] = base64.b64encode(entry.body).decode("ascii")
    return msgspec.json.encode(line)


def _digest(entry: Entry) -> bytes:
    digest = digest_of(entry)
    return msgspec.json.encode({"seq": entry.seq, "digest": digest.hex() if digest else ""})


def _seal(stored: Sealed) -> bytes:
    line = {"statement": stored.statement.decode("utf-8"), "signature": stored.signature.hex()}
    return msgspec.json.encode(line) + b"\n"


def _pem(name: str) -> bytes:
    public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(name))
    return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def _write(archive: ZipFile, name: str, pieces: Iterable[bytes], now: int) -> dict[str, Any]:
    """Write one file; returns its size and digest."""
    when = dt.datetime.fromtimestamp(max(now // 1_000_000_000, _ZIP_BEGINS), dt.UTC)
    date = (when.year, when.month, when.day, when.hour, when.minute, when.second)
    info = ZipInfo(name, date_time=date)
    info.compress_type = ZIP_DEFLATED
    info.external_attr = 0o644 << 16
    digest, size = sha256(), 0
    with archive.open(info, "w", force_zip64=True) as member:
        for piece in pieces:
            member.write(piece)
            digest.update(piece)
            size += len(piece)
    return {"size": size, "sha256": digest.hexdigest()}
