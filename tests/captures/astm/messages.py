"""LIS1-A frames and LIS2-A2 records of an analyser that reports one result."""

from __future__ import annotations


def frame(number: int, text: bytes, *, last: bool = True) -> bytes:
    body = b"%d" % (number % 8) + text + (b"\x03" if last else b"\x17")
    return b"\x02" + body + b"%02X" % (sum(body) & 0xFF) + b"\r\n"


RESULTS = (
    b"\x05"
    + frame(1, b"H|\\^&|||cobas^1.0^SN123|||||host||P|1\r")
    + frame(2, b"P|1||4711||DOE^JANE||19700101|F\r")
    + frame(3, b"O|1|SAMPLE1||^^^GLU\r")
    + frame(4, b"R|1|^^^GLU|5.4|mmol/L||N||F||NURSE9\r")
    + frame(5, b"L|1|N\r")
    + b"\x04"
)
