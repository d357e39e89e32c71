"""Running: the whole product from the command line, with or without the demonstration hospital.

Question: what happens between `garde run` and the first page?
Reference: issue 2 part 8 (opens on the demonstration hospital when nothing is configured) and issue 3 part 10 (`garde
serve`). Part of the composition root, beside `garde.app`, whose parts it puts together.

Example::

    run(say=print)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Final

import msgspec

from garde import config as settings
from garde.app import Report, SystemClock, keep, open_keys, opened, people
from garde.model.device import Device
from garde.model.finding import judgement
from garde.model.message import digest
from garde.ports import Bus, Store

#: Seconds between two looks at the gateways.
EVERY: Final = 60
#: How long the demonstration hospital is listened to.
MINUTES: Final = 20


def run(
    *, only: str = "", store: str | None = None, config: Path | None = None, port: int = 0, say: Callable[[str], None]
) -> None:
    """Run the whole product; an empty store that nothing was configured for shows the demonstration hospital.

    Raises:
        GardeError: the configuration, the store or the address is not usable.
    """
    from garde.model.person import Person

    chosen = settings.load(config)
    with opened(chosen, store) as (kept, bus):
        unconfigured = config is None and store is None and not only
        if unconfigured and next(iter(kept.all(Device)), None) is None:
            _demonstrate(chosen, kept, bus, say)
        nobody = next(iter(kept.all(Person)), None) is None
        if unconfigured and nobody:
            from garde.twin import DIRECTORY

            chosen = msgspec.structs.replace(
                chosen, site=msgspec.structs.replace(chosen.site, directory=str(DIRECTORY))
            )
        _serve(chosen, kept, bus, only=only, port=port, say=say, demonstration=unconfigured and nobody)


def serve(
    *, only: str = "", store: str | None = None, config: Path | None = None, port: int = 0, say: Callable[[str], None]
) -> None:
    """Run the whole product without the demonstration: people sign in.

    Raises:
        GardeError: the configuration, the store or the address is not usable.
    """
    chosen = settings.load(config)
    with opened(chosen, store) as (kept, bus):
        _serve(chosen, kept, bus, only=only, port=port, say=say, demonstration=False)


def _serve(
    chosen: settings.Config,
    kept: Store,
    bus: Bus,
    *,
    only: str,
    port: int,
    say: Callable[[str], None],
    demonstration: bool,
) -> None:
    from garde import enforcing, keeping, placing
    from garde.acting import enforcers
    from garde.model.finding import Finding
    from garde.pipeline.zones.drifting import drifting
    from garde.serve import PARTS
    from garde.serve import serve as serving

    if port:
        chosen = msgspec.structs.replace(chosen, web=msgspec.structs.replace(chosen.web, port=port))
    parts = frozenset(part.strip() for part in only.split(",") if part.strip()) or frozenset(PARTS)
    clock = SystemClock()
    keys = open_keys(chosen)

    def broken(lines: Sequence[str]) -> None:
        """What was found broken is judged like anything else that needs someone."""
        now, rule = clock.now(), "evidence.broken"
        words = {line: digest("link", line) for line in lines}
        bus.publish(
            [
                judgement(rule, now, kind="threat", severity="critical", identifier=name, reasons=(f"break: {line}",))
                for line, name in words.items()
            ]
        )

    kept_safe = keeping.sealing(chosen.evidence, kept, keys, clock, say, broken)
    decides = placing.deciding(chosen, kept, bus, clock, keys, say) if "radius" in parts else nullcontext()
    standing = [one.identifier for one in kept.all(Finding) if one.rule == "zones.drift" and one.status != "closed"]
    looks = (
        drifting(enforcing.points(chosen, kept), every=EVERY, bus=bus, clock=clock, say=say, standing=standing)
        if "act" in parts
        else nullcontext()
    )
    with kept_safe if "stages" in parts else nullcontext(), decides, looks:
        serving(
            chosen, kept, bus, clock, parts=parts, say=say, register=people(chosen, kept),
            proof=keeping.Proof(kept, keys, clock, chosen), demonstration=demonstration, enforcers=enforcers(chosen),
        )  # fmt: skip


def _demonstrate(chosen: settings.Config, kept: Store, bus: Bus, say: Callable[[str], None]) -> None:
    """Fill a store with the demonstration hospital: its capture is written and replayed like any other."""
    from garde import twin

    place = settings.data_home() / "demonstration.pcap"
    place.parent.mkdir(parents=True, exist_ok=True)
    say("Nothing is configured: the demonstration hospital is being written and replayed (a few seconds).")
    # The hospital's day has just passed, so that "seen two minutes ago" means what it says.
    now = SystemClock().now()
    started = now - MINUTES * 60 * 1_000_000_000
    made = twin.make(out=place, gmao=place.with_suffix(".csv"), minutes=MINUTES, start=started, **twin.DEMONSTRATION)
    report = Report(stats={"packets": 0, "bytes": 0, "flows": 0})
    keep([place], chosen, kept, bus, report, {}, lambda part, name: None)
    say(
        f"{made.packets} packets of {made.devices} devices were read; its GMAO's list is "
        f"{place.with_suffix('.csv').name}."
    )
