"""Write all golden files again: captures and papers (their generate.py), charts, policies."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SCRIPTS = ("tests/captures/*/generate.py", "tests/papers/generate.py", "tests/charts.py", "tests/policies.py")
WRITTEN = ("tests/captures", "tests/papers", "tests/unit/web/charts", "tests/unit/zones/exports/golden")


def main() -> int:
    """Run the scripts in the order of their names and stop at the first that fails."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "0"}
    for script in [found for pattern in SCRIPTS for found in sorted(ROOT.glob(pattern))]:
        print(script.relative_to(ROOT), flush=True)
        done = subprocess.run([sys.executable, script], cwd=ROOT, env=environment, check=False)
        if done.returncode:
            return done.returncode
    return subprocess.run(["git", "status", "--short", *WRITTEN], cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
