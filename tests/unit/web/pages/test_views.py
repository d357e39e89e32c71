"""Lists that a person keeps under a name, and that nobody else sees."""

from __future__ import annotations

from pathlib import Path

from garde.model.person import Grant
from tests.pages import Reader, hospital

HERE = {"sec-fetch-site": "same-origin"}


def test_a_view_is_kept_replaced_and_removed_by_its_person(tmp_path: Path) -> None:
    with hospital(tmp_path, demonstration=False) as site:
        readers = []
        for login in ("anna", "bruno"):
            person = site.register.add("t", 1, login=login, name=login, grants=(Grant("biomedical"),))
            readers.append(Reader(site))
            assert site.door is not None
            readers[-1].cookies["garde"] = site.door.open(person, "password", origin="t", agent="", now=site.now())
        anna, bruno = readers
        kept = anna.post("/views", data={"name": "My pumps", "address": "/devices?kind=INF_SYR"}, headers=HERE)
        assert kept.headers["location"] == "/devices?kind=INF_SYR"
        anna.post("/views", data={"name": "My pumps", "address": "/devices?kind=CT"}, headers=HERE)
        links = anna.page("/devices").select(".views li a")
        assert [(link.text, link["href"]) for link in links] == [("My pumps", "/devices?kind=CT")]
        assert not bruno.page("/devices").select(".views li")
        button = anna.page("/devices").select_one(".views button[name=remove]")
        assert button is not None
        bruno.post("/views", data={"remove": str(button["value"]), "address": "/devices"}, headers=HERE)
        assert anna.page("/devices").select(".views li")
        anna.post("/views", data={"remove": str(button["value"]), "address": "/devices"}, headers=HERE)
        assert not anna.page("/devices").select(".views li")
        refused = anna.post("/views", data={"name": " ", "address": "//evil.test"}, headers=HERE)
        assert refused.status_code == 403
