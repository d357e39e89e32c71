"""The address rule: the tree names no package registry, no download address and no folder of somebody's machine.

Where packages come from is the business of the machine that installs them: a hospital has a mirror of its own.
"""

import re
from pathlib import Path

from tools.files import listed

RULES = (
    (re.compile(r"https?://(files|registry|deb|pypi|ftp|index|mirror)[\w-]*\."), "address of a registry"),
    (re.compile(r"(?<![\w.$})~-])/(work|root|farm)/[a-z.]"), "path of one machine"),
    (re.compile(r"(?<![\w.$})~-])/home/[a-z]"), "path of one machine"),
)
# Pins name packages and hashes only; any address in them came from the compiling machine.
PINS = re.compile(r"(requirements/.*\.(txt|in)|package(-lock)?\.json|\.npmrc)$")
ANY_ADDRESS = re.compile(r"https?://|git\+|file:")


def problems(root: Path) -> list[str]:
    """Name each line of a text file that holds such an address."""
    found = []
    for path in listed(root):
        content = (root / path).read_bytes()
        if b"\0" in content:
            continue
        rules = (*RULES, (ANY_ADDRESS, "address in a pin")) if PINS.search(path.as_posix()) else RULES
        for number, line in enumerate(content.decode("utf-8", "replace").splitlines(), 1):
            found += [f"{path}:{number}: {what}: {hit[0]}" for rule, what in rules if (hit := rule.search(line))]
    return found
