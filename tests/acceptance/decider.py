"""Garde as far as FreeRADIUS needs it, to be killed: the endpoint, the reader of the journal, and the stages.

``python -m tests.acceptance.decider CONFIG STORE``
"""

from __future__ import annotations

import sys
import time
from contextlib import suppress
from pathlib import Path

from garde import config as settings
from garde.app import SystemClock, open_keys, opened
from garde.pipeline import findings
from garde.pipeline.runner import Runner
from garde.pipeline.zones import landing
from garde.placing import deciding
from garde.registry import Registry


def main(config: str, store: str) -> None:
    chosen = settings.load(Path(config))
    with opened(chosen, store) as (kept, bus):
        clock = SystemClock()
        runner = Runner(Registry(landing.STAGE, findings.stage()), kept, bus, clock)
        with (
            deciding(chosen, kept, bus, clock, open_keys(chosen), lambda text: print(text, flush=True)),
            suppress(KeyboardInterrupt),
        ):
            print("begun", flush=True)
            while True:
                if not runner.step():
                    time.sleep(0.05)
        runner.drain()


if __name__ == "__main__":
    main(*sys.argv[1:])
