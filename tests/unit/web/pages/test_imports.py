"""The GMAO's list: a dry run keeps nothing, the second step keeps what was shown."""

from __future__ import annotations

from tests.unit.web.pages.conftest import HOSTILE, Desk


def sent(desk: Desk, text: str, status: int = 200, **form: str) -> str:
    """Try a file."""
    files = {"file": ("list.csv", text.encode(), "text/csv")}
    answer = desk.client.post("/import", data={"verb": "try", **form}, files=files)
    assert answer.status_code == status
    return answer.text


def test_a_dry_run_keeps_nothing_and_a_second_step_keeps_it(desk: Desk) -> None:
    from bs4 import BeautifulSoup

    device = desk.called("model", "M3")
    text = f"MAC;Service\n{device.keys[0].value};Réa A\n00:11:22:33:44:99;Bloc\n"
    page = BeautifulSoup(sent(desk, text), "html.parser")
    assert [one.text for one in page.select(".numbers strong")][:2] == ["1", "1"]
    assert desk.words() == []
    carried = page.select_one("input[name=carried]")["value"]
    answer = desk.client.post("/import", data={"verb": "keep", "carried": carried, "map": ""})
    assert answer.status_code == 200
    assert desk.words() and desk.called("ward", "Réa A").id == device.id


def test_hostile_cells_and_lines_are_shown_and_not_obeyed(desk: Desk) -> None:
    shown = sent(desk, f'serial;Service\nSN-1;"{HOSTILE.replace(chr(34), chr(34) * 2)}"\n')
    assert "<script>alert" not in shown and "\u202e" not in shown


def test_no_file_and_a_broken_file_are_named(desk: Desk) -> None:
    assert "import.empty" in desk.client.post("/import", data={"verb": "try"}).text
    assert "import.carried" in desk.client.post("/import", data={"verb": "keep", "carried": "%%"}).text
    assert 'class="code"' in sent(desk, "MAC;Service\n", 422, map="nothing=Nowhere")
