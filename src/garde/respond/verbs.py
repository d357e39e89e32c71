"""Verbs: what an action may do, what it touches, and the order to a person where nothing here can do it.

Question: how far does this reach, what takes it back, and what is a person told to do?
Reference: domain note 09 §6 (levels); DESIGN §2 rule 5. A verb without an undo is none: `parse` refuses it.

Example:
    >>> verbs()["cut"].touches, verbs()["cut"].undo
    ('path', 'mend')
    >>> verbs()["block"].said("en", "10.9.9.9")
    'Block 10.9.9.9'
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Annotated, Literal

import msgspec

from garde.model.rows import read
from garde.model.zones.action import Step
from garde.registry import Registry

Touches = Literal["nobody", "path", "peer", "name", "account", "device"]
Word = Annotated[str, msgspec.Meta(min_length=1)]


class Verb(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A row of verbs.toml.

    Attributes:
        name: stable.
        level: 0 to 5.
        touches: what is changed.
        undo: the verb that takes it back.
        fr, en: what it does.
        hand_fr, hand_en: the order to a person; back_fr, back_en: the order to take it back.
    """

    name: Word
    level: Annotated[int, msgspec.Meta(ge=0, le=5)]
    touches: Touches
    undo: Word
    fr: Word
    en: Word
    hand_fr: Word
    hand_en: Word
    back_fr: Word
    back_en: Word

    def said(self, language: str, target: str, other: str = "") -> str:
        """What it does, in French for ``fr``, else in English."""
        return _filled(self.fr if language == "fr" else self.en, target, other)

    def order(self, language: str, step: Step, *, back: bool = False) -> str:
        """What a person must do for a step, or must do to take it back."""
        french, english = (self.back_fr, self.back_en) if back else (self.hand_fr, self.hand_en)
        return _filled(
            french if language == "fr" else english,
            named(step.target, step.keys),
            named(step.other, step.other_keys) if step.other else "",
        )


def parse(text: str, file: str) -> Registry[Verb]:
    """The verbs of a text.

    Raises:
        Malformed: with file and line.
    """
    return Registry(*read(text, file, {"verb": Verb}, "verb")["verb"])


@cache
def verbs() -> Registry[Verb]:
    """The rows of verbs.toml."""
    return parse((resources.files("garde.respond") / "verbs.toml").read_text("utf-8"), "verbs.toml")


def named(target: str, keys: tuple[object, ...] = ()) -> str:
    """An object as a person reads it: its own name, and the addresses by which it is found.

    >>> named("ip:10.9.9.9/32"), named("device:d-1", ("ip:10.0.0.5", "mac:00:09:fb:00:00:01"))
    ('10.9.9.9', 'd-1 (10.0.0.5, 00:09:fb:00:00:01)')
    """
    name = target.partition(":")[2].removesuffix("/32").removesuffix("/128")
    found = [str(key).partition(":")[2] for key in keys if str(key).startswith(("ip:", "mac:"))]
    return f"{name} ({', '.join(found[:4])})" if found and found != [name] else name


def _filled(text: str, target: str, other: str) -> str:
    # No format(): a name that came from a device may hold braces.
    return text.replace("{target}", target).replace("{other}", other)
