"""The mirror rule: src/garde/a/b.py is tested by tests/unit/a/test_b.py, and nothing else lives in tests/unit."""

from pathlib import Path

from tools.files import listed

SOURCE = Path("src/garde")
TESTS = Path("tests/unit")
# Support of the tests, not tests.
EXEMPT = {"__init__.py", "conftest.py"}


def test_of(source: Path) -> Path:
    """Say where the test of a source file belongs."""
    return TESTS / source.relative_to(SOURCE).with_name(f"test_{source.name}")


def source_of(test: Path) -> Path:
    """Say which source file a unit test mirrors."""
    return SOURCE / test.relative_to(TESTS).with_name(test.name.removeprefix("test_"))


def problems(root: Path) -> list[str]:
    """Name each source file without its test and each unit test without its source file."""
    sources = {path for path in listed(root, f"{SOURCE}/**/*.py", f"{SOURCE}/*.py") if path.name not in EXEMPT}
    tests = {path for path in listed(root, f"{TESTS}/**/*.py", f"{TESTS}/*.py") if path.name not in EXEMPT}
    untested = [f"{path}: write its test, {test_of(path)}" for path in sorted(sources) if test_of(path) not in tests]
    orphans = [
        f"{path}: no {source_of(path)}; move it beside what it tests"
        for path in sorted(tests)
        if not path.name.startswith("test_") or source_of(path) not in sources
    ]
    return untested + orphans
