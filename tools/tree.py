"""Sizes and names: what keeps a room small enough to be known, and its name able to say what is in it."""

from collections import Counter
from pathlib import Path

from tools.files import listed

MOST_LINES = 600
MOST_FILES = 25
# A name that fits anything holds anything.
EMPTY_NAMES = {"utils", "util", "helpers", "helper", "common", "manager", "misc"}


def problems(root: Path) -> list[str]:
    """Name the files that are too long, the folders that are too full and the names that say nothing."""
    python = listed(root, "*.py")
    lengths = {path: (root / path).read_text(encoding="utf-8").count("\n") for path in python}
    long = [
        f"{path}: {lines} lines, at most {MOST_LINES}; split it where its subject splits"
        for path, lines in lengths.items()
        if lines > MOST_LINES
    ]
    full = [
        f"{folder}/: {count} files, at most {MOST_FILES}; give a part of it a folder of its own"
        for folder, count in sorted(Counter(path.parent for path in python).items())
        # The test side may hold the mirror of a full folder and its conftest.
        if count > MOST_FILES + folder.parts[:1].count("tests")
    ]
    empty = [
        f"{path}: '{name}' says nothing; name it after what it holds"
        for path in python
        for name in EMPTY_NAMES.intersection(path.with_suffix("").parts)
    ]
    return long + full + empty
