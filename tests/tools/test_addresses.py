"""The address rule."""

import pytest

from tools import addresses


@pytest.mark.parametrize(
    "line",
    # Joined here, so that this file keeps the rule as well.
    ["see https:" + "//pypi.example", "https:" + "//registry.example/", "open('/" + "work/x')", "cd /" + "root/.cache"],
)
def test_an_address_of_a_registry_or_a_machine_is_named_with_its_line(repository, line):
    repository.write("docs/page.md", f"first\n{line}\n")
    assert [problem.split(": ")[0] for problem in addresses.problems(repository.root)] == ["docs/page.md:2"]


@pytest.mark.parametrize("line", ["http://127.0.0.1:8420/devices", "urn:oid:1.2.840", "net/home/x"])
def test_other_addresses_and_paths_are_fine(repository, line):
    repository.write("docs/page.md", line)
    assert addresses.problems(repository.root) == []


def test_pins_hold_no_address_at_all(repository):
    repository.write("requirements/run.txt", "x @ https://example.org/x.whl\n")
    repository.write("package-lock.json", '{"resolved": "https://example.org/x.tgz"}')
    assert [problem.split(":")[0] for problem in addresses.problems(repository.root)] == [
        "package-lock.json",
        "requirements/run.txt",
    ]
