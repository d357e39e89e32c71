"""The links of the documentation, and the commands that it tells a reader to type."""

import re
from pathlib import Path

from tools.files import listed

LINK = re.compile(r"\]\((?![a-z]+:|#)([^)#\s]+)")
MAKE = re.compile(r"`make ([a-z]+)`|^\s*(?:\$ )?make ([a-z]+)", re.MULTILINE)
TARGET = re.compile(r"^([a-z]+):", re.MULTILINE)


def problems(root: Path) -> list[str]:
    """Name each relative link to nothing and each make command that the Makefile lacks."""
    makefile = root / "Makefile"
    targets = set(TARGET.findall(makefile.read_text(encoding="utf-8"))) if makefile.is_file() else set()
    found = []
    for path in listed(root, "*.md"):
        text = (root / path).read_text(encoding="utf-8")
        found += [
            f"{path}: the link to {link} leads nowhere"
            for link in LINK.findall(text)
            if not (root / path.parent / link).exists()
        ]
        found += [
            f"{path}: the Makefile has no '{name}'" for pair in MAKE.findall(text) if (name := max(pair)) not in targets
        ]
    return found
