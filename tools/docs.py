"""Write docs/reference from the registries: `python -m tools.docs`, and `make check` refuses a page that is behind.

A reference page is a function of the code, so it is generated, committed and compared: the reader of a change sees
what it changes for the user. Each generator returns the page's text, or nothing while its source does not exist.
"""

import importlib
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

REFERENCE = Path("docs/reference")
ATTRIBUTES = Path("src/garde/model/attributes.toml")
NOTICE = "<!-- Written by make docs; edit {source} instead. -->\n"


def cell(value: object) -> str:
    """Write one value into a table cell."""
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return " ".join(text.split()).replace("|", "\\|")


def table(head: list[str], rows: list[list[str]]) -> str:
    """Write a Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def options(verb: Any) -> str:
    """Describe the arguments and options of one verb."""
    rows = []
    for parameter in verb.params:
        if parameter.name == "help" or getattr(parameter, "hidden", False):
            continue
        written = ", ".join(parameter.opts) if parameter.param_type_name == "option" else parameter.name.upper()
        rows.append([f"`{written}`", cell(getattr(parameter, "help", None) or "")])
    return table(["Word", "Meaning"], rows) if rows else ""


def verbs(verb: Any, path: str) -> list[str]:
    """Describe a verb and those below it, depth first in the order of their declaration."""
    level = "#" * min(path.count(" ") + 2, 5)
    parts = [f"{level} `{path}`\n", f"{verb.help or verb.short_help or ''}".strip() + "\n", options(verb)]
    for name, below in getattr(verb, "commands", {}).items():
        if not below.hidden:
            parts += verbs(below, f"{path} {name}")
    return parts


def commands(root: Path) -> str | None:
    """Describe every verb of the command line."""
    if not (root / "src/garde/cli/verbs.py").is_file():
        return None
    from typer.main import get_command

    cli = importlib.import_module("garde.cli")
    page = [NOTICE.format(source="src/garde/cli/verbs.py"), "# Command line\n", *verbs(get_command(cli.app), "garde")]
    return "\n".join(part for part in page if part.strip())


def attributes(root: Path) -> str | None:
    """Describe every attribute that an observation may carry."""
    if not (root / ATTRIBUTES).is_file():
        return None
    rows = tomllib.loads((root / ATTRIBUTES).read_text(encoding="utf-8"))
    flat = dict(leaves(rows))
    columns = list(dict.fromkeys(column for fields in flat.values() for column in fields))
    body = [
        [f"`{name}`", *(cell(fields.get(column, "")) for column in columns)] for name, fields in sorted(flat.items())
    ]
    return "\n".join(
        [NOTICE.format(source=ATTRIBUTES), "# Attributes\n", table(["attribute", *columns], body).rstrip(), ""]
    )


def protocols(root: Path) -> str | None:
    """Describe every dissector: its standard, its layer, and what it may state."""
    if not (root / "src/garde/dissect/table.py").is_file():
        return None
    found = importlib.import_module("garde.dissect.table").DISSECTORS
    parts = [NOTICE.format(source="the row in src/garde/dissect"), "# Protocols\n"]
    parts.append(f"{len(found)} rows, by name. A row's file says what it leaves out.\n")
    for row in sorted(found, key=lambda row: row.name):
        said = ", ".join(f"`{name}`" for name in sorted(row.emits))
        parts.append(f"## {row.name}\n\n{row.reference}. Read as a {row.layer}.\n\nStates {said}.\n")
    return "\n".join(parts)


def kinds(root: Path) -> str | None:
    """Describe every kind of device."""
    if not (root / "src/garde/inventory/kinds.py").is_file():
        return None
    found = importlib.import_module("garde.inventory.kinds").kinds().values()
    head = ["kind", "fr", "en", "group", "response", "criticality", "sustains life", "IEC 62304", "MDR"]
    body = [
        [
            *(f"`{row.name}`", row.fr, row.en, row.group, row.response, str(row.criticality), row.life_sustaining),
            *(row.software_class or "unknown, counts as C", row.mdr),
        ]
        for row in found
    ]
    notice = NOTICE.format(source="src/garde/inventory/catalogue/kinds.toml")
    return "\n".join([notice, "# Kinds of device\n", table(head, [[cell(value) for value in row] for row in body])])


def settings(root: Path) -> str | None:
    """Describe every setting with its default."""
    if not (root / "src/garde/config.py").is_file():
        return None
    import msgspec

    config = importlib.import_module("garde.config")
    parts = [NOTICE.format(source="src/garde/config.py"), "# Settings\n"]
    parts.append(
        "In TOML, named with `--config`. An unknown key is an error with its line and the nearest known word.\n"
    )
    for section in msgspec.structs.fields(config.Config):
        parts += described(section.type, f"[{section.name}]")
        for field in msgspec.structs.fields(section.type):
            for row in getattr(field.type, "__args__", ()):
                if isinstance(row, type) and issubclass(row, msgspec.Struct):
                    parts += described(row, f"[[{section.name}.{field.name}]]")
    return "\n".join(parts)


def described(section: Any, head: str) -> list[str]:
    """Describe one table of the settings: what it is, what each setting means, and its default."""
    import msgspec

    said, _, rest = (section.__doc__ or "").partition("Attributes:")
    known = {field.name for field in msgspec.structs.fields(section)}
    meant: dict[str, str] = {}
    names: list[str] = []
    for line in rest.splitlines():
        words, colon, text = line.strip().partition(": ")
        if colon and set(words.split(", ")) <= known:
            names, line = words.split(", "), text
        for name in names:
            meant[name] = f"{meant.get(name, '')} {line.strip()}".strip()
    rows = []
    for field in msgspec.structs.fields(section):
        if field.default is msgspec.NODEFAULT:
            default = "must be given"
        else:
            shown = cell(list(field.default) if isinstance(field.default, tuple) else field.default)
            default = f"`{shown}`" if shown else "empty"
        rows.append([f"`{field.name}`", default, cell(meant.get(field.name, ""))])
    return [f"## {head}\n\n{cell(said)}\n", table(["setting", "default", "meaning"], rows)]


def reports(root: Path) -> str | None:
    """Describe every report that can be written."""
    if not (root / "src/garde/report/reports.py").is_file():
        return None
    found = importlib.import_module("garde.report.reports").REPORTS
    head = ["report", "fr", "en", "for", "covers"]
    covers = {"moment": "the state now", "period": "a month, or the thirty days before now"}
    body = [[f"`{row.name}`", row.fr, row.en, row.reader_en, covers[row.covers]] for row in found]
    notice = NOTICE.format(source="the row in src/garde/report")
    return "\n".join([notice, "# Reports\n", table(head, [[cell(value) for value in row] for row in body])])


def interface(root: Path) -> str | None:
    """Describe the interface for programs, as it describes itself."""
    if not (root / "src/garde/api/openapi.py").is_file():
        return None
    return str(importlib.import_module("garde.api.openapi").pretty())


def leaves(rows: dict[str, Any], prefix: str = "") -> list[tuple[str, dict[str, Any]]]:
    """Flatten nested tables to the ones that hold values, with their dotted names."""
    found = []
    for name, value in rows.items():
        if isinstance(value, dict):
            below = leaves(value, f"{prefix}{name}.")
            found += below or [(prefix + name, value)]
    return found


PAGES: tuple[tuple[str, Callable[[Path], str | None]], ...] = (
    ("cli.md", commands),
    ("attributes.md", attributes),
    ("protocols.md", protocols),
    ("kinds.md", kinds),
    ("settings.md", settings),
    ("reports.md", reports),
    ("openapi.json", interface),
)


def pages(root: Path) -> dict[Path, str]:
    """Generate all pages whose source exists."""
    return {REFERENCE / name: text for name, generate in PAGES if (text := generate(root)) is not None}


def problems(root: Path) -> list[str]:
    """Name the reference pages that are not what their sources say."""
    return [
        f"{path}: behind its source; run make docs"
        for path, text in pages(root).items()
        if not (root / path).is_file() or (root / path).read_text(encoding="utf-8") != text
    ]


def main(root: Path) -> int:
    """Write the pages that changed."""
    for path, text in pages(root).items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
        print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(__file__).resolve().parents[1]))
