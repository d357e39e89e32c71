"""TCP: whether somebody accepts connections on a port.

Question: is anybody listening there, how fast does the handshake go, and what is said first?
Reference: RFC 9293 §3.5. Left out: every word of the protocol behind the port; there are probes for those.

Example::

    garde probe 10.0.0.5 --with tcp --port 104
"""

from __future__ import annotations

from garde.probing.line import Line
from garde.probing.result import Answer
from garde.probing.spec import Options, Probe


async def run(line: Line, options: Options) -> Answer:
    """Connect and close."""
    async with line.stream():
        return Answer()


TCP = Probe(name="tcp", run=run, port=80, does="connects to a port and closes", light=True)
