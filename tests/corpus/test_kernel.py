"""The kernel equals its plain Python twin on every capture of the corpus."""

from __future__ import annotations

from pathlib import Path

import pytest

from garde.capture.reader import open_capture
from tests.corpus.place import captures
from tests.oracle.compare import assert_equal

FOUND = captures()


@pytest.mark.skipif(not FOUND, reason="the corpus is not beside the checkout and GARDE_CORPUS names none")
@pytest.mark.parametrize("path", FOUND, ids=lambda path: path.name)
def test_the_kernel_equals_its_twin(path: Path) -> None:
    assert assert_equal(open_capture(path)) > 0
