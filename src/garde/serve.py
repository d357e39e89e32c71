"""The whole product in one process: stages, sensors and pages over one store.

Question: what runs when somebody types `garde run`?
Reference: DESIGN §5 (embedded: one process; distributed: the same command with ``--only``). Part of the composition
root: `garde.app` opens the adapters and calls this.

Example::

    serve(chosen, kept, bus, parts={"stages", "web"}, say=print)
"""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any, Final

import msgspec

from garde.api.application import mounted
from garde.config import CaptureSection, Config, NotifySection, WebSection, data_home
from garde.errors import GardeError, Refused, Unreachable
from garde.findings import policy
from garde.inventory.kinds import kinds
from garde.model.device import Device
from garde.model.finding import Finding
from garde.people.register import Register
from garde.pipeline.actions.acting import acting
from garde.pipeline.agents import listening
from garde.pipeline.post import posting
from garde.pipeline.risk.assessing import Assessment
from garde.pipeline.runner import Runner
from garde.pipeline.stage import Drop
from garde.pipeline.table import configured
from garde.pipeline.zones.drafting import Drafting
from garde.ports import Bus, Clock, Enforcer, Store
from garde.report import directory
from garde.report.fleet import Fleet
from garde.report.queue import Queue
from garde.web.application import build
from garde.web.certificate import fingerprint, made
from garde.web.oidc import Provider
from garde.web.site import Proof, Site

PARTS: Final = ("sensor", "stages", "notify", "act", "radius", "web")
#: Seconds the runner waits for work, and after a store or bus that does not answer.
WAIT: Final = 1.0
#: Seconds between two looks at the store where other processes run the stages.
LOOK: Final = 5.0


class Serving:
    """Runner, fleet and queue, kept in step; used from the runner's thread and from pages."""

    def __init__(self, chosen: Config, kept: Store, bus: Bus, clock: Clock, *, staged: bool) -> None:
        self._kept = kept
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self.fleet = Fleet(kept.all(Device))
        self.queue = Queue(kept.all(Finding))
        freeze()
        self._runner = Runner(configured(chosen), kept, bus, clock, told=self._told) if staged else None
        self.assessment = Assessment(kept, bus, chosen, now=clock.now, settle=self.settle if staged else None)

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
        self.assessment.told(puts, ((drop.kind, drop.id) for drop in drops))
        for record in puts:
            if isinstance(record, Device):
                self.fleet.put(record)
            elif isinstance(record, Finding):
                self.queue.put(record)
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
        self.assessment.refresh()
        for finding in self._kept.all(Finding):
            if self.queue.get(finding.id) != finding:
                self.queue.put(finding)


def freeze() -> None:
    """Let the collector of cycles pass over what was just read: walking a large fleet stops answers for a second."""
    gc.collect()
    gc.freeze()


def serve(
    chosen: Config,
    kept: Store,
    bus: Bus,
    clock: Clock,
    *,
    parts: frozenset[str],
    say: Callable[[str], None],
    register: Register,
    proof: Proof | None = None,
    demonstration: bool = False,
    enforcers: Sequence[Enforcer] = (),
) -> None:
    """Run the parts until interrupted.

    Args:
        register: people.
        proof: the chain of the log.
        demonstration: nobody needs to sign in.
        enforcers: what carries out steps of actions; without one for a verb, people are given orders.

    Raises:
        Refused: a part that does not exist, or an address that is taken.
    """
    if unknown := parts - set(PARTS):
        raise Refused("run.part", f"There is no part {', '.join(sorted(unknown))}", hint=f"Parts: {', '.join(PARTS)}")
    serving = Serving(chosen, kept, bus, clock, staged="stages" in parts)
    heard = chosen.capture if "sensor" in parts else CaptureSection()
    agents = listening(
        heard.interfaces, heard.export, sensor=heard.sensor, flows=heard.flows, bus=bus, say=say,
        networks=chosen.site.networks,
    )  # fmt: skip
    told = chosen if "notify" in parts else msgspec.structs.replace(chosen, notify=NotifySection())
    hands = acting(enforcers, chosen.site.networks, kept, bus, clock, say) if "act" in parts else nullcontext()
    with serving.working(say), agents, posting(told, kept, bus, clock, say), hands:
        if "web" in parts:
            _pages(chosen, kept, bus, clock, serving, say, register, proof, demonstration)
        else:
            say(f"garde: {', '.join(sorted(parts))} run; Ctrl-C ends")
            threading.Event().wait()


