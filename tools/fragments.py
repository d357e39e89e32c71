"""The change fragments: one small file for each change that somebody in a hospital would notice."""

import re
from pathlib import Path

from tools.files import listed

KINDS = ("added", "changed", "fixed", "removed", "security")
NAME = re.compile(rf"(?P<issue>\d+)\.[a-z0-9-]+\.({'|'.join(KINDS)})\.md")
MOST_CHARACTERS = 600


def problems(root: Path) -> list[str]:
    """Name each fragment whose name or text does not have the form of changes/README.md."""
    found = []
    for path in listed(root, "changes/*"):
        if path == Path("changes/README.md"):
            continue
        if not NAME.fullmatch(path.name):
            found.append(f"{path}: name it ISSUE.words-with-dashes.KIND.md, where KIND is {', '.join(KINDS)}")
            continue
        text = (root / path).read_text(encoding="utf-8").strip()
        if not text or text.startswith("#") or not text.endswith("."):
            found.append(f"{path}: write whole sentences for a reader in the hospital, without a heading")
        elif len(text) > MOST_CHARACTERS:
            found.append(f"{path}: {len(text)} characters, at most {MOST_CHARACTERS}; the manual has room for more")
    return found
