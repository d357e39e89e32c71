"""`garde report`: the file, its facts, the hospital's own directory, and the trace in the log."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from garde import app
from garde.config import Config
from garde.errors import Malformed, Missing, Unreachable
from garde.model.issued import Issued
from garde.papers import write
from garde.pipeline.reports import Wanted

KIT = Wanted("kit", "en")


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'garde.db'}"


def test_the_settings_name_the_site_and_its_directory(tmp_path: Path, url: str) -> None:
    directory = tmp_path / "directory.toml"
    directory.write_text('[[contact]]\nname = "Duty"\nphone = "4 21 00"\n', "utf-8")
    config = tmp_path / "garde.toml"
    config.write_text(f'[site]\nname = "CHU"\ndirectory = "{directory}"\n', "utf-8")
    said = write(KIT, tmp_path / "kit.pdf", facts=tmp_path / "kit.json", store=url, config=config)
    facts = (tmp_path / "kit.json").read_text("utf-8")
    assert '"site":"CHU"' in facts and "4 21 00" in facts
    digest = hashlib.sha256((tmp_path / "kit.pdf").read_bytes()).hexdigest()
    assert digest in said
    with app.opened(Config(), url) as (kept, _):
        (trace,) = [one for _, one in kept.log(0, (Issued,), 10) if isinstance(one, Issued)]
    assert trace.by.startswith("shell:")
    assert trace.document == digest and trace.facts == hashlib.sha256(facts.encode()).hexdigest()


def test_without_a_name_the_paper_has_none(tmp_path: Path, url: str) -> None:
    write(KIT, tmp_path / "kit.pdf", facts=tmp_path / "kit.json", store=url)
    assert '"site":""' in (tmp_path / "kit.json").read_text("utf-8")


def test_a_wrong_directory_leaves_no_trace(tmp_path: Path, url: str) -> None:
    (tmp_path / "d.toml").write_text('[[fallback]]\ntitle = "x"\nsteps = ["y"]\nkinds = ["TOASTER"]\n', "utf-8")
    with pytest.raises(Malformed, match=r"directory\.kind"):
        write(KIT, tmp_path / "kit.pdf", directory=tmp_path / "d.toml", store=url)
    with pytest.raises(Missing, match=r"directory\.unreadable"):
        write(KIT, tmp_path / "kit.pdf", directory=tmp_path / "none.toml", store=url)
    assert not (tmp_path / "kit.pdf").exists() and not (tmp_path / "garde.db").exists()


def test_a_file_that_cannot_be_written_is_named(tmp_path: Path, url: str) -> None:
    with pytest.raises(Unreachable, match=r"paper\.unwritable"):
        write(KIT, tmp_path, store=url)
