"""rsyslog reads what Garde sends, over TLS and over TCP, and finds every field where RFC 5424 puts it."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest

from garde.config import ChannelSection
from garde.errors import Untrusted
from garde.notify.collector import Collector
from garde.notify.parcel import Parcel
from tests.peers import HOST, papers
from tests.servers import free_port, reachable
from tests.unit.notify.test_letter import FACTS
from tests.unit.pipeline.test_runner import HandClock

PROGRAM = shutil.which("rsyslogd", path="/usr/sbin:/usr/bin:/usr/local/sbin")
COUNT = 40
SETTINGS = """
global(workDirectory="{folder}" maxMessageSize="64k"
       defaultNetstreamDriverCAFile="{folder}/authority.pem"
       defaultNetstreamDriverCertFile="{folder}/peer.pem"
       defaultNetstreamDriverKeyFile="{folder}/peer.key")
module(load="imtcp" {driver})
input(type="imtcp" address="127.0.0.1" port="{port}")
template(name="parts" type="list" option.jsonf="on") {{
  property(outname="facility" name="syslogfacility-text" format="jsonf")
  property(outname="severity" name="syslogseverity-text" format="jsonf")
  property(outname="program" name="app-name" format="jsonf")
  property(outname="msgid" name="msgid" format="jsonf")
  property(outname="data" name="structured-data" format="jsonf")
  property(outname="text" name="msg" format="jsonf")
}}
action(type="omfile" file="{folder}/heard" template="parts")
"""


@contextmanager
def rsyslog(folder: Path, scheme: str) -> Iterator[int]:
    assert PROGRAM, "rsyslogd is not there: .ci/run names its packages"
    port = free_port()
    papers(folder)
    driver = 'StreamDriver.Name="gtls" StreamDriver.Mode="1" StreamDriver.AuthMode="anon"' if scheme == "tls" else ""
    (folder / "rsyslog.conf").write_text(SETTINGS.format(folder=folder, port=port, driver=driver))
    command = [PROGRAM, "-n", "-f", str(folder / "rsyslog.conf"), "-i", str(folder / "pid"), "-C"]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        reachable(port, server)
        yield port
    finally:
        server.terminate()
        server.wait(timeout=20)


@pytest.mark.parametrize("scheme", ["tls", "tcp"])
@pytest.mark.parametrize("form", ["cef", "ecs"])
def test_every_field_is_where_the_standard_puts_it(scheme: str, form: str, tmp_path: Path) -> None:
    hostile = 'x|y=z\\]"[ é\n\x1b[2J\u202e'
    sent = [
        msgspec.structs.replace(FACTS, id=f"n-{number}", device=hostile, ward=hostile, reasons=(f"model: {hostile}",))
        for number in range(COUNT)
    ]
    with rsyslog(tmp_path, scheme) as port:
        channel = ChannelSection(
            name="c",
            kind="syslog",
            address=f"{scheme}://{HOST}:{port}",
            authority=str(tmp_path / "authority.pem"),
            format=form,
        )
        parcels = [Parcel(id=facts.id, at=facts.at, facts=facts) for facts in sent]
        done = [name for name, _ in Collector(channel, HandClock()).carry(parcels)]
        if scheme == "tls":
            with pytest.raises(Untrusted):
                list(Collector(msgspec.structs.replace(channel, authority=""), HandClock()).carry(parcels))
    # Ended in good order, it has written what it had read: what was named must be there, once.
    heard = [json.loads(line) for line in (tmp_path / "heard").read_text("utf-8").splitlines()]
    assert done == [facts.id for facts in sent]
    mine = [one for one in heard if one["program"] == "garde"]
    assert [one["data"].split('"')[1] for one in mine] == done
    for one in mine:
        assert (one["facility"], one["severity"], one["msgid"]) == ("audit", "err", "finding.opened")
        assert one["data"].startswith("[garde@32473 id=") and one["data"].endswith("]")
        text = one["text"].strip().removeprefix("\ufeff")
        if form == "ecs":
            assert json.loads(text)["event"]["id"] in done
        else:
            assert text.startswith("CEF:0|Garde|Garde|") and text.endswith(f"cs4={FACTS.link}")
