"""SMB files: what both generations of SMB tell of trees and files, in the same signals.

Question: which file was created, read, written, renamed, deleted, on which share, and what does its content look like?
Reference: domain note 09 §2. A file's name may name a patient: it is told as a keyed digest, its folder likewise, and
only its extension and the names of ransom notes that are listed in clear.

Example:
    >>> extension("scan.dcm.WNCRY"), extension("README")
    ('wncry', '')
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from garde.dissect.listen.carve import Carver
from garde.dissect.listen.entropy import DENSE, entropy, magic
from garde.dissect.listen.spec import Digest, Told

_EXTENSION: Final = re.compile(r"[a-z0-9_-]{1,16}")
#: Notes that ransomware leaves, without their extension; a short list of words that no file of a ward is called.
_NOTE: Final = re.compile(
    r"@?please_read_me@?|@?wanadecryptor@?|!?_?how_?to_?(decrypt|recover|restore|back)|decrypt(ion)?_?(instructions?|my|your)?_?files?"
    r"|readme_?(to|for)_?(decrypt|recover|restore)|restore_?(my|your)_?files?|recover_?(my|your)?_?files?|ryukreadme"
    r"|_?readme_?[a-z0-9]{4,12}_?!*\.hta|lockbit|conti_?readme|hive_?how|info\.hta|your_?files_?are_?(encrypted|locked)"
    r"|help_?(decrypt|restore|your_?files)|[a-z0-9]{5,10}-?(readme|decrypt)\.txt|fast\.txt\.enc",
    re.IGNORECASE,
)
#: Files of one flow whose handles are remembered.
HANDLES: Final = 512


def extension(name: str) -> str:
    """What follows the last dot of a file's name, in lower case; empty when it is none of a file type."""
    _, dot, last = name.rpartition(".")
    last = last.lower()
    return last if dot and _EXTENSION.fullmatch(last) else ""


class File:
    """An open file or pipe."""

    __slots__ = ("begun", "ext", "folder", "head", "path", "pipe", "share", "touched")

    def __init__(self, path: str, share: str, digest: Digest) -> None:
        self.share = share
        self.pipe = share.upper() == "IPC$"
        name = path.replace("/", "\\").strip("\\")
        folder, _, last = name.rpartition("\\")
        self.ext = extension(last)
        self.path = digest(name.lower().encode("utf-8", "replace"))
        self.folder = digest(folder.lower().encode("utf-8", "replace"))
        #: entropy of what was read from the file's beginning before, -1 when it was not
        self.head = -1.0
        self.touched = False
        #: stream position of the first write, -1 when there was none
        self.begun = -1


