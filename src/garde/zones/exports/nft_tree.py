"""nft's text as tables, sets, maps and chains, in one spelling.

Question: do two nftables texts say the same, whoever wrote them and whatever their counters stand at?
Reference: nft(8) of nftables 1.0, the parts that `garde.zones.exports.nftables` writes and ``nft list`` shows. Numbers
that nft may show by name have one spelling here; what a counter counted is left out. Left out: ``include``, variables,
and commands (``add``, ``delete``), which no listing has.

Example:
    >>> tree = read('table inet garde { chain a { ip dscp set af21; counter packets 5 bytes 9 accept } }', "garde")
    >>> tree.chains
    {'a': ('ip dscp set 18', 'counter accept')}
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import msgspec

from garde.errors import Malformed
from garde.zones.exports.neutral import decoded, unlike

_WORD = re.compile(r'"[^"\n]*"|#[^\n]*|[{};,\n]|[^\s{};,"#]+|"')
#: How deep braces may stand in each other.
_DEPTH = 8
_STATES = {"0x1": "invalid", "0x2": "established", "0x4": "related", "0x8": "new", "0x40": "untracked"}
_PROTOCOLS = {
    "6": "tcp", "17": "udp", "1": "icmp", "58": "ipv6-icmp", "icmpv6": "ipv6-icmp", "dccp": "33", "gre": "47",
    "esp": "50", "ah": "51", "comp": "108", "sctp": "132", "udplite": "136",
}  # fmt: skip
_DSCP = {
    "be": 0, "df": 0, "lephb": 1, "ef": 46, "va": 44, **{f"cs{n}": 8 * n for n in range(8)},
    **{f"af{n}{drop}": 8 * n + 2 * drop for n in range(1, 5) for drop in range(1, 4)},
}  # fmt: skip


class Table(msgspec.Struct, kw_only=True):
    """One table.

    Attributes:
        comment: of the table.
        comments: name of a set, map or chain → its comment.
        types: name of a set or map → its type and flags.
        elements: name of a set or map → its elements, as they stand.
        chains: name → its statements.
        others: statements of another kind.
    """

    comment: str = ""
    comments: dict[str, str] = {}
    types: dict[str, str] = {}
    elements: dict[str, tuple[str, ...]] = {}
    chains: dict[str, tuple[str, ...]] = {}
    others: list[str] = []


def differences(found: Table, expected: Table) -> list[str]:
    """What only the one says, and behind ``absent: `` what only the other does; comments and elements aside."""
    extra, absent = [], []
    for name in sorted(found.chains.keys() | found.types.keys() | expected.chains.keys() | expected.types.keys()):
        more, less = unlike(name, _held(found, name), _held(expected, name))
        extra += more
        absent += less
    return [*extra, *found.others, *(f"absent: {line}" for line in (*absent, *expected.others))]


def _held(table: Table, name: str) -> tuple[str, ...]:
    """What a chain or set of that name is; empty for none."""
    if name in table.chains:
        return ("chain", *table.chains[name])
    return ("set", table.types[name]) if name in table.types else ()


def read(text: str | bytes, name: str) -> Table | None:
    """The table ``inet NAME``; None when the text holds nothing at all.

    Raises:
        Malformed: it is no such text, or holds something else than that one table.
    """
    words = [word for word in _WORD.findall(decoded(text)) if not word.startswith("#")]
    statements = _Statements(words)
    found: Table | None = None
    for words in statements.up_to_end():
        if words != ["table", "inet", name, "{"] or found is not None:
            raise Malformed("nftables.table", f"{' '.join(words)[:80]!r} is not the one table inet {name}")
        found = _table(statements)
    return found


class _Statements:
    """Statements one after the other; a block's statements are read before what follows it."""

    def __init__(self, words: Sequence[str]) -> None:
        self._all = words
        self._next = 0

    def up_to_end(self, depth: int = 0) -> Iterator[list[str]]:
        """The statements up to the brace that closes this block, or the end of the text."""
        words: list[str] = []
        while self._next < len(self._all):
            word = self._all[self._next]
            self._next += 1
            if word in ("\n", ";"):
                if words:
                    yield words
                words = []
            elif word == "}":
                if not depth:
                    raise Malformed("nftables.brace", "A brace closes nothing", where=f"word {self._next}")
                if words:
                    yield words
                return
            elif word == "{" and words and words[0] in ("table", "chain", "set", "map"):
                yield [*words, "{"]
                words = []
            elif word == "{":
                words += self._braced(1)
            elif word == '"':
                raise Malformed("nftables.quote", "A quotation does not end", where=f"word {self._next}")
            else:
                words.append(word)
        if depth:
            raise Malformed("nftables.brace", "A block does not end")
        if words:
            yield words

    def _braced(self, depth: int) -> list[str]:
        """An anonymous set, braces included."""
        if depth > _DEPTH:
            raise Malformed("nftables.depth", f"Braces stand more than {_DEPTH} deep")
        words = ["{"]
        while self._next < len(self._all):
            word = self._all[self._next]
            self._next += 1
            if word == "{":
                words += self._braced(depth + 1)
            elif word == "}":
                return [*words, "}"]
            elif word != "\n":
                words.append(word)
        raise Malformed("nftables.brace", "A set does not end")


