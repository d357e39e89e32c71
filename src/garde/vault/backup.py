"""Backups: everything a store holds at one moment, in one file that knows when it is damaged.

Question: what is needed to go on from on a blank machine, and how is a damaged file told before anything is written?
Reference: a plain ZIP (APPNOTE 6.3.9): the rows of each table as MessagePack arrays, each behind its length in four
octets, and a manifest signed with Ed25519 (RFC 8032) that holds the digest of each table and the head of the chain. The
rows are the same whichever database they came from and go to. Secrets are in it as they lie in the store: encrypted.
Left out: captures; differences between two backups.

Example::

    with store.snapshot() as look: save(look, keys, file, now)
    saved = Saved(file)
    assert not saved.damage()
    other.restore(saved, saved.digests)
"""

from __future__ import annotations

import lzma
import struct
import zlib
from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import IO, Any, Final
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile, ZipInfo

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from garde.errors import Malformed, Untrusted
from garde.model.message import moment
from garde.model.table import packed
from garde.ports import Keys, Snapshot

FORMAT: Final = "garde-backup/1"
MANIFEST: Final = "manifest.json"
SIGNATURE: Final = "manifest.sig"
#: No row is longer.
LONGEST: Final = 1 << 28
#: What damaged octets make zipfile and its decompressors raise, besides Garde's own.
_DAMAGE = (
    *(BadZipFile, zlib.error, lzma.LZMAError, struct.error, OSError, EOFError),
    *(KeyError, ValueError, IndexError, RuntimeError, Untrusted, Malformed),
)


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """One table: its columns, how many rows, and their digest (`garde.model.table`)."""

    columns: tuple[str, ...]
    rows: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What is in a backup.

    Attributes:
        made: ISO 8601 in UTC.
        site: name of the hospital.
        step: the migration the tables are at.
        seq: number of the last message, and ``link`` its link in hexadecimal.
        seals: how many seals there are.
        tables: name → what it must be.
        files: further files: name → SHA-256.
        key: id of the key that signs this.
    """

    format: str
    made: str
    site: str
    step: int
    seq: int
    link: str
    seals: int
    tables: dict[str, Table]
    files: dict[str, str]
    key: str


def save(
    look: Snapshot, keys: Keys, out: IO[bytes], now: int, *, site: str = "", files: Mapping[str, bytes] | None = None
) -> Manifest:
    """Write a backup.

    Args:
        look: the store at one moment.
        keys: what signs.
        out: where it is written; it need not be seekable.
        now: nanoseconds since 1970 UTC.
        site: name of the hospital.
        files: further files to keep with it.

    Raises:
        Untrusted: the head of the chain is gone.
    """
    head = look.head()
    if head is None:
        raise Untrusted("chain.head", "The head of the chain is gone", hint="garde verify names every break")
    tables: dict[str, Table] = {}
    with ZipFile(out, "w", ZIP_DEFLATED, compresslevel=3) as archive:
        for name, columns in look.tables.items():
            total, count = sha256(packed(columns)), 0
            with archive.open(_info(f"tables/{name}"), "w", force_zip64=True) as member:
                for row in look.rows(name):
                    data = packed(row)
                    member.write(len(data).to_bytes(4, "big") + data)
                    total.update(data)
                    count += 1
            tables[name] = Table(columns=tuple(columns), rows=count, sha256=total.hexdigest())
        for name, data in (files or {}).items():
            archive.writestr(_info(f"files/{name}"), data)
        keys.sign(b"")  # the first use makes the key, and only then it has a name
        manifest = Manifest(
            format=FORMAT,
            made=moment(now),
            site=site,
            step=look.step,
            seq=head.seq,
            link=head.link.hex(),
            seals=head.seals,
            tables=tables,
            files={name: sha256(data).hexdigest() for name, data in (files or {}).items()},
            key=keys.name,
        )
        octets = msgspec.json.format(msgspec.json.encode(manifest), indent=1)
        archive.writestr(_info(MANIFEST), octets)
        archive.writestr(_info(SIGNATURE), keys.sign(octets).hex())
    return manifest


def _info(name: str) -> ZipInfo:
    info = ZipInfo(name)
    info.compress_type = ZIP_DEFLATED
    info.external_attr = 0o600 << 16
    return info


class Saved:
    """A backup, to be restored.

    Args:
        file: its octets, decrypted and seekable.

    Raises:
        Untrusted: it is no backup, or its manifest is damaged or not signed by the key it names.
    """

    def __init__(self, file: IO[bytes]) -> None:
        try:
            self._zip = ZipFile(file)
            octets, signature = self._zip.read(MANIFEST), self._zip.read(SIGNATURE)
        except _DAMAGE as error:
            raise Untrusted("restore.damaged", f"Damaged: the file as a whole ({error})") from None
        try:
            self.manifest = msgspec.json.decode(octets, type=Manifest)
            public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(self.manifest.key))
            public.verify(bytes.fromhex(signature.decode("ascii")), octets)
        except (msgspec.DecodeError, msgspec.ValidationError, ValueError, InvalidSignature):
            raise Untrusted("restore.damaged", f"Damaged: {MANIFEST}, or its signature") from None
        if self.manifest.format != FORMAT:
            raise Untrusted("restore.format", f"This is {self.manifest.format!r}, not {FORMAT!r}")

    @property
    def step(self) -> int:
        """See `garde.ports.Copy`."""
        return self.manifest.step

    @property
    def tables(self) -> dict[str, tuple[str, ...]]:
        """See `garde.ports.Copy`."""
        return {name: table.columns for name, table in self.manifest.tables.items()}

    @property
    def digests(self) -> dict[str, str]:
        """Table → what its rows must be once they are written."""
        return {name: table.sha256 for name, table in self.manifest.tables.items()}

    def rows(self, table: str) -> Iterator[tuple[Any, ...]]:
        """See `garde.ports.Copy.rows`."""
        width = len(self.manifest.tables[table].columns)
        for data in self._packed(table):
            row = msgspec.msgpack.decode(data)
            if not isinstance(row, list) or len(row) != width:
                raise Malformed("restore.row", f"A row of {table} is no row")
            yield tuple(row)

    def file(self, name: str) -> bytes | None:
        """A further file; None when it is not in this backup."""
        return self._zip.read(f"files/{name}") if name in self.manifest.files else None

    def damage(self) -> list[str]:
        """The names of what is not as the manifest says; empty when all is whole."""
        expected = {MANIFEST, SIGNATURE, *(f"tables/{name}" for name in self.tables)}
        expected |= {f"files/{name}" for name in self.manifest.files}
        names = self._zip.namelist()
        odd = [name for name in dict.fromkeys(names) if name not in expected or names.count(name) > 1]
        odd += [f"tables/{name}" for name, table in self.manifest.tables.items() if not self._whole(name, table)]
        for name, wanted in self.manifest.files.items():
            try:
                whole = sha256(self._zip.read(f"files/{name}")).hexdigest() == wanted
            except _DAMAGE:
                whole = False
            if not whole:
                odd.append(f"files/{name}")
        return odd

    def _whole(self, name: str, table: Table) -> bool:
        total, count = sha256(packed(table.columns)), 0
        try:
            for data in self._packed(name):
                total.update(data)
                count += 1
        except _DAMAGE:
            return False
        return (total.hexdigest(), count) == (table.sha256, table.rows)

    def _packed(self, table: str) -> Iterator[bytes]:
        with self._zip.open(f"tables/{table}") as member:
            while length := member.read(4):
                size = int.from_bytes(length, "big")
                data = member.read(size) if len(length) == 4 and size <= LONGEST else b""
                if len(data) != size:
                    raise Untrusted("restore.row", f"A row of {table} is cut short")
                yield data
