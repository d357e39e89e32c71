"""Make a large capture of what a whole hospital's link carries, by octets: images, files, encrypted pages, video.

Question: how fast is a replay on traffic of the kind a mirror port shows all day, most of it in full packets that tell
nothing new?
The mixture is assumed, not measured (no hospital may give a capture): of the octets 45 % are DICOM C-STORE, 20 % SMB
reads, 20 % TLS, 9 % video by RTP, 1 % HL7, and 5 % is everything that the simulated hospital of `garde.twin` says
within its day, said again and again by the same devices from other ports. TLS and SMB open as the golden captures do.
It flatters whoever passes over bulk quickly, as the zoo of `bench.inputs.traffic` flatters whoever makes flows quickly.

Example::

    python -m bench.inputs.site bench/out/site.pcap --octets 540000000
"""

from __future__ import annotations

import argparse
import struct
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench.inputs.traffic import SEGMENT, frames, objects, results, segment

ROOT = Path(__file__).resolve().parents[2]
#: Twentieths of the octets beside the small talk.
MIXTURE = ("dicom",) * 9 + ("smb",) * 4 + ("tls",) * 4 + ("video",) * 2
PORTS = {"dicom": 104, "hl7": 2575, "smb": 445, "tls": 443}
#: Octets of one connection.
LONG = 4_000_000
DEVICES = 300
SMALL_TALK = 0.05


def said(name: str) -> list[tuple[bytes, bool]]:
    """The TCP payloads of a golden capture, and whether the server sent them."""
    data = (ROOT / "tests" / "captures" / name / f"{name}.pcap").read_bytes()
    out, pos = [], 24
    while pos + 16 <= len(data):
        size = int.from_bytes(data[pos + 8 : pos + 12], "little")
        frame = data[pos + 16 : pos + 16 + size]
        start = 34 + (frame[46] >> 4) * 4
        if payload := frame[start : 14 + int.from_bytes(frame[16:18], "big")]:
            out.append((payload, int.from_bytes(frame[34:36], "big") == PORTS[name]))
        pos += 16 + size
    return out


def encrypted(octets: int) -> Iterator[tuple[bytes, bool]]:
    """A TLS connection: a handshake, then records of 16 KiB to the client (RFC 8446 §5.2)."""
    yield from said("tls")
    noise = bytes((i * 197 + (i >> 8) * 31) & 0xFF for i in range(16384))
    for done in range(0, octets, 20_000):
        yield b"\x17\x03\x03\x02\x00" + noise[done % 512 :][:512], False
        yield b"\x17\x03\x03\x40\x00" + noise, True


