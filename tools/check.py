"""Run every rule of the house: `python -m tools.check [NAME…]`.

To add a rule, add one row to CHECKS: its name, what it protects, and either a command or a function of the
repository's root that returns one line per problem. A rule says where the problem is and what to do about it.
"""

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from tools import addresses, docs, fragments, links, mirror, tree, vendor

ROOT = Path(__file__).resolve().parents[1]


def command(*words: str) -> Callable[[Path], list[str]]:
    """Make a rule of a program in .venv: its output is the list of problems when it fails."""

    def run(root: Path) -> list[str]:
        program = Path(sys.executable).with_name(words[0])
        done = subprocess.run([program, *words[1:]], cwd=root, capture_output=True, text=True, check=False)
        if done.returncode == 0:
            return []
        return (done.stdout + done.stderr).strip().splitlines() or [f"{words[0]} ended with {done.returncode}"]

    return run


class Check(NamedTuple):
    """One rule."""

    name: str
    protects: str
    problems: Callable[[Path], list[str]]


CHECKS = (
    Check("lint", "likely mistakes and style", command("ruff", "check", "--quiet", "--output-format=concise", ".")),
    Check(
        "format",
        "one layout of the code: make fix",
        command("ruff", "format", "--check", "--output-format=concise", "."),
    ),
    Check("types", "mypy --strict on src and tools", command("mypy", "--no-error-summary")),
    Check("imports", "who may import whom (pyproject.toml)", command("lint-imports", "--no-logo")),
    Check("mirror", "each source file has its unit test, and the reverse", mirror.problems),
    Check("tree", "sizes of files and folders, names of files", tree.problems),
    Check("addresses", "no registry, download address or machine path", addresses.problems),
    Check("fragments", "form of the change fragments", fragments.problems),
    Check("links", "each relative link of the documentation leads somewhere", links.problems),
    Check("vendor", "front-end files are those of the manifest", vendor.problems),
    Check("docs", "docs/reference is what the registries say: make docs", docs.problems),
)


def main(names: list[str]) -> int:
    """Run the named rules, or all; print one line each, and the problems of those that fail."""
    known = {check.name for check in CHECKS}
    if unknown := [name for name in names if name not in known]:
        print(f"No rule is called {', '.join(unknown)}. Rules: {', '.join(sorted(known))}.")
        return 2
    failed = 0
    for check in CHECKS:
        if names and check.name not in names:
            continue
        started = time.monotonic()
        found = check.problems(ROOT)
        seconds = time.monotonic() - started
        print(f"{'FAIL' if found else 'ok':4}  {check.name:10} {seconds:5.1f} s  {check.protects}", flush=True)
        for line in found:
            print(f"      {line}")
        failed += bool(found)
    if failed:
        print(f"{failed} rule(s) failed.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
