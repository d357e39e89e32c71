"""The window forgets by age and by number."""

from __future__ import annotations

from garde.detect.window import Window


def test_what_is_too_old_is_gone() -> None:
    window: Window[str] = Window(span=10)
    for at in (0, 5, 11):
        window.add("a", at, str(at))
    assert [what for _, what in window["a"]] == ["5", "11"]
    assert window["b"] == ()


def test_the_thing_untouched_longest_goes_first_and_each_is_bounded() -> None:
    window: Window[int] = Window(span=100, most=2, each=3)
    for name in ("a", "b", "a", "c"):
        window.add(name, 1, 0)
    assert len(window) == 2 and window["b"] == () and window["a"]
    for number in range(9):
        window.add("c", 1, number)
    assert [what for _, what in window["c"]] == [6, 7, 8]
    window.drop("c")
    assert window["c"] == ()
