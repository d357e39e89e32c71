"""A runner to be killed: publishes recorded observations in small batches and works them through.

``python -m tests.acceptance.victim STORE BUS FILE`` where FILE holds batches as the codec writes them, each behind
its length in four octets. It begins from the first batch each time: ids are digests, so what is there already changes
nothing.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from garde.app import SystemClock, open_bus, open_store
from garde.bus.nats import NatsBus
from garde.model.codec import decode_many
from garde.pipeline.runner import Runner
from garde.pipeline.table import stages

PATIENCE = 1.0


def main(store: str, bus: str, file: str) -> None:
    kept = open_store(store)
    # What a killed runner had taken comes again after this long; the last one waits longer than that for it.
    carried = NatsBus(bus, patience=PATIENCE) if bus.startswith("nats:") else open_bus(bus, kept)
    runner = Runner(stages(), kept, carried, SystemClock())
    data, pos = Path(file).read_bytes(), 0
    print("begun", flush=True)
    while pos < len(data):
        size = int.from_bytes(data[pos : pos + 4], "big")
        carried.publish(decode_many(data[pos + 4 : pos + 4 + size]))
        pos += 4 + size
        runner.step()
        time.sleep(0.002)
    silent = time.monotonic()
    while time.monotonic() - silent < (3 * PATIENCE if bus.startswith("nats:") else 0.1):
        if runner.step(0.2):
            silent = time.monotonic()
    print("done", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