def _pages(
    chosen: Config,
    kept: Store,
    bus: Bus,
    clock: Clock,
    serving: Serving,
    say: Callable[[str], None],
    register: Register,
    proof: Proof | None,
    demonstration: bool,
) -> None:
    import socket

    import uvicorn

    web = chosen.web
    local = web.address in ("127.0.0.1", "::1", "localhost")
    secure = web.tls == "on" or (web.tls == "auto" and not local) or bool(web.certificate)
    if secure:
        files = (Path(web.certificate), Path(web.key)) if web.certificate else _certificate(web, clock)
        if not web.certificate:
            say(f"The pages' certificate is Garde's own; SHA-256 {fingerprint(files[0])}")
    words = directory.load(Path(chosen.site.directory), kinds()) if chosen.site.directory else None
    site = Site(
        kept,
        bus,
        serving.fleet,
        serving.queue,
        register=register,
        proof=proof,
        demonstration=demonstration,
        policy=policy.load(chosen.findings.policy),
        secure=secure,
        name=chosen.site.name,
        directory=words,
        settle=serving.settle,
        risk=serving.assessment,
        drafting=Drafting(kept, chosen, now=clock.now, directory=words),
        now=clock.now,
    )
    try:
        listener = socket.create_server(
            (web.address, web.port), family=socket.AF_INET6 if ":" in web.address else socket.AF_INET
        )
    except OSError as error:
        hint = "Is Garde running already? [web] port chooses another one"
        raise GardeError(
            "run.address", f"{web.address} port {web.port}: {error.strerror or error}", hint=hint
        ) from None
    scheme, port = ("https" if secure else "http"), listener.getsockname()[1]
    if chosen.oidc.issuer and not demonstration:
        site.oidc = Provider(
            chosen.oidc, register.sealing, outside(scheme, web.name or (web.address if local else ""), port)
        )
        site.provider = site.oidc.name
    say(f"Garde is open on {scheme}://{web.address}:{port}/ with {len(serving.fleet)} devices. Ctrl-C ends.")
    if not demonstration and site.register.empty():
        say(f"Nobody may sign in yet. The first administrator is made on /setup with the code {site.setup_code}")
    options: dict[str, Any] = {"log_level": "warning", "access_log": False, "server_header": False}
    if secure:
        options |= {"ssl_certfile": str(files[0]), "ssl_keyfile": str(files[1])}
    uvicorn.Server(uvicorn.Config(build(site, mounted(site, chosen)), **options)).run(sockets=[listener])


def outside(scheme: str, host: str, port: int) -> str:
    """The address of the pages as browsers see it; without a host, under this machine's name.

    >>> outside("https", "garde.chu.example", 443), outside("http", "::1", 8420)
    ('https://garde.chu.example', 'http://[::1]:8420')
    """
    import socket

    host = host or socket.gethostname()
    shown = "" if port == {"https": 443, "http": 80}[scheme] else f":{port}"
    return f"{scheme}://{f'[{host}]' if ':' in host else host}{shown}"


def _certificate(web: WebSection, clock: Clock) -> tuple[Path, Path]:
    import socket

    names = [name for name in (web.name, socket.gethostname()) if name]
    named = web.address not in ("", "0.0.0.0", "::")  # noqa: S104  a listening address that names nobody
    return made(data_home() / "tls", [*names, *([web.address] if named else []), "localhost", "127.0.0.1"], clock.now())
