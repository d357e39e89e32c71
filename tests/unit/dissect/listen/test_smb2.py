"""SMB 2: what is done on a share becomes signals without a name."""

from __future__ import annotations

import struct
import uuid
from collections.abc import Callable
from pathlib import Path

from garde.capture.reader import open_capture
from garde.dissect.listen.hearing import Hearing
from garde.dissect.listen.table import LISTENERS
from garde.wire.signal import Signal
from garde.wire.track import Tracker
from tests.captures.build import Capture, Host
from tests.shares import Share, chance, prose

CLIENT, SERVER = Host("02:00:00:00:00:0a", "10.1.0.10"), Host("02:00:00:00:00:0b", "10.1.0.11")


def heard(folder: Path, act: Callable[[Share], None], share: str = "records") -> list[Signal]:
    capture = Capture()
    with Share(capture, CLIENT, SERVER, share) as one:
        act(one)
    path = folder / "share.pcap"
    path.write_bytes(capture.octets())
    tracker = Tracker([(k.offset, k.value, k.mask, k.payloads) for row in LISTENERS for k in row.keep], slots=16)
    payloads = [payload for block in open_capture(path) for payload in tracker.feed(block)] + tracker.finish()
    return Hearing(key=b"k").feed(payloads)


def only(found: list[Signal], kind: str) -> list[Signal]:
    return [one for one in found if one.kind == kind]


def test_a_tree_names_its_host_and_only_administrative_shares(tmp_path: Path) -> None:
    (tree,) = only(heard(tmp_path, lambda share: None), "smb.tree")
    assert tree.text("host") == "10.1.0.11" and tree.text("share") == "other"
    (tree,) = only(heard(tmp_path, lambda share: None, "ADMIN$"), "smb.tree")
    assert tree.text("share") == "ADMIN$"


def test_a_rename_tells_extensions_and_no_name(tmp_path: Path) -> None:
    (one,) = only(heard(tmp_path, lambda share: share.rename("w\\DUPONT.docx", "w\\DUPONT.docx.qzx")), "smb.rename")
    assert (one.text("ext"), one.text("new"), one.number("moved")) == ("docx", "qzx", 0)
    assert not any("DUPONT" in str(value).upper() for value in one.values.values())


def test_a_write_is_compared_with_what_was_read(tmp_path: Path) -> None:
    def act(share: Share) -> None:
        handle = share.open("a.docx")
        share.read(handle, prose(1))
        share.write(handle, chance(1))
        share.close(handle)

    found = heard(tmp_path, act)
    (one,) = only(found, "smb.write")
    assert one.number("before") < 6.5 and one.number("entropy") > 7.9 and one.text("magic") == ""
    assert {file.octets for file in only(found, "file.seen")} == {chance(1), prose(1)}


def test_deletes_notes_and_files_made(tmp_path: Path) -> None:
    def act(share: Share) -> None:
        share.delete("a.docx")
        share.put("d\\HOW_TO_DECRYPT.txt", b"pay up now")
        share.put("d\\report.txt", b"a report of the day")

    found = heard(tmp_path, act)
    assert len(only(found, "smb.delete")) == 1
    made = [one for one in only(found, "smb.create") if one.number("made")]
    assert [bool(one.text("note")) for one in made] == [True, False]


def test_a_call_through_a_pipe(tmp_path: Path) -> None:
    bind = struct.pack("<BBBBIHHIHHIB3x", 5, 0, 11, 3, 0x10, 72, 0, 1, 4280, 4280, 0, 1)
    bind += struct.pack("<HBx", 0, 1) + uuid.UUID("367abb81-9844-35f1-ad32-98f038001003").bytes_le + bytes(24)
    call = struct.pack("<BBBBIHHIIHH", 5, 0, 0, 3, 0x10, 24, 0, 2, 0, 0, 12)

    def act(share: Share) -> None:
        handle = share.open("svcctl")
        share.write(handle, bind)
        share.call(handle, call)

    found = heard(tmp_path, act, "IPC$")
    assert [one.text("name") for one in only(found, "smb.pipe")] == ["svcctl"]
    (one,) = only(found, "rpc.call")
    assert (one.text("interface"), one.number("operation")) == ("svcctl", 12)
    assert only(found, "smb.write") == [] and only(found, "file.seen") == []
