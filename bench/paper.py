"""The register on paper: seconds and octets, beside a browser that prints the same rows.

Question: how long does a person wait for a PDF?
Bar (reference of the pages §8): 800 rows in 3 s. Peer: Chromium printing an HTML table of the same cells to a tagged
PDF, in the same run, its start included as ours is.

Example::

    python bench/paper.py --devices 800 --devices 20000
"""

from __future__ import annotations

import argparse
import html
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from garde.model.device import Claim, Device  # noqa: E402 (the line above lets it be found)
from garde.model.key import Key  # noqa: E402
from garde.pipeline.reports import Wanted, facts_of  # noqa: E402
from garde.report.facts import Facts  # noqa: E402
from garde.report.paper import pdf  # noqa: E402

#: Rows and seconds of the bar.
ROWS, BAR = 800, 3.0
NOW = 1_795_521_600 * 10**9
ROUNDS = 3


def fleet(many: int) -> list[Device]:
    """Devices whose cells are as long as a hospital's."""
    found = []
    for number in range(many):
        words = {
            "kind": "MON_BED", "manufacturer": "Philips Healthcare", "model": f"IntelliVue MX{number % 9}00",
            "serial": f"DE{number:08d}", "asset_tag": f"EQ-{number:05d}", "ward": f"Service {number % 60}",
            "room": str(100 + number % 30), "bed": str(number % 4),
        }  # fmt: skip
        octets = (number >> 16 & 255, number >> 8 & 255, number & 255)
        found.append(
            Device(
                id=f"d-{number}",
                keys=(
                    Key("mac", "00:09:fb:" + ":".join(f"{octet:02x}" for octet in octets)),
                    Key("ip", "10." + ".".join(map(str, octets))),
                ),
                kind="MON_BED",
                first_at=NOW,
                last_at=NOW,
                claims={name: Claim(name, value, 0.9) for name, value in words.items()},
            )
        )
    return found


def page(facts: Facts) -> str:
    """The same rows as HTML."""
    parts = [f'<!doctype html><html lang="en"><title>{facts.title}</title>']
    for table in facts.tables:
        heads = "".join(f'<th scope="col">{html.escape(column.title)}' for column in table.columns)
        rows = "".join(f"<tr>{''.join(f'<td>{html.escape(str(cell))}' for cell in row)}" for row in table.rows)
        parts.append(f"<h1>{html.escape(table.title)}</h1><table><thead><tr>{heads}</thead><tbody>{rows}</table>")
    return "".join(parts)


def printed(program: str, facts: Facts, folder: Path) -> float:
    """Seconds in which the browser prints them."""
    source, out = folder / "page.html", folder / "page.pdf"
    source.write_text(page(facts), "utf-8")
    out.unlink(missing_ok=True)
    words = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", f"--print-to-pdf={out}"]
    started = time.perf_counter()
    subprocess.run([program, *words, source.as_uri()], check=True, capture_output=True, timeout=900)
    seconds = time.perf_counter() - started
    if not out.is_file():
        raise SystemExit("Chromium printed nothing")
    return seconds


def main() -> None:
    """Print one line for each size."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--devices", type=int, action="append", default=None)
    chosen = parser.parse_args().devices or [ROWS]
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    for many in chosen:
        facts = facts_of(Wanted("register", "en"), fleet(many), (), now=NOW)
        ours, theirs, octets = [], [], 0
        with tempfile.TemporaryDirectory() as folder:
            # Interleaved, so that a busy machine is as busy for both.
            for _ in range(ROUNDS if many <= ROWS else 1):
                started = time.perf_counter()
                octets = len(pdf(facts))
                ours.append(time.perf_counter() - started)
                if program:
                    theirs.append(printed(program, facts, Path(folder)))
        said = f"{many} rows: {min(ours):.2f} s, {octets / 1e6:.1f} MB"
        if theirs:
            said += f"; Chromium {min(theirs):.2f} s, so {min(theirs) / min(ours):.2f} × as fast"
        if many == ROWS:
            said += f"; bar {BAR:.0f} s: {'holds' if min(ours) <= BAR else 'BROKEN'}"
        print(said, flush=True)


if __name__ == "__main__":
    main()
