"""The rules of the tree, each tried on a small repository that breaks it."""

import subprocess
from pathlib import Path

import pytest

from tools import mirror, tree


@pytest.fixture
def repository(tmp_path):
    """A repository with one source file and its test."""
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    write(tmp_path, "src/garde/__init__.py")
    write(tmp_path, "src/garde/wire/reader.py")
    write(tmp_path, "tests/unit/wire/test_reader.py")
    return tmp_path


def write(root: Path, name: str, text: str = "") -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def test_a_mirrored_tree_has_no_problem(repository):
    assert mirror.problems(repository) == []
    assert tree.problems(repository) == []


def test_a_source_file_without_its_test_is_named_with_the_place_of_the_test(repository):
    write(repository, "src/garde/errors.py")
    assert mirror.problems(repository) == ["src/garde/errors.py: write its test, tests/unit/test_errors.py"]


def test_a_test_without_its_source_file_is_named(repository):
    write(repository, "tests/unit/wire/test_gone.py")
    assert mirror.problems(repository) == [
        "tests/unit/wire/test_gone.py: no src/garde/wire/gone.py; move it beside what it tests"
    ]


def test_ignored_files_and_shared_fixtures_are_not_part_of_the_mirror(repository):
    write(repository, ".gitignore", "scratch.py\n")
    write(repository, "src/garde/scratch.py")
    write(repository, "tests/unit/conftest.py")
    assert mirror.problems(repository) == []


def test_a_long_file_a_full_folder_and_an_empty_name_are_named(repository):
    write(repository, "src/garde/long.py", "\n" * 601)
    for number in range(26):
        write(repository, f"src/garde/dissect/p{number}.py")
    write(repository, "src/garde/utils.py")
    assert [line.split(";")[0] for line in tree.problems(repository)] == [
        "src/garde/long.py: 601 lines, at most 600",
        "src/garde/dissect/: 26 files, at most 25",
        "src/garde/utils.py: 'utils' says nothing",
    ]