class Files:
    """The shares and files of one connection."""

    def __init__(self, digest: Digest) -> None:
        self._digest = digest
        self._trees: dict[int, str] = {}
        self._files: dict[object, File] = {}
        self._read: dict[str, float] = {}
        self._carver = Carver()

    # ------------------------------------------------------------ trees
    def tree_asked(self, path: str, start: int) -> tuple[str, Told]:
        """The share of a ``\\\\host\\share`` path, and its signal."""
        host, _, share = path.strip("\\\0").partition("\\")
        admin = share.upper()
        shown = admin if admin in ("IPC$", "ADMIN$") or (len(admin) == 2 and admin[1] == "$") else ""
        # Only administrative shares are told by name; others may be called after a person.
        values = {"host": host[:64], "share": shown or "other", "key": self._digest(share.lower().encode())}
        return share, Told("smb.tree", values, start)

    def tree(self, number: int, share: str) -> None:
        """A tree connect succeeded."""
        if len(self._trees) >= 64:
            del self._trees[next(iter(self._trees))]
        self._trees[number] = share

    def share(self, number: int) -> str:
        """The share of a tree, empty when its connect was not seen."""
        return self._trees.get(number, "")

    # ------------------------------------------------------------ files
    def opened(self, handle: object, path: str, tree: int, start: int, *, made: bool) -> Iterator[Told]:
        """A create succeeded."""
        file = File(path, self.share(tree), self._digest)
        if len(self._files) >= HANDLES:
            del self._files[next(iter(self._files))]
        self._files[handle] = file
        if file.pipe or path.lower().lstrip("\\") in ("svcctl", "samr", "lsarpc", "atsvc", "winreg", "srvsvc"):
            file.pipe = True
            yield Told("smb.pipe", {"name": _pipe(path)}, start)
            return
        last = path.replace("/", "\\").rpartition("\\")[2]
        values: dict[str, str | int | float] = self._values(file)
        values["made"] = int(made)
        if _NOTE.search(last):
            values["note"] = last[:48]
        elif made:
            values["same"] = self._digest(last.lower().encode("utf-8", "replace"))
        yield Told("smb.create", values, start)

    def read(self, handle: object, offset: int, data: bytes, start: int) -> Iterator[Told]:
        """A read answered."""
        file = self._files.get(handle)
        if file is None or file.pipe:
            return
        admin = _admin(file.share)
        if offset == 0 and admin and file.head < 0:
            yield Told("smb.read", {"admin": admin, "magic": magic(data)}, start)
        if offset == 0 and len(data) >= 64:
            file.head = entropy(data)
            if len(self._read) >= HANDLES:
                del self._read[next(iter(self._read))]
            self._read[file.path] = file.head
        self._carver.add(("r", handle), offset, data)

    def written(self, handle: object, offset: int, data: bytes, start: int) -> Iterator[Told]:
        """A write asked for."""
        file = self._files.get(handle)
        if file is None or file.pipe:
            return
        self._carver.add(("w", handle), offset, data)
        if file.begun < 0:
            file.begun = start
        if offset == 0 and not file.touched and len(data) >= 16:
            file.touched = True
            kind = magic(data)
            values: dict[str, str | int | float] = self._values(file)
            before = file.head if file.head >= 0 else self._read.get(file.path, -1.0)
            values |= {"entropy": round(entropy(data), 3), "before": round(before, 3), "magic": kind}
            values |= {"size": min(len(data), 4096), "dense": int(kind in DENSE)}
            yield Told("smb.write", values, start)

    def renamed(self, handle: object, new: str, start: int) -> Iterator[Told]:
        """A file that is open is given another name."""
        file = self._files.get(handle)
        if file is not None and not file.pipe:
            after = File(new, file.share, self._digest)
            yield self._rename(file, after, start)

    def renamed_by_name(self, old: str, new: str, tree: int, start: int) -> Told:
        """A file is given another name (SMB 1)."""
        share = self.share(tree)
        return self._rename(File(old, share, self._digest), File(new, share, self._digest), start)

    def deleted(self, handle: object, start: int) -> Iterator[Told]:
        """A file is marked for deletion."""
        file = self._files.get(handle)
        if file is not None and not file.pipe:
            yield Told("smb.delete", self._values(file), start)

    def closed(self, handle: object, start: int) -> Iterator[Told]:
        """A file is closed: what was carved of it is told."""
        file = self._files.pop(handle, None)
        for way in ("w", "r"):
            data = self._carver.take((way, handle))
            if data and file is not None:
                # What was written came on the way by which the file is closed; what was read, on the other.
                at = file.begun if way == "w" and file.begun >= 0 else start
                yield Told("file.seen", {"by": "smb", "way": way, "share": _admin(file.share)}, at, data)

    def pipe(self, handle: object) -> bool:
        """Whether a handle is a pipe, or of unknown kind."""
        file = self._files.get(handle)
        return file is None or file.pipe

    def _rename(self, before: File, after: File, start: int) -> Told:
        values = self._values(before)
        values |= {"new": after.ext, "moved": int(before.folder != after.folder)}
        return Told("smb.rename", values, start)

    def _values(self, file: File) -> dict[str, str | int | float]:
        share = self._digest(file.share.lower().encode())
        return {"share": share, "admin": _admin(file.share), "ext": file.ext, "path": file.path, "folder": file.folder}


def _admin(share: str) -> str:
    name = share.upper()
    return name if name == "ADMIN$" or (len(name) == 2 and name[1] == "$") else ""


def _pipe(path: str) -> str:
    name = path.lower().replace("/", "\\").strip("\\").removeprefix("pipe\\")
    return name[:32] if re.fullmatch(r"[a-z0-9_.$-]{1,64}", name) else "other"
