"""The form of the change fragments."""

from tools import fragments


def test_a_sentence_in_a_well_named_file_is_fine(repository):
    repository.write("changes/README.md", "# rule")
    repository.write("changes/2.replay.added.md", "`garde replay` lists the devices of a capture.\n")
    assert fragments.problems(repository.root) == []


def test_a_wrong_name_a_heading_and_a_long_text_are_named(repository):
    repository.write("changes/replay.md", "Text.")
    repository.write("changes/2.a.added.md", "# Heading.")
    repository.write("changes/2.b.fixed.md", "x" * 600 + ".")
    assert [problem.split(":")[0] for problem in fragments.problems(repository.root)] == [
        "changes/2.a.added.md",
        "changes/2.b.fixed.md",
        "changes/replay.md",
    ]
