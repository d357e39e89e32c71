"""ICMP: whether an address answers an echo request.

Question: is anything at this address, and how far away?
Reference: RFC 792 (echo), RFC 4443 §4 for IPv6. Many devices drop echo requests: silence here is weak evidence, so a
site watches with it only what is known to answer. Left out: several requests in a row, loss in per cent.

Example::

    garde probe 10.0.0.9 --with icmp
"""

from __future__ import annotations

from garde.probing.line import Line
from garde.probing.result import Answer
from garde.probing.spec import Options, Probe


async def run(line: Line, options: Options) -> Answer:
    """One request, one reply."""
    await line.echo()
    return Answer()


ICMP = Probe(name="icmp", run=run, port=0, does="sends one echo request", light=True)
