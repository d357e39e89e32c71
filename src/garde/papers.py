"""Papers: `garde report`, from a store to a file.

Question: what does one verb of the command line need to hand somebody a report?
Reference: issue 3 parts 7 and 8. Part of the composition root: `garde.app` opens the store; the report itself is
written by `garde.pipeline.reports`.

Example::

    write(Wanted("kit", "fr"), Path("kit.pdf"), directory=Path("directory.toml"))
"""

from __future__ import annotations

import getpass
from pathlib import Path

from garde import config as settings
from garde.app import SystemClock, opened
from garde.errors import Unreachable
from garde.inventory.kinds import kinds
from garde.model.device import Device
from garde.model.finding import Finding
from garde.pipeline.reports import Wanted, issue
from garde.pipeline.risk.assessing import Assessment
from garde.report.directory import load
from garde.report.facts import canonical


def write(
    wanted: Wanted,
    out: Path,
    *,
    facts: Path | None = None,
    directory: Path | None = None,
    store: str | None = None,
    config: Path | None = None,
) -> str:
    """Write a report as a PDF, and its facts as JSON when asked to; one sentence with the digest of the document.

    Args:
        wanted: what is asked for.
        out: where the PDF goes.
        facts: where its facts go.
        directory: contacts and fallbacks; without one, that of the settings.

    Raises:
        GardeError: there is no such report, the directory is malformed, or a file cannot be written.
    """
    chosen = settings.load(config)
    place = directory or (Path(chosen.site.directory) if chosen.site.directory else None)
    words = load(place, kinds()) if place else None
    name = chosen.site.name if chosen.site.name != settings.SiteSection().name else ""
    with opened(chosen, store) as (kept, bus):
        document = issue(
            bus,
            wanted,
            kept.all(Device),
            kept.all(Finding),
            now=SystemClock().now(),
            by=f"shell:{getpass.getuser()}",
            site=name,
            directory=words,
            risk=Assessment(kept, bus, chosen, now=SystemClock().now),
        )
    for file, data in ((out, document.pdf), (facts, canonical(document.facts))):
        if file is not None:
            try:
                file.write_bytes(data)
            except OSError as error:
                raise Unreachable("paper.unwritable", f"{file}: {error.strerror or error}") from None
    return f"{out}: {len(document.pdf)} octets, SHA-256 {document.issued.document}"
