"""Issue 6, acceptance 7: bad feeds are refused with file and place, and what was imported yesterday goes on serving.

Bad is malformed, huge, cyclic, a bomb, or of another schema.
"""

from __future__ import annotations

import gzip
import io
import json
import os
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from garde import judging
from garde.app import open_store
from garde.model.device import Claim, Device, Source
from garde.model.key import Key
from tests import feeds

MEMBER = "$.product_tree"


def changed(name: str, *path: Any, value: Any) -> bytes:
    document: Any = feeds.DOCUMENTS[name]()
    inner = document
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    return feeds.octets(document)


def related(*pairs: tuple[str, str, str]) -> list[dict[str, Any]]:
    return [
        {
            "category": "installed_on",
            "full_product_name": {"name": name, "product_id": name},
            "product_reference": part,
            "relates_to_product_reference": whole,
        }
        for name, part, whole in pairs
    ]


def branches(depth: int) -> list[dict[str, Any]]:
    inner: list[dict[str, Any]] = [{"category": "vendor", "name": "x"}]
    for _ in range(depth):
        inner = [{"category": "product_family", "name": "x", "branches": inner}]
    return inner


def nested(depth: int) -> list[dict[str, Any]]:
    inner: list[dict[str, Any]] = []
    for number in range(depth):
        inner = [{"type": "library", "name": f"c{number}", "components": inner}]
    return inner


def inflating(megabytes: int) -> bytes:
    packer = zlib.compressobj(9, wbits=31)
    return b"".join([*(packer.compress(bytes(1 << 20)) for _ in range(megabytes)), packer.flush()])


def workbook(megabytes: int, lies: bool = False) -> bytes:
    """A workbook whose one sheet is blanks; one that ``lies`` says in its directory that it is small."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/worksheets/sheet1.xml", b" " * (megabytes << 20))
    data = held.getvalue()
    return data.replace((megabytes << 20).to_bytes(4, "little"), (9).to_bytes(4, "little")) if lies else data


ENTITIES = (
    b'<?xml version="1.0"?><!DOCTYPE bom [<!ENTITY a "aaaaaaaaaa">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9))
    + b']><bom xmlns="http://cyclonedx.org/schema/bom/1.5">&j;</bom>'
)
BAD: dict[str, Callable[[], bytes]] = {
    "empty.json": lambda: b"",
    "cut.json": lambda: feeds.octets(feeds.csaf())[:-9],
    "text.json": lambda: b'{"document": nothing}',
    "latin.json": lambda: '{"document": "é"}'.encode("latin-1"),
    "list.json": lambda: b"[1, 2]",
    "number.json": lambda: b'{"document": 1e999}',
    "nesting.json": lambda: b'{"document":' + b'{"a":' * 200_000 + b"1" + b"}" * 200_001,
    "lists.json": lambda: b'{"document":' + b"[" * 200_000 + b"]" * 200_000 + b"}",
    "csaf-other-version.json": lambda: changed("csaf", "document", "csaf_version", value="2.1"),
    "csaf-self.json": lambda: changed("csaf", "product_tree", "relationships", value=related(("C", "C", "A"))),
    "csaf-circle.json": lambda: changed(
        "csaf", "product_tree", "relationships", value=related(("C", "D", "A"), ("D", "C", "A"))
    ),
    "csaf-deep.json": lambda: changed("csaf", "product_tree", "branches", value=branches(31)),
    "csaf-wrong-score.json": lambda: changed(
        "csaf", "vulnerabilities", 0, "scores", 0, "cvss_v3", "baseScore", value=1.0
    ),
    "cyclonedx-deep.json": lambda: changed("cyclonedx", "components", value=nested(60)),
    "cyclonedx-schema.json": lambda: changed("cyclonedx", "components", value=[{"type": "pump", "name": "x"}]),
    "cyclonedx-version.json": lambda: changed("cyclonedx", "specVersion", value="9.9"),
    "spdx-twice.json": lambda: changed(
        "spdx", "packages", value=[{"SPDXID": "SPDXRef-a", "name": "a", "downloadLocation": "NONE"}] * 2
    ),
    "kev-shape.json": lambda: changed("kev", "vulnerabilities", value={"cveID": "x"}),
    "openvex-shape.json": lambda: changed("openvex", "statements", value="none"),
    "cve-shape.json": lambda: changed("cve", "containers", value=[]),
    "nvd-shape.json": lambda: changed("nvd", "vulnerabilities", value=7),
    "bomb.json.gz": lambda: inflating(300),
    "damaged.gz": lambda: gzip.compress(feeds.octets(feeds.csaf()))[:40] + bytes(40),
    "cut.gz": lambda: gzip.compress(feeds.octets(feeds.csaf()))[:-12],
    "entities.xml": lambda: ENTITIES,
    "bomb.xlsx": lambda: workbook(100),
    "lying.xlsx": lambda: workbook(70, lies=True),
    "cut.xlsx": lambda: workbook(1)[:-30],
}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, list[dict[str, Any]]]:
    """A store with one device and yesterday's documents, and what is judged of it."""
    folder = tmp_path_factory.mktemp("served")
    url = f"sqlite:///{folder / 'garde.db'}"
    line = (Source("dicom.dataset", "core", 0.9, 1, 2, observation="o1"),)
    claims = {
        name: Claim(name, value, 0.95, line)
        for name, value in (("kind", "DEFIB"), ("manufacturer", "ZOLL"), ("model", "Dashboard"), ("software", "2.1"))
    }
    store = open_store(url)
    with store.begin() as unit:
        unit.put([Device(id="d-1", keys=(Key("ip", "10.0.0.1"),), kind="DEFIB", claims=claims)])
    store.close()
    for name in ("csaf", "kev"):
        (folder / f"{name}.json").write_bytes(feeds.octets(feeds.DOCUMENTS[name]()))
    done = judging.imported([folder / "csaf.json", folder / "kev.json"], store=url, config=None)
    assert not done.refused
    return url, records(url)


