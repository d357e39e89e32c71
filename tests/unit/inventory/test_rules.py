import pytest

from garde.errors import Malformed
from garde.inventory import rules
from garde.inventory.rules import Rule, compiled, hits, problems


def test_the_catalogue_has_no_mistake() -> None:
    assert problems() == []
    assert len(rules.rules()) > 200


@pytest.mark.parametrize(
    ("pattern", "value", "holds"),
    [("abc", "ABC", True), ("abc", "abcd", False), ("abc*", "abcd", True), ("*abc", "xabc", True),
     ("*abc", "abcx", False),
     ("*abc*", "xabcx", True), ("a*c", "abbc", True), ("*", "", True), ("a.c", "abc", False), ("~^a.c$", "ABC", True)],
)  # fmt: skip
def test_patterns(pattern: str, value: str, holds: bool) -> None:
    assert (compiled(pattern)(value) is not None) is holds


def test_a_pattern_that_is_none_is_named() -> None:
    with pytest.raises(Malformed, match="is not a pattern"):
        compiled("~(")


def names(**values: list[str]) -> set[str]:
    return {hit.rule.name for hit in hits({name.replace("__", "."): said for name, said in values.items()})}


def test_all_conditions_must_hold_and_none_of_the_exceptions() -> None:
    assert "dicom.archive" in names(dicom__role=["storage-scp", "query-scp"])
    assert "dicom.archive" not in names(dicom__role=["query-scp"])
    assert "dicom.ct" in names(dicom__modality=["CT"])
    assert "dicom.ct" not in names(dicom__modality=["CT"], dicom__role=["storage-scp"])


def test_a_named_text_becomes_the_conclusion() -> None:
    [hit] = [hit for hit in hits({"smb.native_os": ["Windows 7 Professional 7601 Service Pack 1"]}) if hit.rule.os]
    assert hit.conclusion("os") == "Windows 7"
    assert hit.evidence == (("smb.native_os", "Windows 7 Professional 7601 Service Pack 1"),)


def test_mistakes_that_the_schema_cannot_see_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = Rule(name="x", when={"hostnam": ["~(", "PC-[0-9]"]}, weight=1.5, kind="TOASTER")
    monkeypatch.setattr(rules, "rules", lambda: (wrong, Rule(name="x", when={}, weight=0.5)))
    found = "\n".join(rules.problems())
    for part in (
        "share this name",
        "TOASTER",
        "1.5",
        "'hostnam' is not in",
        "is not a pattern",
        "begin it with ~",
        "concludes nothing",
        "when is empty",
    ):
        assert part in found, part
