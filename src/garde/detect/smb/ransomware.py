"""Ransomware on a share: files renamed, overwritten by what looks like chance, and notes left in their folders.

Question: is somebody encrypting this share right now?
Reference: domain note 09 §2, per client and server in a sliding minute: 30 renames of which .8 change the extension;
ten files whose beginning becomes chance (before < 6.5 bits per byte or a known format, after > 7.9, 7.1 for small
pieces); five folders that get a file of the same name. MITRE ATT&CK T1486. A rename that keeps the extension, one that
ends a transfer (``.part`` → ``.zip``) and one towards an extension that programs use are work; so is what says it is
compressed. Memory: `Window` of 2,048 pairs. Left out: encrypted SMB 3, of which volumes are all that is seen.

Example: 40 files renamed from many extensions to ``.locked`` within a minute give ``ransomware.share`` of who did it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Final

from garde.detect.spec import MINUTE, SECOND, Alarm, Deaf, Detector, Setting
from garde.detect.window import Window
from garde.wire.signal import Signal

RENAMES: Final = 30
CHANGED: Final = 0.8
JUMPS: Final = 10
FOLDERS: Final = 5
#: Bits per byte: of 4 KiB of chance, of 256 octets of chance, and of what people write.
CHANCE: Final = 7.9
CHANCE_SMALL: Final = 7.1
PLAIN: Final = 6.5
#: Extensions under which a transfer is under way; what it is renamed to afterwards is its own.
TEMPORARY: Final = frozenset(
    [
        "tmp",
        "temp",
        "part",
        "partial",
        "crdownload",
        "filepart",
        "download",
        "~",
        "$$$",
        "new",
        "upload",
        "writing",
        "lck",
    ]
)
#: Extensions that programs give: a rename towards one is work.
USUAL: Final = frozenset(
    [
        "doc",
        "docx",
        "docm",
        "dot",
        "dotx",
        "xls",
        "xlsx",
        "xlsm",
        "xlsb",
        "ppt",
        "pptx",
        "pdf",
        "txt",
        "rtf",
        "csv",
        "odt",
        "ods",
        "odp",
        "xml",
        "json",
        "html",
        "htm",
        "log",
        "ini",
        "cfg",
        "dat",
        "db",
        "mdb",
        "accdb",
        "sqlite",
        "bak",
        "old",
        "orig",
        "sav",
        "save",
        "zip",
        "7z",
        "rar",
        "gz",
        "tar",
        "tgz",
        "bz2",
        "xz",
        "iso",
        "img",
        "vhd",
        "vhdx",
        "vmdk",
        "vbk",
        "vib",
        "vrb",
        "bkf",
        "tib",
        "spf",
        "jpg",
        "jpeg",
        "jpe",
        "png",
        "gif",
        "bmp",
        "tif",
        "tiff",
        "webp",
        "heic",
        "raw",
        "cr2",
        "nef",
        "dng",
        "svg",
        "mp3",
        "mp4",
        "mov",
        "avi",
        "mkv",
        "wav",
        "wmv",
        "dcm",
        "dicom",
        "ima",
        "nii",
        "hl7",
        "edf",
        "exe",
        "dll",
        "msi",
        "sys",
        "py",
        "js",
        "css",
        "java",
        "c",
        "h",
        "cpp",
        "ps1",
        "bat",
        "cmd",
        "lnk",
        "url",
        "eml",
        "msg",
        "pst",
        "ost",
        "ttf",
        "woff",
        "bin",
        "done",
        "ok",
        "sent",
        "arc",
        "archive",
        "processed",
        "error",
        "err",
        "ack",
        "read",
        "imported",
    ]
)
#: Of these, what programs keep for themselves and throw away as they please.
KEPT: Final = frozenset(
    ["bak", "old", "orig", "sav", "save", "log", "db", "dat", "bin", "vbk", "vib", "vrb", "bkf", "tib", "spf"]
)
#: And images of disks, whose beginning may be anything.
IMAGES: Final = frozenset({"img", "iso", "vhd", "vhdx", "vmdk"})
#: Extensions that nothing but ransomware gives.
KNOWN: Final = frozenset(
    [
        "wncry",
        "wcry",
        "wncryt",
        "wnry",
        "locky",
        "cerber",
        "cerber2",
        "cerber3",
        "zepto",
        "odin",
        "thor",
        "aesir",
        "zzzzz",
        "osiris",
        "crypt",
        "crypted",
        "encrypted",
        "lockbit",
        "ryk",
        "ryuk",
        "conti",
        "phobos",
        "eking",
        "dharma",
        "wallet",
        "onion",
        "cryptolocker",
        "cryptowall",
        "gandcrab",
        "krab",
        "maze",
        "sodinokibi",
        "hive",
        "blackcat",
        "akira",
        "royal",
        "blackbasta",
        "basta",
        "play",
        "clop",
        "medusa",
        "makop",
        "enc",
        "locked",
        "lockd",
        "crypto",
        "vvv",
        "ecc",
        "ezz",
        "micro",
        "xorist",
        "pay2key",
        "egregor",
        "darkside",
        "rhysida",
        "bianlian",
        "cuba",
        "avos",
        "avaddon",
        "ragnar",
        "snatch",
        "stop",
        "djvu",
    ]
)


class _Sense(Deaf):
    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        self._done: Window[tuple[str, tuple[str, ...], int]] = Window(MINUTE, most=1 << 11, each=2048)

    def signal(self, one: Signal) -> Iterator[Alarm]:
        if one.sender.ip in self._setting.servers:
            return
        by_client = one.kind != "smb.create" and one.kind != "file.seen"
        client, server = (one.sender, one.receiver) if by_client else (one.receiver, one.sender)
        what = _what(one)
        if what is None:
            return
        place = client.ip, server.ip
        self._done.add(place, one.at, (what[0], what[1:], one.packet))
        held = self._done[place]
        if len(held) < 3:
            return
        found = _verdict([(word, values) for _, (word, values, _) in held])
        if found:
            yield Alarm(
                "ransomware.share",
                client,
                found[0],
                (server,),
                (*found[1], f"seconds: {(held[-1][0] - held[0][0]) / SECOND:.0f}"),
                tuple(packet for _, (word, _, packet) in held if word != "create"),
                server.ip,
            )


def _what(one: Signal) -> tuple[str, ...] | None:
    """The act in a signal: its word, then what is compared."""
    if one.kind == "smb.rename":
        return "rename", one.text("ext"), one.text("new"), one.text("folder")
    if one.kind == "smb.write":
        if one.text("magic") == "wanacry":
            return "wanacry", one.text("path")
        return ("jump", one.text("path"), one.text("folder")) if _jump(one) else None
    if one.kind == "smb.delete":
        return "delete", one.text("path"), one.text("ext")
    if one.kind == "smb.create" and one.number("made"):
        if one.text("note"):
            return "note", one.text("note"), one.text("folder")
        return "create", one.text("same"), one.text("folder"), one.text("ext")
    return None


def _strange(name: str) -> bool:
    """Whether an extension is neither a program's nor that of a transfer under way."""
    return bool(name) and name not in USUAL and name not in TEMPORARY


