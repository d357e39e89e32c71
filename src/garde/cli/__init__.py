"""The command line: `garde` and its verbs."""

from garde.cli.verbs import app, main

__all__ = ["app", "main"]
