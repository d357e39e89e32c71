"""Every probe has a row."""

from __future__ import annotations

from importlib import resources

from garde.probing.spec import Probe
from garde.probing.table import PROBES


def test_each_file_is_a_row() -> None:
    files = {
        item.name.removesuffix(".py").replace("_", "-")
        for item in (resources.files("garde.probing.probes")).iterdir()
        if item.name.endswith(".py")
    } - {"--init--", "association"}
    assert files == {name for name in PROBES.names if name != "https"}
    assert all(isinstance(probe, Probe) and probe.does for probe in PROBES)
