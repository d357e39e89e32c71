"""Where the corpus is, if it is anywhere.

``GARDE_CORPUS`` names it; otherwise it is looked for in ``shared/corpus`` beside the checkout.
"""

from __future__ import annotations

import csv
import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def corpus() -> Path | None:
    """The folder that holds INDEX.tsv, or None."""
    named = os.environ.get("GARDE_CORPUS")
    place = Path(named) if named else ROOT.parent / "shared" / "corpus"
    return place if (place / "INDEX.tsv").is_file() else None


def captures() -> list[Path]:
    """Every capture of the corpus, in the order of the index; empty where the corpus is absent."""
    place = corpus()
    if place is None:
        return []
    with (place / "INDEX.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    found = (place / row["file"] for row in rows if row["file"].endswith((".pcap", ".pcapng", ".cap", ".trace")))
    return [path for path in found if path.is_file()]
