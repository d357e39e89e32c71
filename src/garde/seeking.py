"""Seeking: what a replay needs to look for threats, and what it then tells.

Question: which rules are looked for, by whom, and how are the threats told?
Reference: issue 5 part 9 (JSON contract). Apart from `garde.app`, so that a replay without ``--findings`` imports none
of it.

Example::

    seeker = Seeker(chosen, [Path("c2.csv"), Path("ward.yar")])
    sensor = Sensor(name, file=file, lookout=seeker.lookout(file))
    ...
    findings = seeker.found(devices)
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

from garde.config import Config
from garde.detect.intelligence import indicators, sigma, yara
from garde.detect.spec import Setting
from garde.errors import Missing
from garde.model.device import Device
from garde.model.threat import Threat
from garde.pipeline.lookout import Lookout
from garde.pipeline.threats import as_records

#: Ending of a file of rules → whose rules they are; every other file is a list of indicators.
_ENDINGS: Final = {".yml": "sigma", ".yaml": "sigma", ".yar": "yara", ".yara": "yara"}


def sought(chosen: Config, rules: Sequence[Path] = ()) -> Setting:
    """What detectors are told: the site's networks, and rules by the ending of their files.

    Raises:
        Missing: a file cannot be read.
        Malformed: a file is no list and no rule.
    """
    known: list[tuple[str, str, str]] = []
    texts: dict[str, list[str]] = {"sigma": [], "yara": []}
    for path in rules:
        try:
            data = path.read_bytes()
        except OSError as error:
            raise Missing("detect.rules", f"{path} cannot be read: {error.strerror}") from None
        kind = _ENDINGS.get(path.suffix.lower())
        if kind is None:
            known += indicators.read(data, path.name)
        else:
            texts[kind].append(data.decode("utf-8", "replace"))
    if texts["sigma"]:
        sigma.compiled(tuple(texts["sigma"]))
    if texts["yara"]:
        yara.compiled(texts["yara"])
    return Setting(
        networks=tuple(chosen.site.networks),
        indicators=tuple(known),
        sigma=tuple(texts["sigma"]),
        yara=tuple(texts["yara"]),
    )


class Seeker:
    """Looks for threats in the captures of one replay.

    Args:
        chosen: the configuration.
        rules: files of rules; see `sought`.
    """

    def __init__(self, chosen: Config, rules: Sequence[Path] = ()) -> None:
        self._sensor = chosen.capture.sensor
        self._setting = sought(chosen, rules)
        self._lookouts: list[Lookout] = []

    def lookout(self, name: str) -> Lookout:
        """Who looks for threats in the capture of that name; the key of its digests dies with this process."""
        self._lookouts.append(Lookout(self._sensor, file=name, key=os.urandom(16), setting=self._setting))
        return self._lookouts[-1]

    @property
    def threats(self) -> list[Threat]:
        """What was recognised in all captures, in their order."""
        return [one for lookout in self._lookouts for one in lookout.found]

    def found(self, devices: Iterable[Device]) -> list[dict[str, Any]]:
        """The threats, as the JSON contract has them."""
        return as_records(self.threats, devices)
