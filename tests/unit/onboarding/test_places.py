"""The signed file: its form, and what is never installed."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from garde.errors import Malformed, Missing, Untrusted
from garde.keys.file import FileKeys
from garde.onboarding.places import NAME, OFFER, TRUSTED, Entry, Signature, head, install, offer, verify, written

NOBODY = Entry(mac="", content="u", given=(("Tunnel-Private-Group-Id", "999"),))
ONE = Entry(
    mac="00:09:fb:00:00:01", content="c", given=(("Cisco-AVPair", "a=b"), ("Cisco-AVPair", "c=d"), ("Class", "0x01"))
)


def test_the_form_of_the_file() -> None:
    proved = Entry(mac=ONE.mac, subject="/C=FR/CN=x", content="p")
    refused = Entry(mac="00:09:fb:00:00:02", content="r", accepted=False)
    assert written(7, [refused, ONE, proved], NOBODY) == (
        "# Garde places 1 7 3\n"
        '00:09:fb:00:00:01 TLS-Client-Cert-Subject == "/C=FR/CN=x", Tmp-String-2 := "p"\n'
        '00:09:fb:00:00:01 Tmp-String-2 := "c"\n'
        '\tCisco-AVPair := "a=b",\n\tCisco-AVPair += "c=d",\n\tClass := 0x01\n'
        '00:09:fb:00:00:02 Tmp-String-2 := "r", Auth-Type := Reject\n'
        'DEFAULT Tmp-String-2 := "u"\n\tTunnel-Private-Group-Id := "999"\n'
    )


@pytest.mark.parametrize("hostile", ['a"b', "a%{User-Name}", "a\nDEFAULT", "a\\", "a`id`", "a'b", "é"], ids=range(7))
def test_what_would_mean_something_to_the_server_is_left_out(hostile: str) -> None:
    entries = [
        Entry(mac="00:09:fb:00:00:01", subject=hostile, content="c"),
        Entry(mac="00:09:fb:00:00:02", content="c", given=(("Filter-Id", hostile),)),
    ]
    text = written(7, entries, NOBODY)
    assert "00:09:fb" not in text and head(text.encode()) == (7, 0)


@given(st.text(max_size=40), st.text(max_size=40))
def test_no_value_makes_another_line(subject: str, value: str) -> None:
    text = written(7, [Entry(mac="m", subject=subject, content="c", given=(("Filter-Id", value),))], NOBODY)
    assert sum(line[:1] not in ("\t", "#") for line in text.splitlines()) <= 2


@pytest.fixture
def keys(tmp_path: Path) -> FileKeys:
    made = FileKeys(str(tmp_path / "key.pem"))
    made.sign(b"")
    (tmp_path / TRUSTED).write_text(f"{made.name}\n")
    return made


def offered(folder: Path, keys: FileKeys, at: int = 7) -> None:
    offer(folder, written(at, [ONE], NOBODY), keys)


def test_what_garde_signed_is_installed(tmp_path: Path, keys: FileKeys) -> None:
    offered(tmp_path, keys)
    assert install(tmp_path) == (7, 1) == install(tmp_path)
    before = (tmp_path / NAME).stat().st_mtime
    offered(tmp_path, keys, 8)
    install(tmp_path)
    assert int((tmp_path / NAME).stat().st_mtime) > int(before), "the server compares whole seconds"


def test_an_older_file_never_replaces_a_newer_one(tmp_path: Path, keys: FileKeys) -> None:
    offered(tmp_path, keys, 8)
    install(tmp_path)
    offered(tmp_path, keys, 7)
    with pytest.raises(Untrusted, match="older"):
        install(tmp_path)
    assert head((tmp_path / NAME).read_bytes())[0] == 8


def test_another_key_or_another_file_is_refused(tmp_path: Path, keys: FileKeys) -> None:
    offered(tmp_path, keys)
    there = tmp_path / OFFER
    good, signature = (there / NAME).read_bytes(), (there / f"{NAME}.sig").read_bytes()
    with pytest.raises(Untrusted, match="not the one that was signed"):
        verify(good + b"x", signature, [keys.name])
    with pytest.raises(Untrusted, match="not trusted"):
        verify(good, signature, ["00" * 32])
    said = msgspec.json.decode(signature, type=Signature)
    for wrong in ("00" * 64, "00"):
        with pytest.raises(Untrusted, match="does not hold"):
            verify(good, msgspec.json.encode(msgspec.structs.replace(said, signature=wrong)), [keys.name])
    stranger = FileKeys(str(tmp_path / "stranger.pem"))
    offer(tmp_path, written(9, [ONE], NOBODY), stranger)
    with pytest.raises(Untrusted, match="not trusted"):
        install(tmp_path)
    assert not (tmp_path / NAME).exists()


@given(st.binary(max_size=80))
def test_any_bytes_are_a_signature_or_refused(signature: bytes) -> None:
    with pytest.raises((Malformed, Untrusted)):
        verify(b"", signature, ["00" * 32])


@given(st.binary(max_size=60))
def test_any_bytes_are_a_head_or_malformed(data: bytes) -> None:
    with pytest.raises(Malformed):
        head(data)


def test_nothing_offered_is_said(tmp_path: Path) -> None:
    with pytest.raises(Missing):
        install(tmp_path)