def _table(statements: _Statements) -> Table:
    table = Table()
    for words in statements.up_to_end(1):
        if len(words) == 3 and words[2] == "{" and words[0] in ("chain", "set", "map"):
            kind, name = words[:2]
            if name in table.chains or name in table.types:
                raise Malformed("nftables.twice", f"{name} stands twice")
            if kind == "chain":
                _chain(table, name, statements)
            else:
                _set(table, name, statements)
        elif words[-1] == "{":
            raise Malformed("nftables.block", f"{' '.join(words)[:80]!r} does not stand in a table")
        elif words[0] == "comment" and len(words) == 2:
            table.comment = words[1].strip('"')
        else:
            table.others.append(_spelt(words))
    return table


def _chain(table: Table, name: str, statements: _Statements) -> None:
    lines = []
    for words in statements.up_to_end(1):
        if words[-1] == "{" and words[0] in ("table", "chain", "set", "map"):
            raise Malformed("nftables.block", f"{' '.join(words)[:80]!r} does not stand in a chain")
        if words[0] == "comment" and len(words) == 2:
            table.comments[name] = words[1].strip('"')
        else:
            lines.append(_spelt(words))
    table.chains[name] = tuple(lines)


def _set(table: Table, name: str, statements: _Statements) -> None:
    kinds = []
    table.elements[name] = ()
    for words in statements.up_to_end(1):
        if words[-1] == "{" and words[0] in ("table", "chain", "set", "map"):
            raise Malformed("nftables.block", f"{' '.join(words)[:80]!r} does not stand in a set")
        if words[0] == "comment" and len(words) == 2:
            table.comments[name] = words[1].strip('"')
        elif words[:3] == ["elements", "=", "{"] and words[-1] == "}":
            inner = " ".join(words[3:-1]).split(",")
            table.elements[name] = tuple(" ".join(one.split()) for one in inner if one.strip())
        else:
            kinds.append(_spelt(words))
    table.types[name] = "; ".join(kinds)


def _spelt(words: list[str]) -> str:
    """A statement in one spelling."""
    out: list[str] = []
    rest = iter(range(len(words)))
    for index in rest:
        word, before = words[index], out[-1] if out else ""
        if word == "packets" and before == "counter" and words[index + 2 : index + 3] == ["bytes"]:
            for _ in range(3):
                next(rest, None)
        elif before == "l4proto":
            out.append(_PROTOCOLS.get(word, word))
        elif before == "priority":
            out.append({"filter": "0"}.get(word, word))
        elif before == "set" and out[-2:-1] == ["dscp"]:
            out.append(_number(_DSCP.get(word, word)))
        elif word in _STATES:
            out.append(_STATES[word])
        else:
            out.append({"and": "&", "or": "|"}.get(word, word))
    text = " ".join(out).replace(" , ", ",").replace("priority 0 + ", "priority ")
    return re.sub(r"(?<=ct state )[a-z,]+", lambda states: ",".join(sorted(states[0].split(","))), text)


def _number(word: str | int) -> str:
    """``0x12`` and 18 as ``18``."""
    text = str(word)
    return str(int(text, 16)) if re.fullmatch("0x[0-9a-f]{1,8}", text) else text