def _jump(one: Signal) -> bool:
    """Whether a file's beginning became chance that no format announces."""
    size, after, before = one.number("size"), one.number("entropy"), one.number("before")
    if one.number("dense") or size < 256:
        return False
    if after < (CHANCE if size >= 4096 else CHANCE_SMALL + (CHANCE - CHANCE_SMALL) * (size - 256) / 3840):
        return False
    # What was read before decides; else the extension of a format that begins otherwise does.
    return before < PLAIN if before >= 0 else one.text("ext") in USUAL - KEPT - IMAGES


def _verdict(acts: list[tuple[str, tuple[str, ...]]]) -> tuple[int, tuple[str, ...]] | None:
    """Confidence and reasons, or None when it may be work."""
    renames = [values for word, values in acts if word == "rename"]
    turned = [values for values in renames if values[1] != values[0] and values[0] not in TEMPORARY]
    strange = Counter(values[1] for values in turned if _strange(values[1]))
    known = sum(many for name, many in strange.items() if name in KNOWN)
    jumps = len({values[0] for word, values in acts if word == "jump"})
    magic = sum(word == "wanacry" for word, _ in acts)
    notes = len({values[1] for word, values in acts if word == "note"})
    same: dict[str, set[str]] = {}
    for word, values in acts:
        if word == "create":
            same.setdefault(values[0], set()).add(values[1])
    spread = max((len(folders) for folders in same.values()), default=0)
    made = Counter(values[2] for word, values in acts if word == "create" and _strange(values[2]))
    fresh, times = made.most_common(1)[0] if made else ("", 0)
    # Encrypted under another name, the original is deleted: documents go, not what a program keeps for itself.
    deletes = sum(word == "delete" and values[1] in USUAL - KEPT for word, values in acts)
    reasons = (
        *((f"renames: {len(renames)}", f"new extensions: {len(strange)}") if renames else ()),
        *((f"extension: {strange.most_common(1)[0][0]}",) if strange else ()),
        *((f"became random: {jumps}",) if jumps else ()),
        *(
            (f"notes in folders: {max(notes, spread if spread >= FOLDERS else 0)}",)
            if notes or spread >= FOLDERS
            else ()
        ),
        *((f"encrypted files: {magic}",) if magic else ()),
        *((f"deletes: {deletes}",) if deletes else ()),
    )
    if magic >= 3 or known >= 5:
        return 97, reasons
    if (
        len(renames) >= RENAMES
        and len(turned) >= CHANGED * len(renames)
        and sum(strange.values()) >= CHANGED * len(turned)
    ):
        return 92, reasons
    if jumps >= JUMPS:
        return 90 if notes or strange or spread >= FOLDERS else 82, reasons
    if notes >= 3 or (notes and jumps + sum(strange.values()) >= FOLDERS):
        return 90, reasons
    if spread >= FOLDERS and jumps + sum(strange.values()) >= JUMPS // 2:
        return 85, reasons
    if times >= RENAMES and deletes >= CHANGED * times:
        return 85, (*reasons, f"created: {times} .{fresh}")
    return None


RANSOMWARE: Final = Detector(
    name="ransomware",
    rules=frozenset({"ransomware.share"}),
    sense=_Sense,
    signals=frozenset({"smb.create", "smb.delete", "smb.rename", "smb.write"}),
)
