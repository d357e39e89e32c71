"""The whole product in one process: stages, sensors and pages over one store.

Question: what runs when somebody types `garde run`?
Reference: DESIGN §5 (embedded: one process; distributed: the same command with ``--only``). Part of the composition
root: `garde.app` opens the adapters and calls this.

Example::

    serve(chosen, kept, bus, parts={"stages", "web"}, say=print)
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final

import msgspec

from garde.config import CaptureSection, Config, NotifySection
from garde.errors import GardeError, Refused, Unreachable
from garde.findings import policy
from garde.model.device import Device
from garde.pipeline.agents import listening
from garde.pipeline.post import posting
from garde.pipeline.runner import Runner
from garde.pipeline.stage import Drop
from garde.pipeline.table import stages
from garde.ports import Bus, Clock, Store
from garde.report.fleet import Fleet
from garde.web.site import Site, build

PARTS: Final = ("sensor", "stages", "notify", "web")
#: Seconds the runner waits for work, and after a store or bus that does not answer.
WAIT: Final = 1.0
#: Seconds between two looks at the store where other processes run the stages.
LOOK: Final = 5.0


class Serving:
    """Runner and fleet, kept in step; used from the runner's thread and from pages."""

    def __init__(self, chosen: Config, kept: Store, bus: Bus, clock: Clock, *, staged: bool) -> None:
        self._kept = kept
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self.fleet = Fleet(kept.all(Device))
        table = stages(chosen.site.networks, policy.load(chosen.findings.policy), chosen.notify.channel)
        self._runner = Runner(table, kept, bus, clock, told=self._told) if staged else None

    def settle(self) -> None:
        """Work through what waits, so that a person sees the effect of a click."""
        if self._runner is not None:
            with self._lock:
                self._runner.drain()

    @contextmanager
    def working(self, say: Callable[[str], None]) -> Iterator[None]:
        """Run the stages, or follow the store, in a thread of its own while the block lasts."""
        thread = threading.Thread(target=self._work, args=(say,), name="garde-stages", daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._stop.set()
            thread.join(timeout=10)

    def _work(self, say: Callable[[str], None]) -> None:
        while not self._stop.is_set():
            try:
                if self._runner is None:
                    self._follow()
                    self._stop.wait(LOOK)
                    continue
                with self._lock:
                    done = self._runner.step()
                if not done:
                    self._stop.wait(WAIT / 4)
            except Unreachable as error:
                say(f"garde: {error}")
                self._stop.wait(WAIT)

    def _told(self, puts: Sequence[msgspec.Struct], drops: Sequence[Drop]) -> None:
        for record in puts:
            if isinstance(record, Device):
                self.fleet.put(record)
        for drop in drops:
            if drop.kind is Device:
                self.fleet.drop(drop.id)

    def _follow(self) -> None:
        """Take over what other processes changed in the store."""
        there = {device.id: device for device in self._kept.all(Device)}
        for name, device in there.items():
            if self.fleet.get(name) != device:
                self.fleet.put(device)
        for name in self.fleet.ids() - there.keys():
            self.fleet.drop(name)


def serve(
    chosen: Config, kept: Store, bus: Bus, clock: Clock, *, parts: frozenset[str], say: Callable[[str], None]
) -> None:
    """Run the parts until interrupted.

    Raises:
        Refused: a part that does not exist, or an address that is taken.
    """
    if unknown := parts - set(PARTS):
        raise Refused("run.part", f"There is no part {', '.join(sorted(unknown))}", hint=f"Parts: {', '.join(PARTS)}")
    serving = Serving(chosen, kept, bus, clock, staged="stages" in parts)
    heard = chosen.capture if "sensor" in parts else CaptureSection()
    agents = listening(heard.interfaces, heard.export, sensor=heard.sensor, flows=heard.flows, bus=bus, say=say)
    told = chosen if "notify" in parts else msgspec.structs.replace(chosen, notify=NotifySection())
    with serving.working(say), agents, posting(told, kept, bus, clock, say):
        if "web" in parts:
            _pages(chosen, kept, bus, clock, serving, say)
        else:
            say(f"garde: {', '.join(sorted(parts))} run; Ctrl-C ends")
            threading.Event().wait()


def _pages(chosen: Config, kept: Store, bus: Bus, clock: Clock, serving: Serving, say: Callable[[str], None]) -> None:
    import socket

    import uvicorn

    site = Site(kept, bus, serving.fleet, name=chosen.site.name, settle=serving.settle, now=clock.now)
    where = (chosen.web.address, chosen.web.port)
    try:
        listener = socket.create_server(where, family=socket.AF_INET6 if ":" in where[0] else socket.AF_INET)
    except OSError as error:
        hint = "Is Garde running already? [web] port chooses another one"
        raise GardeError("run.address", f"{where[0]} port {where[1]}: {error.strerror or error}", hint=hint) from None
    say(
        f"Garde is open on http://{where[0]}:{listener.getsockname()[1]}/ with {len(serving.fleet)} devices. "
        "Ctrl-C ends."
    )
    settings = uvicorn.Config(build(site), log_level="warning", access_log=False, server_header=False)
    uvicorn.Server(settings).run(sockets=[listener])
