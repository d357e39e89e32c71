"""Import contracts that may name rooms not built yet.

The rules of who may import whom are written once, for the whole design; a package appears when it is needed.
import-linter refuses a contract that names a module it cannot find, so these contracts count it as an empty one.
"""

from typing import Any

from grimp import ImportGraph
from importlinter import ContractCheck
from importlinter.contracts.forbidden import ForbiddenContract
from importlinter.contracts.protected import ProtectedContract


def furnish(graph: ImportGraph, *expressions: Any) -> None:
    """Add an empty module for each room of ours that is named and not built."""
    for name in sorted(str(expression) for group in expressions for expression in group):
        if name.startswith("garde.") and name not in graph.modules:
            graph.add_module(name)


class Forbidden(ForbiddenContract):
    """`type = "forbidden_for"`: these rooms do not import those modules, not even through others."""

    type_name = "forbidden_for"

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Check the imports of the rooms that exist."""
        furnish(graph, self.source_modules, self.forbidden_modules)
        return super().check(graph, verbose)


class Protected(ProtectedContract):
    """`type = "known_only_to"`: these rooms are imported by those alone."""

    type_name = "known_only_to"

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Check who imports the rooms that exist."""
        furnish(graph, self.protected_modules, self.allowed_importers)
        return super().check(graph, verbose)
