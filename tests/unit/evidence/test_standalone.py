"""The stand-alone verifier: Ed25519 and MessagePack as their standards and the libraries have them."""

from __future__ import annotations

import ast
import base64
import hashlib
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from garde.evidence import standalone
from garde.evidence.standalone import L, main, point, signed, unpack

#: RFC 8032 §7.1: public key, message, signature.
VECTORS = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        b"",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24"
        "655141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        b"\x72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aee"
        "b00d291612bb0c00",
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        b"\xaf\x82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28d"
        "c027beceea1ec40a",
    ),
    (
        "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
        hashlib.sha512(b"abc").digest(),
        "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17a"
        "d9bef1177331a704",
    ),
]


@pytest.mark.parametrize(("public", "message", "signature"), VECTORS)
def test_the_vectors_of_the_standard_verify(public: str, message: bytes, signature: str) -> None:
    key, made = bytes.fromhex(public), bytes.fromhex(signature)
    assert signed(key, message, made)
    assert not signed(key, message + b"x", made)
    assert not signed(key, message, made[:-1])
    assert not signed(key[:-1], message, made)
    # §5.1.7: S must be below L, or one signature would have many forms.
    large = int.from_bytes(made[32:], "little") + L
    assert not signed(key, message, made[:32] + large.to_bytes(32, "little"))


def test_octets_that_are_no_point_are_refused() -> None:
    assert point(b"\xff" * 32) is None
    assert point((2).to_bytes(32, "little")) is None
    assert not signed((2).to_bytes(32, "little"), b"", bytes(64))
    # x = 0 with its sign set is no encoding (§5.1.3 step 4).
    assert point((1 | 1 << 255).to_bytes(32, "little")) is None


@settings(max_examples=40, deadline=None)
@given(st.binary(min_size=32, max_size=32), st.binary(max_size=60), st.integers(0, 511))
def test_it_agrees_with_the_library(seed: bytes, message: bytes, bit: int) -> None:
    key = Ed25519PrivateKey.from_private_bytes(seed)
    public, signature = key.public_key().public_bytes_raw(), bytearray(key.sign(message))
    assert signed(public, message, bytes(signature))
    signature[bit // 8] ^= 1 << bit % 8
    assert not signed(public, message, bytes(signature))


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(1 << 63), (1 << 64) - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=300)
    | st.binary(max_size=300),
    lambda inner: st.lists(inner, max_size=20) | st.dictionaries(st.text(max_size=40), inner, max_size=20),
    max_leaves=40,
)


@settings(max_examples=200, deadline=None)
@given(VALUES)
def test_messagepack_is_read_as_json_shows_it(value: Any) -> None:
    packed = msgspec.msgpack.encode(value)
    assert unpack(packed) == msgspec.json.decode(msgspec.json.encode(value))
    for cut in {0, len(packed) // 2, len(packed) - 1}:
        with pytest.raises(ValueError):  # noqa: PT011 (what a cut leaves may end anywhere)
            unpack(packed[:cut])


@given(st.binary(max_size=60))
def test_any_octets_are_read_or_refused(data: bytes) -> None:
    try:
        unpack(data)
    except ValueError:
        pass
    except RecursionError:  # pragma: no cover
        pytest.fail("nested without end")


def test_large_and_odd_values() -> None:
    assert unpack(b"\xc4\x02\x01\x02") == base64.b64encode(b"\x01\x02").decode()
    assert unpack(b"\x81\x05\x06") == {"5": 6}
    assert unpack(b"\xcb\x7f\xf0\x00\x00\x00\x00\x00\x00") is None
    for refused in (b"\xd4\x01\x00", b"\xc1", b"\x01\x01", b"\x91" * 200 + b"\x01"):
        with pytest.raises(ValueError):  # noqa: PT011
            unpack(refused)


def test_it_imports_the_standard_library_alone() -> None:
    tree = ast.parse(Path(standalone.__file__).read_text("utf-8"))
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.partition(".")[0] for name in names} <= sys.stdlib_module_names


def test_both_languages_say_the_same() -> None:
    assert standalone.WORDS["fr"].keys() == standalone.WORDS["en"].keys()


@pytest.mark.parametrize(("words", "code"), [(["--what"], 2), (["a", "b"], 2), (["absent.garde"], 1)])
def test_exit_codes(words: list[str], code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(words) == code


def test_a_file_that_is_no_archive_does_not_verify(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "x.garde").write_bytes(b"PK no archive")
    assert main([str(tmp_path / "x.garde")]) == 3
    (tmp_path / "folder").mkdir()
    assert main([str(tmp_path / "folder")]) == 3
    assert "manifest.json" in capsys.readouterr().out
