"""Text that came from a device: shown, never obeyed.

Question: how does a page show what a stranger on the network typed?
Reference: HTML ``<bdi>``. Markup is escaped by the template engine, control and direction characters become symbols
(`garde.model.visible`), and long values are clipped with the whole value kept in a title.

Example:
    >>> str(bdi("<b>\\u202e"))
    '<bdi>&lt;b&gt;⟨U+202E⟩</bdi>'
"""

from __future__ import annotations

from typing import Final

from markupsafe import Markup, escape

from garde.model.visible import visible

#: Longest value shown in a list, in characters.
LONGEST: Final = 60


def bdi(text: str, most: int = LONGEST) -> Markup:
    """Device text as an isolated run of HTML; longer than ``most`` characters it is clipped, whole in its title."""
    shown = visible(text)
    if len(shown) <= most:
        return Markup("<bdi>{}</bdi>").format(shown)
    return Markup('<bdi title="{}">{}…</bdi>').format(escape(shown), shown[: most - 1])
