"""Make one large capture for the benchmarks: a hospital's long flows among everything the golden captures hold.

Question: what does a mirror port of a hospital look like, when no hospital may give a capture?
Half the octets are replicas of the Ethernet captures at hand (the golden ones, and the corpus when it is there), each
with its own addresses, so that flows grow with size; half are long DICOM C-STORE and HL7 connections at 1,448-octet
segments.

Example::

    python -m bench.inputs.traffic bench/out/traffic.pcap --octets 500000000
"""

from __future__ import annotations

import argparse
import struct
from collections.abc import Iterator
from pathlib import Path

from tests.corpus.place import captures

ROOT = Path(__file__).resolve().parents[2]
SEGMENT = 1448
#: Replica captures larger than this are left out: one of them would be the benchmark.
LARGEST = 2_000_000


def sources() -> list[Path]:
    """Every capture at hand that can be replicated."""
    return [*sorted((ROOT / "tests" / "captures").glob("*/*.pcap")), *captures()]


def frames(path: Path, largest: int = LARGEST) -> list[bytes]:
    """The Ethernet frames of a classic little-endian capture in microseconds; empty for any other."""
    data = path.read_bytes() if path.stat().st_size <= largest else b""
    if data[:4] != b"\xd4\xc3\xb2\xa1" or data[20:24] != b"\1\0\0\0":
        return []
    out, pos = [], 24
    while pos + 16 <= len(data):
        size, wire = struct.unpack_from("<II", data, pos + 8)
        if 14 <= size == wire <= 65535 and pos + 16 + size <= len(data):
            out.append(data[pos + 16 : pos + 16 + size])
        pos += 16 + size
    return out


def shifted(frame: bytes, turn: int) -> bytes:
    """The frame with the replica's number added to the second octet of both IPv4 addresses."""
    pos, kind = 14, frame[12:14]
    while kind in (b"\x81\x00", b"\x88\xa8") and len(frame) >= pos + 4:
        kind, pos = frame[pos + 2 : pos + 4], pos + 4
    if kind != b"\x08\x00" or len(frame) < pos + 20:
        return frame
    out = bytearray(frame)
    for at in (pos + 13, pos + 17):
        out[at] = (out[at] + turn) & 0xFF
    return bytes(out)


def segment(client: int, server: int, back: bool, port: int, seq: int, ack: int, flags: int, data: bytes) -> bytes:
    """One Ethernet frame of a connection between stations 10.200.x.y; ``back`` when the server sends it."""
    ends = [(client, 40000 + client % 20000), (server, port)]
    (source, sport), (target, dport) = reversed(ends) if back else ends
    head = struct.pack(">HHIIBBHHH", sport, dport, seq & 0xFFFFFFFF, ack & 0xFFFFFFFF, 0x50, flags, 500, 0, 0)
    size = 20 + len(head) + len(data)
    addresses = struct.pack(">HHHH", 0x0AC8, source, 0x0AC8, target)
    ip = struct.pack(">BBHHHBBH", 0x45, 0, size, seq & 0xFFFF, 0x4000, 64, 6, 0) + addresses
    return struct.pack(">HIHIH", 2, target, 2, source, 0x0800) + ip + head + data


def connection(number: int, octets: int) -> Iterator[bytes]:
    """A long connection, one in four HL7, the others DICOM: opening, association, and many objects or results."""
    client, server = 1 + number, 60000 + number % 7
    hl7 = number % 4 == 0
    port = 2575 if hl7 else 104
    yield segment(client, server, False, port, 0, 0, 2, b"")
    yield segment(client, server, True, port, 0, 1, 18, b"")
    sent, heard = 1, 1
    for data, back in (results if hl7 else objects)(octets):
        for start in range(0, len(data), SEGMENT):
            piece = data[start : start + SEGMENT]
            if back:
                yield segment(client, server, True, port, heard, sent, 0x18, piece)
                heard += len(piece)
            else:
                yield segment(client, server, False, port, sent, heard, 0x18, piece)
                sent += len(piece)
                if start // SEGMENT % 2:
                    yield segment(client, server, True, port, heard, sent, 0x10, b"")


def results(octets: int) -> Iterator[tuple[bytes, bool]]:
    """HL7 v2 results over MLLP, each acknowledged."""
    done = 0
    while done < octets:
        rows = "".join(f"OBX|{i}|NM|{8000 + i}-1^LAB^LN||{i}.5|mmol/L|1-9|N|||F\r" for i in range(20))
        text = f"MSH|^~\\&|ANALYSER|LAB|LIS|CHU|20260101||ORU^R01|{done}|P|2.5\rOBR|1|||PANEL\r{rows}"
        data = b"\x0b" + text.encode() + b"\x1c\r"
        yield data, False
        yield b"\x0bMSH|^~\\&|LIS|CHU|ANALYSER|LAB|20260101||ACK|1|P|2.5\rMSA|AA|%d\r\x1c\r" % done, True
        done += len(data)


def item(kind: int, data: bytes) -> bytes:
    """A DICOM upper layer item (PS3.8 §9.3)."""
    return struct.pack(">BBH", kind, 0, len(data)) + data


