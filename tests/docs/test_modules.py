"""Every module says which question it answers and shows an example that runs."""

from __future__ import annotations

import doctest
import importlib
import pkgutil
from types import ModuleType

import pytest

import garde


def modules() -> list[str]:
    return sorted(found.name for found in pkgutil.walk_packages(garde.__path__, "garde."))


def load(name: str) -> ModuleType:
    return importlib.import_module(name)


@pytest.mark.parametrize("name", modules())
def test_the_examples_run(name: str) -> None:
    failed, _ = doctest.testmod(load(name), optionflags=doctest.ELLIPSIS)
    assert failed == 0


@pytest.mark.parametrize("name", modules())
def test_the_module_says_what_it_is_for(name: str) -> None:
    module = load(name)
    text = module.__doc__ or ""
    assert len(text.strip().splitlines()[0]) > 10, "the first line says what it is"
    if not hasattr(module, "__path__"):
        assert "Question:" in text, "which question does it answer?"
        assert "Reference:" in text, "by which standard, or which part of the design?"
