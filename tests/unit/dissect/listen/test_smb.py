"""SMB: a share heard to its end, in both generations, and where nothing can be heard."""

from __future__ import annotations

from garde.dissect.listen.smb import SMB
from tests.lookouts import Listening


def test_grooming_and_encryption() -> None:
    play = Listening(SMB, 445)
    data = b"\0\0\xff\xf7\xfeSMB" + bytes(60)
    assert play.likely(data) >= 0.9
    play.client(data)
    assert play.kinds() == ["smb.groom"]
    play = Listening(SMB, 445)
    play.client(b"\0\0\0\x40\xfdSMB" + bytes(60))
    assert play.ear.done


def test_other_streams_are_none() -> None:
    assert Listening(SMB, 445).likely(b"GET / HTTP/1.1\r\n\r\n") == 0.0