def element(group: int, number: int, kind: bytes, data: bytes) -> bytes:
    """A data element, explicit VR little endian (PS3.5 §7.1.2)."""
    data += b" " * (len(data) % 2)
    return struct.pack("<HH", group, number) + kind + struct.pack("<H", len(data)) + data


def objects(octets: int) -> Iterator[tuple[bytes, bool]]:
    """An association and CT images of half a million octets, each acknowledged."""
    sop, syntax = b"1.2.840.10008.5.1.4.1.1.2", b"1.2.840.10008.1.2.1"
    user = item(0x50, item(0x51, struct.pack(">I", 16384)) + item(0x52, b"1.2.3.4.5") + item(0x55, b"SCANNER_1"))
    head = struct.pack(">HH", 1, 0) + b"ARCHIVE".ljust(16) + b"CT01".ljust(16) + bytes(32)
    context = item(0x10, b"1.2.840.10008.3.1.1.1")
    ask = head + context + item(0x20, b"\1\0\0\0" + item(0x30, sop) + item(0x40, syntax)) + user
    answer = head + context + item(0x21, b"\1\0\0\0" + item(0x40, syntax)) + user
    yield struct.pack(">BBI", 1, 0, len(ask)) + ask, False
    yield struct.pack(">BBI", 2, 0, len(answer)) + answer, True
    done = 0
    while done < octets:
        command = b"".join(
            struct.pack("<HHI", 0, number, len(value)) + value
            for number, value in ((0x0002, sop + b"\0"), (0x0100, b"\1\0"), (0x0110, b"\1\0"), (0x0800, b"\0\0"))
        )
        command = struct.pack("<HHII", 0, 0, 4, len(command)) + command
        dataset = b"".join(
            (
                element(0x0008, 0x0016, b"UI", sop + b"\0"),
                element(0x0008, 0x0060, b"CS", b"CT"),
                element(0x0008, 0x0070, b"LO", b"Acme Imaging"),
                element(0x0008, 0x1010, b"SH", b"CT01"),
                element(0x0008, 0x1090, b"LO", b"Rapid CT 64"),
                element(0x0018, 0x1000, b"LO", b"SN-00417"),
                element(0x0018, 0x1020, b"LO", b"4.2.1"),
            )
        )
        pixels = bytes(range(256)) * 2048
        dataset += struct.pack("<HH", 0x7FE0, 0x0010) + b"OW\0\0" + struct.pack("<I", len(pixels)) + pixels
        out = [pdv(3, command)]
        for start in range(0, len(dataset), 16378):
            last = start + 16378 >= len(dataset)
            out.append(pdv(2 if last else 0, dataset[start : start + 16378]))
        data = b"".join(out)
        yield data, False
        reply = struct.pack("<HHI", 0, 0x0100, 2) + b"\1\x80" + struct.pack("<HHI", 0, 0x0900, 2) + b"\0\0"
        yield pdv(3, struct.pack("<HHII", 0, 0, 4, len(reply)) + reply), True
        done += len(data)


def pdv(control: int, data: bytes) -> bytes:
    """A P-DATA-TF PDU with one presentation data value (PS3.8 §9.3.5)."""
    return struct.pack(">BBIIBB", 4, 0, len(data) + 6, len(data) + 2, 1, control) + data


def replicas() -> Iterator[bytes]:
    """All frames of all sources, again and again, each time with other addresses."""
    files = [found for path in sources() if (found := frames(path))]
    turn = 0
    while files:
        for found in files:
            for frame in found:
                yield shifted(frame, turn)
        turn += 1


def longs() -> Iterator[bytes]:
    """Long connections, eight at a time."""
    number = 0
    open_now: list[Iterator[bytes]] = []
    while True:
        while len(open_now) < 8:
            open_now.append(connection(number, 2_000_000))
            number += 1
        for flow in list(open_now):
            for _ in range(16):
                frame = next(flow, None)
                if frame is None:
                    open_now.remove(flow)
                    break
                yield frame


def write(path: Path, octets: int, *, zoo: float = 0.5, most: int = 1 << 40) -> int:
    """Write a capture of ``octets`` octets or ``most`` packets, 20 µs apart; returns the number of packets.

    ``zoo`` is the share of the octets that replicas of the captures at hand make.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    size, count = 24, 0
    streams = [replicas(), longs()]
    written = [0, 0]
    with path.open("wb", buffering=1 << 22) as file:
        file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1))
        while size < octets and count < most:
            which = int(written[0] * (1 - zoo) > written[1] * zoo)
            frame = next(streams[which], None)
            if frame is None:
                written[which] = octets * 2
                continue
            when = count * 20
            seconds, rest = divmod(when, 10**6)
            file.write(struct.pack("<IIII", 1_767_225_600 + seconds, rest, len(frame), len(frame)) + frame)
            size += 16 + len(frame)
            written[which] += len(frame)
            count += 1
    return count


def main() -> None:
    """Write the capture the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("path", type=Path)
    parser.add_argument("--octets", type=int, default=500_000_000)
    parser.add_argument("--zoo", type=float, default=0.5)
    chosen = parser.parse_args()
    print(f"{write(chosen.path, chosen.octets, zoo=chosen.zoo):,} packets, {chosen.path.stat().st_size:,} octets")


if __name__ == "__main__":
    main()