def files(octets: int) -> Iterator[tuple[bytes, bool]]:
    """An SMB session that reads a file in pieces of 64 KiB ([MS-SMB2] 2.2.19 and 2.2.20)."""
    yield from said("smb")
    for number in range(octets // 65_536):
        head = b"\xfeSMB" + struct.pack("<HHIHHIIQIIQ16x", 64, 1, 0, 8, 1, 0, 0, number + 5, 0xFEFF, 1, 7)
        ask = head + struct.pack("<HBBIQ16xIIIHH", 49, 0x50, 0, 65_536, number * 65_536, 0, 0, 0, 0, 0) + b"\0"
        yield struct.pack(">I", len(ask)) + ask, False
        answer = head[:16] + b"\1" + head[17:] + struct.pack("<HBBIII", 17, 80, 0, 65_536, 0, 0)
        answer += bytes(range(256)) * 256
        yield struct.pack(">I", len(answer)) + answer, True


def video(number: int, octets: int) -> Iterator[bytes]:
    """A camera's stream: RTP of payload type 96 in datagrams of 1,200 octets (RFC 3550 §5.1)."""
    body = bytes((i * 29) & 0xFF for i in range(1188))
    source, target = 3000 + number % 40, 61_000
    for sequence in range(octets // 1200):
        data = struct.pack(">BBHII", 0x80, 96, sequence & 0xFFFF, sequence * 3000 & 0xFFFFFFFF, source) + body
        udp = struct.pack(">HHHH", 40_000 + source, 5004, 8 + len(data), 0) + data
        addresses = struct.pack(">HHHH", 0x0AC8, source, 0x0AC8, target)
        ip = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(udp), sequence & 0xFFFF, 0x4000, 64, 17, 0) + addresses
        yield struct.pack(">HIHIH", 2, target, 2, source, 0x0800) + ip + udp


def connection(kind: str, number: int) -> Iterator[bytes]:
    """The frames of one long connection of a kind."""
    if kind == "video":
        yield from video(number, LONG)
        return
    makers = {"dicom": objects, "hl7": results, "smb": files, "tls": encrypted}
    size = LONG // 5 if kind == "hl7" else LONG
    client, server, port = 1 + number % 900, 60_000 + PORTS[kind] % 50, PORTS[kind]
    yield segment(client, server, False, port, 0, 0, 2, b"")
    yield segment(client, server, True, port, 0, 1, 18, b"")
    sent = [1, 1]
    count = 0
    for data, back in makers[kind](size):
        for start in range(0, len(data), SEGMENT):
            piece = data[start : start + SEGMENT]
            yield segment(client, server, back, port, sent[back], sent[not back], 0x18, piece)
            sent[back] += len(piece)
            count += 1
            if count % 2 == 0:
                yield segment(client, server, not back, port, sent[not back], sent[back], 0x10, b"")


def bulk() -> Iterator[bytes]:
    """Long connections, twenty at a time."""
    number = 0
    running: list[Iterator[bytes]] = []
    while True:
        while len(running) < 20:
            kind = "hl7" if number % 20 == 19 else MIXTURE[number % 20]
            running.append(connection(kind, number))
            number += 1
        for flow in list(running):
            for _ in range(16):
                frame = next(flow, None)
                if frame is None:
                    running.remove(flow)
                    break
                yield frame


def small_talk() -> Iterator[bytes]:
    """What the devices of the simulated hospital say in their day, again and again, from other ports."""
    from garde import twin

    with tempfile.TemporaryDirectory() as folder:
        twin.make(DEVICES, 5, Path(folder) / "hospital.pcap")
        day = frames(Path(folder) / "hospital.pcap", largest=1 << 30)
    turn = 0
    while day:
        for frame in day:
            yield moved(frame, turn)
        turn += 1


def moved(frame: bytes, turn: int) -> bytes:
    """The frame with other ephemeral ports (RFC 6335 §6)."""
    pos, kind = 14, frame[12:14]
    while kind == b"\x81\x00" and len(frame) >= pos + 4:
        kind, pos = frame[pos + 2 : pos + 4], pos + 4
    if not turn or kind != b"\x08\x00" or len(frame) < pos + 24 or frame[pos + 9] not in (6, 17):
        return frame
    out = bytearray(frame)
    upper = pos + (frame[pos] & 15) * 4
    for at in (upper, upper + 2):
        port = int.from_bytes(out[at : at + 2], "big")
        if port >= 49_152:
            out[at : at + 2] = (49_152 + (port - 49_152 + turn * 1009) % 16_384).to_bytes(2, "big")
    return bytes(out)


def write(path: Path, octets: int, *, most: int = 1 << 40) -> int:
    """Write a capture of ``octets`` octets or ``most`` packets, 20 µs apart; returns the number of packets."""
    path.parent.mkdir(parents=True, exist_ok=True)
    size, count, written = 24, 0, [0, 0]
    streams = [small_talk(), bulk()]
    with path.open("wb", buffering=1 << 22) as file:
        file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1))
        while size < octets and count < most:
            which = int(written[0] * (1 - SMALL_TALK) > written[1] * SMALL_TALK)
            frame = next(streams[which])
            seconds, rest = divmod(count * 20, 10**6)
            file.write(struct.pack("<IIII", 1_767_225_600 + seconds, rest, len(frame), len(frame)) + frame)
            size += 16 + len(frame)
            written[which] += len(frame)
            count += 1
    return count


def main() -> None:
    """Write the capture the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("path", type=Path)
    parser.add_argument("--octets", type=int, default=540_000_000)
    chosen = parser.parse_args()
    print(f"{write(chosen.path, chosen.octets):,} packets, {chosen.path.stat().st_size:,} octets")


if __name__ == "__main__":
    main()
