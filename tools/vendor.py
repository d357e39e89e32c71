"""Copy the few front-end files that pages use from node_modules to src/garde/web/static/vendor.

The manifest src/garde/web/static/vendor.toml names each file, its package, version, licence and SHA-256. A file whose
bytes are not those of the manifest is refused: bumping a version is an edit of package.json *and* of the manifest,
so that a reader of the change sees both. The licences of what is copied travel with it.
"""

import hashlib
import json
import re
import shutil
import sys
import tomllib
from pathlib import Path
from typing import Any

STATIC = Path("src/garde/web/static")
MANIFEST = STATIC / "vendor.toml"
VENDOR = STATIC / "vendor"
SVG_INSIDE = re.compile(r"<svg[^>]*>(.*)</svg>", re.DOTALL)
# Presentation attributes, not a style attribute: the pages' content policy forbids inline style.
DRAWN = (
    'viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" '
    'stroke-linecap="round" stroke-linejoin="round"'
)
# Each drawing begins with an invisible square that only its editor needs.
SQUARE = re.compile(r'<path stroke="none" d="M0 0h24v24H0z" fill="none" ?/>')


def manifest(root: Path) -> list[dict[str, Any]]:
    """Read the rows of the manifest."""
    rows: list[dict[str, Any]] = tomllib.loads((root / MANIFEST).read_text(encoding="utf-8"))["file"]
    return rows


def sprite(folder: Path, names: list[str]) -> bytes:
    """Draw the named icons as the symbols of one SVG file, which a page refers to by `icons.svg#name`."""
    symbols = []
    for name in names:
        inside = SVG_INSIDE.search((folder / f"{name}.svg").read_text(encoding="utf-8"))
        if inside is None:
            raise SystemExit(f"{folder / name}.svg is not an SVG drawing")
        symbols.append(f'<symbol id="{name}" {DRAWN}>{" ".join(SQUARE.sub("", inside[1]).split())}</symbol>')
    return "\n".join(['<svg xmlns="http://www.w3.org/2000/svg">', *symbols, "</svg>", ""]).encode()


def content(modules: Path, row: dict[str, Any]) -> bytes:
    """Return the bytes of one row as the installed packages give them."""
    package = modules / row["package"]
    version = json.loads((package / "package.json").read_text(encoding="utf-8"))["version"]
    if version != row["version"]:
        raise SystemExit(f"{MANIFEST}: {row['package']} is {row['version']} here and {version} in node_modules")
    source: Path = package / row["source"]
    return sprite(source, row["icons"]) if "icons" in row else source.read_bytes()


def copy(root: Path) -> None:
    """Fill the vendor folder anew, or stop at the first file that is not what the manifest says."""
    files: dict[str, bytes] = {}
    for row in manifest(root):
        found = content(root / "node_modules", row)
        if (digest := hashlib.sha256(found).hexdigest()) != row["sha256"]:
            raise SystemExit(f"{MANIFEST}: {row['target']} has sha256 {digest}, the manifest says {row['sha256']}")
        files[row["target"]] = found
    shutil.rmtree(root / VENDOR, ignore_errors=True)
    for target, found in files.items():
        path = root / VENDOR / target
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(found)


def problems(root: Path) -> list[str]:
    """Name the vendored files that differ from the manifest; none vendored is fine, pages work without."""
    if not (root / VENDOR).is_dir():
        return []
    expected = {row["target"]: row["sha256"] for row in manifest(root)}
    present = {
        path.relative_to(root / VENDOR).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in (root / VENDOR).rglob("*")
        if path.is_file()
    }
    return [
        f"{VENDOR / name}: not what {MANIFEST} says; remove .venv/.vendored and run make setup"
        for name in sorted(expected.keys() | present.keys())
        if expected.get(name) != present.get(name)
    ]


if __name__ == "__main__":
    copy(Path(__file__).resolve().parents[1])
    sys.exit(0)
