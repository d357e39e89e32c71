"""Progress: a line on a terminal, silence elsewhere."""

from __future__ import annotations

import io

from garde.report.progress import progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_sees_how_far_it_is_and_a_file_sees_nothing() -> None:
    terminal, file = Terminal(), io.StringIO()
    for stream in (terminal, file):
        show = progress(stream)
        show(0.5, "ct.pcap")
        show(1.0, "ct.pcap")
    assert " 50%" in terminal.getvalue() and terminal.getvalue().endswith("\n")
    assert file.getvalue() == ""
