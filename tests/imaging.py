"""DICOM peers for the tests: dcmtk's storescp, dcmqrscp and wlmscpfs, on loopback."""

from __future__ import annotations

import contextlib
import os
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.servers import free_port, reachable

#: Debian's dcmtk otherwise waits 40 ms before each answer (Nagle and delayed acknowledgement).
ENVIRONMENT = {**os.environ, "TCP_NODELAY": "1"}


@contextlib.contextmanager
def _running(command: Sequence[str | Path], port: int, home: Path) -> Iterator[int]:
    process = subprocess.Popen(command, cwd=home, env=ENVIRONMENT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        reachable(port, process)
        yield port
    finally:
        process.terminate()
        process.wait(timeout=10)


@contextlib.contextmanager
def receiver(*options: str) -> Iterator[int]:
    """storescp; yields its port."""
    with tempfile.TemporaryDirectory(prefix="garde-storescp-") as home:
        port = free_port()
        with _running(["storescp", "-od", home, *options, str(port)], port, Path(home)):
            yield port


@contextlib.contextmanager
def archive() -> Iterator[int]:
    """dcmqrscp, which knows itself as PACS and takes everybody; yields its port."""
    with tempfile.TemporaryDirectory(prefix="garde-dcmqrscp-") as home:
        port = free_port()
        (Path(home) / "PACS").mkdir()
        settings = Path(home) / "dcmqrscp.cfg"
        settings.write_text(
            f"NetworkTCPPort = {port}\nMaxPDUSize = 16384\nMaxAssociations = 16\n"
            "HostTable BEGIN\nHostTable END\nVendorTable BEGIN\nVendorTable END\n"
            f"AETable BEGIN\nPACS {home}/PACS RW (200, 1024mb) ANY\nAETable END\n"
        )
        with _running(["dcmqrscp", "-c", settings], port, Path(home)):
            yield port


@contextlib.contextmanager
def worklist(entries: int) -> Iterator[int]:
    """wlmscpfs with so many entries for the title WORKLIST; yields its port."""
    with tempfile.TemporaryDirectory(prefix="garde-wlmscpfs-") as home:
        port = free_port()
        folder = Path(home) / "WORKLIST"
        folder.mkdir()
        (folder / "lockfile").touch()
        for number in range(entries):
            text = Path(home) / "entry.dump"
            text.write_text(
                f"(0008,0050) SH [A{number}]\n(0010,0010) PN [ZZTEST^{number}]\n(0010,0020) LO [ZZTEST-{number}]\n"
                f"(0020,000d) UI [2.25.{number + 1}]\n(0032,1060) LO [X]\n(0040,1001) SH [R{number}]\n"
                "(0040,0100) SQ\n(fffe,e000) -\n(0008,0060) CS [CT]\n(0040,0001) AE [CT01]\n(0040,0002) DA [20261124]\n"
                f"(0040,0003) TM [0800]\n(0040,0009) SH [S{number}]\n(fffe,e00d) -\n(fffe,e0dd) -\n"
            )
            subprocess.run(["dump2dcm", "-q", text, folder / f"{number}.wl"], check=True)
        with _running(["wlmscpfs", "-dfr", "-dfp", home, str(port)], port, Path(home)):
            yield port
