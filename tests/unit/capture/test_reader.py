from __future__ import annotations

import gzip
import struct
from pathlib import Path

import pytest
import zstandard

from garde.capture import reader
from garde.capture.reader import open_capture
from garde.errors import Malformed
from tests.packets import T0, pcap
from tests.unit.capture.test_pcapng import enhanced, interface, option, piece

FRAMES = [bytes([i]) * (60 + i) for i in range(200)]


def packets(path: Path) -> tuple[list[bytes], list[str], list[int]]:
    capture = open_capture(path)
    data, times = [], []
    for block in capture:
        for offset, size, _, at, _ in block.records.tolist():
            data.append(bytes(block.view[offset : offset + size]))
            times.append(at)
    return data, [lost.code for lost in capture.lost], times


def made(tmp_path: Path, data: bytes) -> Path:
    path = tmp_path / "a.pcap"
    path.write_bytes(data)
    return path


def head(order: str = "<") -> bytes:
    return piece(0x0A0D0D0A, struct.pack(order + "IHHq", 0x1A2B3C4D, 1, 0, -1), order)


@pytest.mark.parametrize("pack", [bytes, gzip.compress, zstandard.compress])
@pytest.mark.parametrize("size", [1 << 19, 1 << 20])
def test_every_packet_once_whatever_the_buffer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pack: object, size: int
) -> None:
    monkeypatch.setattr(reader, "BUFFER", size)
    frames = FRAMES + [b"jumbo" * 50_000] + FRAMES * 40
    data, lost, times = packets(made(tmp_path, pack(pcap(frames, step=7000, snap=1 << 20))))  # type: ignore[operator]
    assert data == frames
    assert lost == []
    assert times == [T0 + i * 7000 for i in range(len(frames))]


def test_sections_of_both_byte_orders_with_several_interfaces(tmp_path: Path) -> None:
    data = (
        head() + piece(1, interface()) + piece(1, interface(1, option(9, b"\x09"))) + enhanced(b"one", 5)
        + enhanced(b"two", 6, face=1) + piece(5, bytes(20)) + head(">") + piece(1, interface(order=">"), ">")
        + enhanced(b"three", 7, order=">")
    )  # fmt: skip
    assert packets(made(tmp_path, data)) == ([b"one", b"two", b"three"], [], [5000, 6, 7000])


def test_a_long_block_without_packets_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "BUFFER", 1 << 19)
    data = head() + piece(1, interface()) + piece(0x0BAD, bytes(3 << 20)) + enhanced(b"after")
    assert packets(made(tmp_path, data))[:2] == ([b"after"], [])
    assert packets(made(tmp_path, data[: 2 << 20]))[:2] == ([], ["capture.truncated"])


@pytest.mark.parametrize("cut", [1, 15, 16, 17, 60])
def test_a_cut_end_is_said(tmp_path: Path, cut: int) -> None:
    data, lost, _ = packets(made(tmp_path, pcap(FRAMES[:3])[:-cut]))
    assert data == FRAMES[:2]
    assert lost == ["capture.truncated"]


@pytest.mark.parametrize("cut", [1, 9, 30])
def test_a_cut_pcapng_is_said(tmp_path: Path, cut: int) -> None:
    data = (head() + piece(1, interface()) + enhanced(b"one") + enhanced(b"two"))[:-cut]
    assert packets(made(tmp_path, data))[:2] == ([b"one"], ["capture.truncated"])


def test_reading_goes_on_after_damage(tmp_path: Path) -> None:
    whole = pcap(FRAMES)
    data, lost, _ = packets(made(tmp_path, whole[:100] + b"\xff" * 999 + whole[100:]))
    assert data == FRAMES
    assert lost == ["capture.corrupt"]


def test_reading_goes_on_after_damage_larger_than_the_buffer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "BUFFER", 1 << 20)
    whole = pcap(FRAMES)
    data, lost, _ = packets(made(tmp_path, whole[:100] + b"\xff" * (3 << 20) + whole[100:]))
    assert data == FRAMES
    assert lost == ["capture.corrupt"]


def test_pcapng_goes_on_after_damage(tmp_path: Path) -> None:
    data = head() + piece(1, interface()) + enhanced(b"one") + b"\xff" * 99 + enhanced(b"two") + enhanced(b"three")
    assert packets(made(tmp_path, data))[:2] == ([b"one", b"two", b"three"], ["capture.corrupt"])


def test_an_endless_desert_is_given_up(tmp_path: Path) -> None:
    data = gzip.compress(pcap(FRAMES[:2]) + b"\xff" * (reader.SEARCH * 4), 1, mtime=0)
    got, lost, _ = packets(made(tmp_path, data))
    assert got == FRAMES[:2]
    assert lost == ["capture.corrupt"]


def test_breaks_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "BREAKS", 3)
    records = pcap([FRAMES[0]] * 2)[24:]
    _, lost, _ = packets(made(tmp_path, pcap([]) + (b"\xff" * 40 + records) * 10))
    assert len(lost) == 4


def test_a_cut_gzip_gives_its_packets(tmp_path: Path) -> None:
    whole = gzip.compress(pcap(FRAMES), 0, mtime=0)
    data, lost, _ = packets(made(tmp_path, whole[:-1000]))
    assert data == FRAMES[: len(data)]
    assert 150 < len(data) < 200
    assert lost == ["capture.truncated", "capture.truncated"]


@pytest.mark.parametrize("data", [b"", b"GIF89a" * 20, gzip.compress(b"hello", mtime=0), pcap([])[:20]])
def test_another_file_is_refused_with_a_hint(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(Malformed) as error:
        open_capture(made(tmp_path, data))
    assert error.value.hint
    assert "a.pcap" in error.value.what


def test_progress_ends_at_the_size_of_the_file(tmp_path: Path) -> None:
    capture = open_capture(made(tmp_path, gzip.compress(pcap(FRAMES), mtime=0)))
    assert sum(len(block) for block in capture) == len(FRAMES)
    assert capture.read == capture.size > 0
    assert (capture.name, capture.format) == ("a.pcap", "pcap")
