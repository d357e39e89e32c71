"""The files that the rules look at: what git tracks or would track, never what is ignored."""

import subprocess
from pathlib import Path


def listed(root: Path, *patterns: str) -> list[Path]:
    """Return the repository's files, relative to `root`; new files count before they are added."""
    done = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z", "--", *patterns],
        cwd=root,
        capture_output=True,
        text=True,
        check=True,
    )
    # A file removed from disk but not yet from the index is no longer part of the tree.
    return sorted(path for name in set(done.stdout.split("\0")) if name and (root / (path := Path(name))).is_file())
