"""Compile requirements/*.in into pins with hashes: `make pins`, with uv on the PATH.

The pins are for Python 3.11 on Linux x86-64; they carry the hashes of all wheels, so other machines may use them too.
Neither an index address nor a path of the compiling machine is written into them.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[1] / "requirements"
# In this order: the later ones are constrained by the earlier ones, so that one .venv can hold them all.
NAMES = ("run", "test", "bench")
OPTIONS = (
    "--generate-hashes",
    "--no-emit-index-url",
    "--no-emit-find-links",
    "--no-header",
    "--no-config",
    "--python-version=3.11",
    "--python-platform=x86_64-unknown-linux-gnu",
)


def main(options: list[str]) -> int:
    """Compile all files; `--upgrade` and other options of `uv pip compile` are passed on."""
    if shutil.which("uv") is None:
        print("uv is not on the PATH: install it with pip or from your distribution, then run make pins again.")
        return 1
    # Wheels of one machine have hashes that the registry does not know.
    environment = {name: value for name, value in os.environ.items() if name not in {"PIP_FIND_LINKS", "UV_FIND_LINKS"}}
    for name in NAMES:
        words = ["uv", "pip", "compile", "--quiet", *OPTIONS, *options, f"{name}.in", "-o", f"{name}.txt"]
        done = subprocess.run(words, cwd=FOLDER, env=environment, check=False)
        if done.returncode:
            return done.returncode
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
