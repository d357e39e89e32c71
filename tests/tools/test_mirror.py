"""The mirror rule, tried on trees that keep it and that break it."""

import pytest

from tools import mirror


@pytest.fixture
def mirrored(repository):
    """One source file and its test."""
    repository.write("src/garde/__init__.py")
    repository.write("src/garde/wire/reader.py")
    repository.write("tests/unit/wire/test_reader.py")
    return repository


def test_a_mirrored_tree_has_no_problem(mirrored):
    assert mirror.problems(mirrored.root) == []


def test_a_source_file_without_its_test_is_named_with_the_place_of_the_test(mirrored):
    mirrored.write("src/garde/errors.py")
    assert mirror.problems(mirrored.root) == ["src/garde/errors.py: write its test, tests/unit/test_errors.py"]


def test_a_test_without_its_source_file_is_named(mirrored):
    mirrored.write("tests/unit/wire/test_gone.py")
    assert mirror.problems(mirrored.root) == [
        "tests/unit/wire/test_gone.py: no src/garde/wire/gone.py; move it beside what it tests"
    ]


def test_ignored_files_and_shared_fixtures_are_not_part_of_the_mirror(mirrored):
    mirrored.write(".gitignore", "scratch.py\n")
    mirrored.write("src/garde/scratch.py")
    mirrored.write("tests/unit/conftest.py")
    assert mirror.problems(mirrored.root) == []
