"""Press: the process in which Typst sets a document.

Question: how is a document of a thousand pages set without the server keeping its memory, or falling with it?
Reference: Typst keeps what it laid out for the next run of the same process, some 150 KiB for each row of a table; a
process of its own gives it back, and a document made by a stranger's text can break nothing else. Left out: a limit of
memory, which the system sets.

Example::

    press("register.typ", '{"title": "…"}', seconds=600, at=1_795_521_600)
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Final

from garde.errors import Malformed, Unreachable

TEMPLATES: Final = Path(__file__).parent / "templates"
STANDARD: Final = "ua-1"
#: What the process answers when Typst refuses the document.
REFUSED: Final = 3


def press(template: str, data: str, *, at: int, seconds: float) -> bytes:
    """The PDF of a template on its data.

    Args:
        template: name of a file in templates/.
        data: JSON, handed to the template as ``sys.inputs.data``.
        at: date of the file, seconds since 1970.
        seconds: how long it may take.

    Raises:
        Malformed: Typst refuses the document.
        Unreachable: the process did not end in time, or ended without an answer.
    """
    # -P: a file of the working folder must not stand for a module (Python 3.11, "Safe path").
    words = [sys.executable, "-P", "-m", "garde.report.press", template, str(at)]
    try:
        done = subprocess.run(words, input=data.encode("ascii"), capture_output=True, timeout=seconds, check=False)
    except subprocess.TimeoutExpired:
        raise Unreachable(
            "paper.slow", f"The document took longer than {seconds:.0f} seconds", hint="Choose one ward"
        ) from None
    if done.returncode == REFUSED:
        raise Malformed(
            "paper.refused", f"Typst refuses the document: {done.stderr.decode('utf-8', 'replace').strip()}"
        )
    if done.returncode or not done.stdout.startswith(b"%PDF-"):
        raise Unreachable(
            "paper.press", f"The process that sets the document ended with {done.returncode}", hint="Choose one ward"
        )
    return done.stdout


def main(template: str, at: str) -> int:
    """Set the document whose data is on standard input, and write it to standard output."""
    import typst

    try:
        out = typst.compile(
            str(TEMPLATES / template),
            root=str(TEMPLATES),
            format="pdf",
            ignore_system_fonts=True,
            sys_inputs={"data": sys.stdin.buffer.read().decode("ascii")},
            pdf_standards=[STANDARD],
            timestamp=int(at),
        )
    except typst.TypstError as error:
        sys.stderr.write(error.message)
        return REFUSED
    if isinstance(out, bytes):
        sys.stdout.buffer.write(out)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
