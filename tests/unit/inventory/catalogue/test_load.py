import msgspec
import pytest

from garde.errors import Malformed
from garde.inventory.catalogue.load import parse


class Colour(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    weight: float = 1.0


@pytest.mark.parametrize(
    ("text", "where", "hint"),
    [
        ('[[colour]]\nname = "a"\n\n[[colour]]\nweigth = 1.0', "c.toml, line 5", "weight"),
        ('[[colour]]\nname = "a"\nweight = "heavy"', "c.toml, line 3", ""),
        ("[[colour]]\nweight = 1.0", "c.toml, line 1", ""),
        ('[[color]]\nname = "a"', "c.toml, line 1", "colour"),
        ("[[colour", "c.toml", ""),
    ],
)
def test_an_error_names_file_line_and_suggestion(text: str, where: str, hint: str) -> None:
    with pytest.raises(Malformed) as caught:
        parse(text, "c.toml", "colour", Colour)
    assert caught.value.where == where
    assert hint in caught.value.hint


def test_rows_keep_their_order() -> None:
    assert [row.name for row in parse('[[colour]]\nname="b"\n[[colour]]\nname="a"', "c.toml", "colour", Colour)] == [
        "b",
        "a",
    ]