def records(url: str) -> list[dict[str, Any]]:
    return [judging.as_record(one) for one in judging.scored(store=url, config=None)]


@pytest.mark.parametrize("name", list(BAD))
def test_a_bad_feed_is_refused_with_file_and_place_and_yesterday_serves(
    name: str, served: tuple[str, list[dict[str, Any]]], tmp_path: Path
) -> None:
    url, before = served
    (tmp_path / name).write_bytes(BAD[name]())
    done = judging.imported([tmp_path], store=url, config=None)
    assert (done.kept, done.by) == (0, {})
    (refused,) = done.refused
    assert Path(refused["file"]).name == name and refused["place"] and refused["why"]
    assert "Traceback" not in json.dumps(done.refused)
    assert records(url) == before and before[0]["risk"] > 0


def test_what_is_no_file_or_has_no_end_is_refused(served: tuple[str, list[dict[str, Any]]], tmp_path: Path) -> None:
    url, before = served
    os.mkfifo(tmp_path / "pipe")
    with (tmp_path / "huge.json").open("wb") as file:
        file.truncate(judging.LARGEST + 1)
    paths = [tmp_path / name for name in ("pipe", "huge.json", "absent.json")]
    done = judging.imported(paths, store=url, config=None)
    assert [Path(one["file"]).name for one in done.refused] == ["pipe", "huge.json", "absent.json"]
    assert all(one["place"] and one["why"] for one in done.refused) and records(url) == before


def test_one_bad_feed_among_good_ones_keeps_none_of_them_back(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'garde.db'}"
    open_store(url).close()
    folder = tmp_path / "feeds"
    folder.mkdir()
    for name in ("csaf", "kev", "cve", "openvex"):
        (folder / f"{name}.json").write_bytes(feeds.octets(feeds.DOCUMENTS[name]()))
    (folder / "a-first.json").write_bytes(BAD["csaf-circle.json"]())
    done = judging.imported([folder], store=url, config=None)
    assert set(done.by) == {"csaf", "kev", "cve", "openvex"} and len(done.refused) == 1
    assert "6.1.3" in done.refused[0]["place"] and MEMBER in done.refused[0]["place"]
