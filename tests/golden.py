"""Write all golden captures again: runs each tests/captures/*/generate.py from the root of the repository."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def main() -> int:
    """Run the generators in the order of their names and stop at the first that fails."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "0"}
    for script in sorted(ROOT.glob("tests/captures/*/generate.py")):
        print(script.relative_to(ROOT), flush=True)
        done = subprocess.run([sys.executable, script], cwd=ROOT, env=environment, check=False)
        if done.returncode:
            return done.returncode
    return subprocess.run(["git", "status", "--short", "tests/captures"], cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
