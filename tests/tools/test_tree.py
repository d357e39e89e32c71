"""Sizes and names."""

from tools import tree


def test_a_long_file_a_full_folder_and_an_empty_name_are_named(repository):
    repository.write("src/garde/long.py", "\n" * 601)
    for number in range(26):
        repository.write(f"src/garde/dissect/p{number}.py")
    repository.write("src/garde/utils.py")
    assert [line.split(";")[0] for line in tree.problems(repository.root)] == [
        "src/garde/long.py: 601 lines, at most 600",
        "src/garde/dissect/: 26 files, at most 25",
        "src/garde/utils.py: 'utils' says nothing",
    ]


def test_a_tree_at_its_limits_has_no_problem(repository):
    for number in range(25):
        repository.write(f"src/garde/dissect/p{number}.py", "\n" * 600)
    assert tree.problems(repository.root) == []
