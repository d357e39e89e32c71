"""The import contracts of the whole design, on a graph where most rooms are missing."""

import grimp
import pytest
from importlinter import ContractCheck, configuration

from tools import contracts

# import-linter sets up its clock and printer when its command starts; here no command does.
configuration.configure()


def graph(*imports: tuple[str, str]) -> grimp.ImportGraph:
    made = grimp.ImportGraph()
    for name in ("garde", "garde.app", "garde.web", "garde.store"):
        made.add_module(name)
    made.add_module("socket", is_squashed=True)
    for importer, imported in imports:
        made.add_import(importer=importer, imported=imported, line_number=1, line_contents="import")
    return made


def known_only_to(found: grimp.ImportGraph) -> ContractCheck:
    rows = {"protected_modules": ["garde.store", "garde.bus"], "allowed_importers": ["garde.app"]}
    session = {"root_packages": ["garde"], "include_external_packages": "True"}
    return contracts.Protected("adapters", session, rows).check(found, verbose=False)


def forbidden_for(found: grimp.ImportGraph) -> ContractCheck:
    rows = {"source_modules": ["garde.web", "garde.risk"], "forbidden_modules": ["socket", "garde.dissect"]}
    session = {"root_packages": ["garde"], "include_external_packages": "True"}
    return contracts.Forbidden("pure", session, rows).check(found, verbose=False)


@pytest.mark.parametrize("check", [known_only_to, forbidden_for])
def test_rooms_not_built_yet_break_nothing(check):
    assert check(graph(("garde.app", "garde.store"))).kept


def test_an_import_that_a_contract_forbids_is_found():
    assert not known_only_to(graph(("garde.web", "garde.store"))).kept
    assert not forbidden_for(graph(("garde.web", "socket"))).kept
