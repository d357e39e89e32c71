"""The product as it is started: open on the demonstration hospital, or closed until somebody is let in."""

from __future__ import annotations

import os
import re
import socket
import sqlite3
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from sqlalchemy import text

from garde import keeping, running, serve
from garde.model.finding import Judgement
from garde.store.sql import SqlStore
from tests.makers import observation

GARDE = Path(sys.executable).with_name("garde")
SECRET = "correct horse battery"


def free() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def environment(folder: Path) -> dict[str, str]:
    return os.environ | {"XDG_DATA_HOME": str(folder / "data"), "XDG_CONFIG_HOME": str(folder / "config")}


@contextmanager
def started(folder: Path, *words: str) -> Iterator[list[str]]:
    """The lines that the program said until its pages were open."""
    command = [GARDE, *words]
    with subprocess.Popen(command, env=environment(folder), stderr=subprocess.PIPE, text=True) as process:
        said: list[str] = []
        assert process.stderr is not None
        for line in process.stderr:
            said.append(line)
            if "is open on" in line:
                break
        try:
            yield said
        finally:
            process.terminate()
            said += process.stderr.readlines()
            process.wait(30)


def test_without_the_demonstration_people_sign_in(tmp_path: Path) -> None:
    port = free()
    base = f"http://127.0.0.1:{port}"
    with started(tmp_path, "serve", "--port", str(port)) as said:
        with httpx.Client(base_url=base) as client:
            assert client.get("/devices").headers["location"].startswith("/sign-in")
            assert client.get("/sign-in").headers["location"] == "/setup"
            assert client.get("/devices.json").status_code == 401
        add = [GARDE, "people", "add", "k.morel", "--role", "rssi", "--password-stdin"]
        subprocess.run(add, input=f"{SECRET}\n", text=True, env=environment(tmp_path), check=True)
        with httpx.Client(base_url=base) as client:
            form = {"login": "k.morel", "password": SECRET, "back": "/"}
            assert client.post("/sign-in", data=form).headers["location"] == "/"
            assert client.get("/devices").status_code == 200
    assert any(re.search(r"the code [0-9a-f]{8}", line) for line in said)


def test_beyond_this_machine_pages_are_served_over_tls(tmp_path: Path) -> None:
    port = free()
    settings = tmp_path / "garde.toml"
    settings.write_text(f'[web]\naddress = "0.0.0.0"\nport = {port}\n[store]\nurl = "sqlite:///{tmp_path}/g.db"\n')
    with started(tmp_path, "serve", "--config", str(settings)) as said:
        context = ssl.create_default_context(cafile=str(tmp_path / "data" / "garde" / "tls" / "pages.crt"))
        with httpx.Client(base_url=f"https://localhost:{port}", verify=context) as client:
            answer = client.get("/glossary")
            assert answer.status_code == 200 and answer.headers["strict-transport-security"]
    assert any("SHA-256" in line for line in said)


def test_with_nothing_configured_it_opens_on_the_demonstration(tmp_path: Path) -> None:
    port = free()
    with (
        started(tmp_path, "run", "--port", str(port)) as said,
        httpx.Client(base_url=f"http://127.0.0.1:{port}") as client,
    ):
        page = client.get("/", timeout=30)
        assert page.status_code == 200 and "Demonstration" in page.text
        assert client.get("/devices.json").json()["total"] > 100
    assert any("demonstration hospital" in line for line in said)


def test_the_log_is_sealed_and_watched_where_the_stages_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "LOOK", 0.01)
    alive: list[bool] = []

    def look(chosen: object, kept: SqlStore, *_: object, **options: object) -> None:
        alive.append(any(thread.name == "garde-seals" for thread in threading.enumerate()))
        with kept.begin() as unit:
            unit.append([observation(1), observation(2)])
        with kept._writer.begin() as connection:
            connection.execute(text("UPDATE messages SET at = 1 WHERE seq = 1"))
        for _ in range(6000 if alive[-1] else 1):
            if kept.log(0, (Judgement,), 9):
                break
            time.sleep(0.01)

    monkeypatch.setattr(serve, "serve", look)
    for parts in ("web", "stages"):
        running.run(only=parts, store=f"sqlite:///{tmp_path / parts}.db", say=lambda text: None)
    assert alive == [False, True]
    with sqlite3.connect(tmp_path / "stages.db") as connection:
        kinds = [row[0] for row in connection.execute("SELECT kind FROM messages")]
    connection.close()
    assert "Judgement" in kinds
