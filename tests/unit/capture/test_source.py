from __future__ import annotations

import gzip
import os
import threading
from contextlib import closing
from pathlib import Path

import pytest
import zstandard

from garde.capture.source import Source, open_source
from garde.errors import Malformed, Unreachable

BODY = os.urandom(1000) * 300


def drain(source: Source, step: int = 7919) -> bytes:
    out = b""
    buffer = bytearray(step)
    with closing(source):
        while size := source.readinto(memoryview(buffer)):
            out += buffer[:size]
    return out


def made(tmp_path: Path, data: bytes) -> Path:
    path = tmp_path / "a.pcap"
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    "pack",
    [
        bytes,
        gzip.compress,
        zstandard.compress,
        lambda data: gzip.compress(data[:9], mtime=0) + gzip.compress(data[9:], mtime=0),
        lambda data: zstandard.compress(data[:9]) + zstandard.compress(data[9:]),
    ],
)
def test_compressed_or_not_the_octets_are_the_same(tmp_path: Path, pack: object) -> None:
    data = pack(BODY)  # type: ignore[operator]
    source, size = open_source(made(tmp_path, data))
    assert size == len(data)
    assert drain(source) == BODY
    assert source.read == size


def test_a_cut_gzip_gives_what_came_before(tmp_path: Path) -> None:
    source, _ = open_source(made(tmp_path, gzip.compress(BODY, mtime=0)[:-500]))
    with pytest.raises(Malformed, match="cut short"):
        drain(source)


@pytest.mark.parametrize("pack", [gzip.compress, zstandard.compress])
def test_broken_compression_is_malformed(tmp_path: Path, pack: object) -> None:
    data = bytearray(pack(b"".join(b"%d," % i for i in range(50_000))))  # type: ignore[operator]
    data[8:60] = b"\xff" * 52
    source, _ = open_source(made(tmp_path, bytes(data)))
    with pytest.raises(Malformed):
        drain(source)


def test_a_zstd_window_beyond_the_limit_is_refused(tmp_path: Path) -> None:
    parameters = zstandard.ZstdCompressionParameters(window_log=29, enable_ldm=True)
    pack = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
    source, _ = open_source(made(tmp_path, pack.compress(BODY) + pack.flush()))
    with pytest.raises(Malformed):
        drain(source)


def test_a_pipe_is_read_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    writer = threading.Thread(target=path.write_bytes, args=(BODY,))
    writer.start()
    source, size = open_source(path)
    assert (drain(source), size) == (BODY, 0)
    writer.join()


def test_what_cannot_be_opened_says_why(tmp_path: Path) -> None:
    with pytest.raises(Unreachable, match="nothing.pcap"):
        open_source(tmp_path / "nothing.pcap")
    with pytest.raises(Unreachable):
        open_source(tmp_path)
