"""Links and commands of the documentation."""

from tools import links


def test_a_link_to_nothing_and_an_unknown_make_command_are_named(repository):
    repository.write("Makefile", "run: setup\n")
    repository.write("README.md", "[here](docs/x.md), [there](docs/gone.md#part), [far](https://example.org)\n")
    repository.write("docs/x.md", "`make run`, then `make coffee`; to make sure, read on.\n\nmake tea\n")
    assert links.problems(repository.root) == [
        "README.md: the link to docs/gone.md leads nowhere",
        "docs/x.md: the Makefile has no 'coffee'",
        "docs/x.md: the Makefile has no 'tea'",
    ]
