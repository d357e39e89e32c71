"""The product as it is started: open on the demonstration hospital, or closed until somebody is let in."""

from __future__ import annotations

import os
import re
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

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
