"""Capture readers on damaged files: what can be read is read, what cannot is said, and nothing else is ever raised."""

from __future__ import annotations

import gzip
import tempfile
from collections.abc import Callable
from pathlib import Path

import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from garde.capture.reader import BREAKS, open_capture
from garde.errors import GardeError
from tests.packets import ether, ip4, pcap, udp
from tests.unit.capture.test_pcapng import enhanced, interface, option, piece
from tests.unit.capture.test_reader import head

FRAMES = [ether(ip4(udp(bytes([i]) * 40), 17)) for i in range(12)]
WHOLE = [
    pcap(FRAMES),
    pcap(FRAMES, order=">", nano=True),
    head() + piece(1, interface(1, option(9, b"\x09"))) + b"".join(enhanced(frame) for frame in FRAMES),
    head(">") + piece(1, interface(order=">"), ">") + b"".join(enhanced(frame, order=">") for frame in FRAMES),
]
#: What stands before the first packet; every packet takes the same room.
BEGINNINGS = {
    WHOLE[0]: WHOLE[0][:24],
    WHOLE[1]: WHOLE[1][:24],
    WHOLE[2]: head() + piece(1, interface(1, option(9, b"\x09"))),
    WHOLE[3]: head(">") + piece(1, interface(order=">"), ">"),
}
PACKS: list[Callable[[bytes], bytes]] = [bytes, bytes, gzip.compress, zstandard.compress]


def packets(data: bytes) -> tuple[list[bytes], int]:
    """The packets of a file with these octets, and how many sentences say what was lost; -1 when it was refused."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.pcap"
        path.write_bytes(data)
        try:
            capture = open_capture(path)
        except GardeError:
            return [], -1
        out = []
        for block in capture:
            assert (block.records[:, 0] >= 0).all()
            assert (block.records[:, :2].sum(axis=1) <= len(block.data)).all()
            out += [bytes(block.view[at : at + size]) for at, size in block.records[:, :2].tolist()]
        assert len(capture.lost) <= BREAKS + 2
        return out, len(capture.lost)


@settings(deadline=None, max_examples=400)
@given(
    st.sampled_from(WHOLE),
    st.sampled_from(PACKS),
    st.lists(st.tuples(st.integers(0, 2000), st.binary(min_size=1, max_size=8)), max_size=4),
    st.integers(0, 2500),
)
def test_a_damaged_file_is_read_or_refused(
    whole: bytes, pack: Callable[[bytes], bytes], patches: list[tuple[int, bytes]], cut: int
) -> None:
    data = bytearray(pack(whole))
    for at, patch in patches:
        data[at : at + len(patch)] = patch
    packets(bytes(data[:cut]))


@settings(deadline=None, max_examples=200)
@given(st.sampled_from(WHOLE), st.integers(0, 2500))
def test_a_cut_file_gives_the_packets_before_the_cut_and_says_so(whole: bytes, cut: int) -> None:
    found, lost = packets(whole[:cut])
    assert found == FRAMES[: len(found)]
    step = (len(whole) - len(BEGINNINGS[whole])) // len(FRAMES)
    between = (min(cut, len(whole)) - len(BEGINNINGS[whole])) % step
    assert (lost > 0) == (between != 0 and cut >= len(BEGINNINGS[whole])) or cut < len(BEGINNINGS[whole])
    if lost >= 0 and cut >= len(whole):
        assert (found, lost) == (FRAMES, 0)


@settings(deadline=None, max_examples=200)
@given(st.sampled_from(WHOLE[:2]), st.integers(0, len(FRAMES) - 4), st.binary(min_size=1, max_size=60))
def test_what_stands_behind_damage_is_found_again(whole: bytes, place: int, noise: bytes) -> None:
    """A length beyond belief, then noise: the packets before it are all there, and most of those behind it."""
    at = 24 + place * (16 + len(FRAMES[0]))
    found, lost = packets(whole[:at] + b"\xff" * 16 + noise + whole[at:])
    assert found[:place] == FRAMES[:place]
    assert lost >= 1
    assert FRAMES[-1] in found


@settings(deadline=None, max_examples=300)
@given(
    st.binary(max_size=300), st.sampled_from([b"", *(whole[:60] for whole in WHOLE), b"\x1f\x8b", b"\x28\xb5\x2f\xfd"])
)
def test_any_bytes_are_read_or_refused(data: bytes, start: bytes) -> None:
    packets(start + data)
