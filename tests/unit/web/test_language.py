"""Both languages are complete, and each is written as its readers write."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from garde.errors import Missing
from garde.inventory.kinds import kinds
from garde.model.catalogue import attributes, sources
from garde.model.decision import OF_DEVICES, OF_FINDINGS, OF_PLATFORM
from garde.model.finding import KINDS as FINDINGS
from garde.model.finding import STATUSES
from garde.model.key import KINDS
from garde.web.language import CODES, Language, choose, sentences
from garde.web.pages.ward import PROBLEMS

WEB = Path(__file__).parents[3] / "src" / "garde" / "web"
#: A sentence in a call of ``t``, and a list of words that a template chooses among.
CALL = re.compile(r"""\bt\(\s*(?:"([^"]+)"|'([^']+)')""")
ERROR = re.compile(r"""(?:Malformed|Refused|Missing|Conflict)\(\s*"([a-z.-]+)",\s*f?"([^"]*)"(?:,\s*hint="([^"]*)")?""")
MINUTE = 60 * 10**9
#: Errors that pages show and that other packages raise.
ELSEWHERE = (
    "gate.py",
    "inventory/saying.py",
    "inventory/reconcile.py",
    "report/why.py",
    "report/press.py",
    "pipeline/actions/agreeing.py",
    "pipeline/zones/admitting.py",
    "pipeline/zones/drafting.py",
    "pipeline/reports.py",
    "pipeline/risk/assessing.py",
    "respond/life.py",
    "risk/criticality.py",
    "risk/matrix.py",
    "risk/money.py",
    "risk/package.py",
    "risk/roadmap.py",
    "risk/treatment.py",
    "zones/draft.py",
    "zones/onboarding.py",
)


def said() -> set[str]:
    """Every sentence that templates and charts say; those that end with a dot are the beginning of a slug."""
    files = [*(WEB / "templates").rglob("*.html"), *(WEB / "charts").glob("*.py")]
    found = [pair for file in files for pair in CALL.findall(file.read_text("utf-8"))]
    return {first or second for first, second in found}


def slugs() -> set[str]:
    """Every word that the code names by a slug."""
    outcomes = ("signed-in", "signed-out", "refused", "locked", "expired")
    verbs = {
        *OF_DEVICES,
        *OF_FINDINGS,
        *OF_PLATFORM,
        *outcomes,
        "seen.first",
        "seen.last",
        "learnt",
        "judged",
        "judged.over",
        "issued",
    }
    codes = (
        "stage",
        "break",
        "step",
        "message",
        "error",
        "login",
        "origin",
        "failures",
        "ward",
        "problem",
        "words",
        "place",
        "by",
        "sensor",
        "class",
        "expected",
        "observed",
        "peer",
    )
    return (
        {f"verb.{verb}" for verb in verbs}
        | {f"key.{kind}" for kind in KINDS}
        | {f"source.{name}" for name in sources()}
        | {f"response.{kind.response}" for kind in kinds().values()}
        | {f"finding.{kind}" for kind in FINDINGS}
        | {f"status.{status}" for status in STATUSES}
        | {f"problem.{problem}" for problem in PROBLEMS}
        | {f"reason.{code}" for code in codes}
    )


def test_the_templates_speak() -> None:
    assert len(said()) > 100


def test_every_sentence_has_its_french() -> None:
    beginnings = {text for text in said() if text.endswith(".") and " " not in text}
    assert beginnings == {"verb.", "key.", "response.", "error.", "finding.", "status.", "problem.", "reason."}
    assert said() - beginnings - sentences("fr").keys() == set()


@pytest.mark.parametrize("code", CODES)
def test_every_slug_has_its_word(code: str) -> None:
    assert slugs() - sentences(code).keys() == set()


def test_every_error_of_a_page_has_its_french() -> None:
    french = sentences("fr")
    source = [*WEB.rglob("*.py"), *(WEB.parent / name for name in ELSEWHERE)]
    source += [*(WEB.parent / "people").glob("*.py"), WEB.parent / "findings" / "life.py"]
    found = [match for file in source for match in ERROR.findall(file.read_text("utf-8"))]
    assert len(found) > 15
    assert [code for code, what, _ in found if f"error.{code}" not in french and what not in french] == []
    assert [hint for _, _, hint in found if hint and " " in hint and "{" not in hint and hint not in french] == []


def test_no_sentence_of_the_catalogue_is_dead() -> None:
    text = "".join(file.read_text("utf-8") for file in [*WEB.rglob("*.html"), *WEB.rglob("*.py")])
    text += "".join((WEB.parent / name).read_text("utf-8") for name in ELSEWHERE)
    text += "".join(
        file.read_text("utf-8") for name in ("people", "findings") for file in (WEB.parent / name).glob("*.py")
    )
    dead = {key for key in sentences("fr") if key not in text and not key.startswith("error.")}
    assert dead - slugs() == set()


def test_both_catalogues_keep_the_placeholders() -> None:
    for key, text in sentences("fr").items():
        assert set(re.findall(r"{\w+}", key)) == set(re.findall(r"{\w+}", text)), key


def test_registries_speak_both_languages() -> None:
    rows = [*attributes().values(), *kinds().values()]
    assert [row.name for row in rows if not row.fr.strip() or not row.en.strip()] == []


def test_french_spaces() -> None:
    assert Language("fr")("Why are they two?") == "Pourquoi sont-ils deux\u202f?"
    assert Language("fr").number(1234567) == "1\u202f234\u202f567"
    assert Language("en").number(1234567) == "1,234,567"


@pytest.mark.parametrize(
    ("cookie", "accept", "code"),
    [
        ("fr", "en", "fr"),
        ("xx", "fr-FR,fr;q=0.9,en;q=0.8", "fr"),
        ("", "en;q=0.2,fr;q=0.8", "fr"),
        ("", "de,es;q=zz", "en"),
        ("", "", "en"),
    ],
)
def test_the_language_of_a_person(cookie: str, accept: str, code: str) -> None:
    assert choose(cookie, accept).code == code


def test_how_long_ago() -> None:
    french = Language("fr")
    assert french.ago(0, 3 * MINUTE) == "il y a 3 minutes"
    assert french.ago(0, 2000 * MINUTE) == "01/01/1970 00:00"
    assert french.ago(5 * MINUTE, 0) == "01/01/1970 00:05"
    assert french.moment(10**30) == str(10**30)


def test_an_error_speaks_the_readers_language() -> None:
    error = Missing("device.unknown", "No device answers to 'x'")
    assert Language("fr").error(error) == "Aucun dispositif ne répond à cette adresse"
    assert Language("en").error(error) == "No device answers to 'x'"
