"""Secrets on the command line are never printed."""

from __future__ import annotations

from pathlib import Path

from typer.testing import CliRunner

from garde.cli import app

RUN = CliRunner()


def test_secrets_are_put_listed_and_dropped_and_never_printed(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'garde.db'}"
    put = RUN.invoke(app, ["secrets", "put", "smtp.password", "--store", url], input="s3cret-s3cret\n")
    assert put.exit_code == 0, put.stderr
    listed = RUN.invoke(app, ["secrets", "list", "--store", url])
    assert listed.stdout == "smtp.password\n"
    assert not any(b"s3cret" in path.read_bytes() for path in tmp_path.iterdir())
    assert RUN.invoke(app, ["secrets", "drop", "smtp.password", "--store", url]).exit_code == 0
    assert RUN.invoke(app, ["secrets", "list", "--store", url]).stdout == ""
