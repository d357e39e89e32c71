"""Score: compare the devices that were found with those that are there.

Question: how many were found exactly, how many were taken for something else, and how sure was the error?
Reference: issue 2, acceptance 4 and 5; the JSON contract of ``garde replay --format json``. A true device is found
*exactly* when one record holds its keys and none of another's. ``unknown`` is a right answer for a device that says
nothing of its kind, and never a confident error.

Example:
    >>> true = [{"id": "t-1", "observable": True, "keys": [{"kind": "mac", "value": "00:09:fb:00:00:01"}],
    ...          "kind": "CT", "evident": True, "maker": "", "model": "", "serial": "", "speaks": []}]
    >>> found = [{"id": "d-1", "keys": true[0]["keys"], "kind": "CT", "claims": {}}]
    >>> card = score(found, true)
    >>> card.exact, card.macro_f1, card.wrong
    (True, 1.0, 0.0)
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

Record = Mapping[str, Any]

UNKNOWN: Final = "unknown"
#: Keys that name one thing; an address that changed hands names nobody by itself.
_STRONG: Final = ("mac", "eui64", "serial", "udi", "equipment")


class Card(NamedTuple):
    """The result of a comparison.

    Attributes:
        devices: how many there are to find; found: how many records hold one of them.
        missing, split, merged: ids of true devices that no record holds, that several hold, or that share one.
        phantoms: ids of records that hold no true device.
        confusion: (true kind, claimed kind) → how many.
        macro_f1: over the kinds of devices whose kind is evident from what they say.
        strict_f1: the same over all devices, the silent ones included.
        wrong: share of devices whose record claims a kind other than ``unknown`` that is not theirs.
        fields: attribute → (right, wrong, absent) over devices that tell it.
        attributed: protocol → share of the devices speaking it of which it says something.
    """

    devices: int
    found: int
    missing: tuple[str, ...]
    split: tuple[str, ...]
    merged: tuple[str, ...]
    phantoms: tuple[str, ...]
    confusion: dict[tuple[str, str], int]
    macro_f1: float
    strict_f1: float
    wrong: float
    fields: dict[str, tuple[int, int, int]]
    attributed: dict[str, float]

    @property
    def exact(self) -> bool:
        """Every device once, and nothing else."""
        return not (self.missing or self.split or self.merged or self.phantoms)

    @property
    def summary(self) -> str:
        """The figures without the matrix."""
        return "\n".join(_figures(self))

    def __str__(self) -> str:
        return "\n".join((*_figures(self), *_matrix(self)))


def score(found: Sequence[Record], truth: Iterable[Record]) -> Card:
    """Compare records of the JSON contract with the rows of a truth file."""
    true = [row for row in truth if row["observable"]]
    holders, held = _match(found, true)
    best = {row["id"]: found[holders[row["id"]][0]] for row in true if holders[row["id"]]}
    evident = [row for row in true if row.get("evident", True)]
    wrong = sum(1 for row in true if _kind(best.get(row["id"])) not in (UNKNOWN, row["kind"]))
    return Card(
        devices=len(true),
        found=len(best),
        missing=tuple(row["id"] for row in true if not holders[row["id"]]),
        split=tuple(row["id"] for row in true if len(holders[row["id"]]) > 1),
        merged=tuple(sorted({one for ids in held.values() if len(ids) > 1 for one in ids})),
        phantoms=tuple(record["id"] for number, record in enumerate(found) if number not in held),
        confusion=dict(Counter((row["kind"], _kind(best.get(row["id"]))) for row in true)),
        macro_f1=_macro_f1(evident, best),
        strict_f1=_macro_f1(true, best),
        wrong=wrong / len(true) if true else 0.0,
        fields={name: _field(true, best, name, attribute) for name, attribute in _FIELDS.items()},
        attributed=_attributed(true, best),
    )


_FIELDS: Final = {"maker": "manufacturer", "model": "model", "serial": "serial"}


def _match(found: Sequence[Record], true: Sequence[Record]) -> tuple[dict[str, list[int]], dict[int, list[str]]]:
    """True id → numbers of records that hold it, the best first; and record number → true ids."""
    index: dict[tuple[str, str], list[int]] = defaultdict(list)
    for number, record in enumerate(found):
        for key in record["keys"]:
            index[key["kind"], _plain(key["kind"], key["value"])].append(number)
    holders: dict[str, list[int]] = {}
    held: dict[int, list[str]] = defaultdict(list)
    for row in true:
        keys = [(key["kind"], _plain(key["kind"], key["value"])) for key in row["keys"]]
        strong = [key for key in keys if key[0] in _STRONG]
        numbers = Counter(number for key in strong or keys for number in set(index.get(key, ())))
        holders[row["id"]] = [number for number, _ in numbers.most_common()]
        for number in numbers:
            held[number].append(row["id"])
    return holders, held


def _plain(kind: str, value: str) -> str:
    """The spelling under which keys meet: addresses without signs, of serial number and serial line the last part."""
    value = value.casefold()
    if kind in ("mac", "eui64"):
        return "".join(c for c in value if c in "0123456789abcdef")
    if kind == "equipment":
        return value.rpartition("@")[2]
    return value.rpartition("|")[2].strip() if kind == "serial" else value


def _kind(record: Record | None) -> str:
    return str(record["kind"]) if record else UNKNOWN


def _macro_f1(true: Sequence[Record], best: Mapping[str, Record]) -> float:
    """The mean, over true kinds, of the harmonic mean of precision and recall."""
    right: Counter[str] = Counter()
    there: Counter[str] = Counter()
    claimed: Counter[str] = Counter()
    for row in true:
        kind = _kind(best.get(row["id"]))
        there[row["kind"]] += 1
        claimed[kind] += 1
        right[row["kind"]] += kind == row["kind"]
    scores = [2 * right[kind] / (there[kind] + claimed[kind]) for kind in there]
    return sum(scores) / len(scores) if scores else 0.0


def _values(record: Record, attribute: str) -> Iterator[str]:
    claim = record.get("claims", {}).get(attribute)
    if claim:
        yield claim["value"]


def _field(true: Sequence[Record], best: Mapping[str, Record], name: str, attribute: str) -> tuple[int, int, int]:
    right = wrong = absent = 0
    for row in true:
        if not row[name] or row["id"] not in best:
            continue
        value = next(_values(best[row["id"]], attribute), "")
        if not value:
            absent += 1
        elif _same(value, row[name]):
            right += 1
        else:
            wrong += 1
    return right, wrong, absent


def _same(left: str, right: str) -> bool:
    """Whether two spellings mean the same: one may hold the other, signs and case aside."""
    plain = ["".join(c for c in text.casefold().replace("ä", "ae") if c.isalnum()) for text in (left, right)]
    return plain[0] in plain[1] or plain[1] in plain[0]


def _attributed(true: Sequence[Record], best: Mapping[str, Record]) -> dict[str, float]:
    """Of the devices that speak a protocol, the share whose record has a source of that family."""
    speakers: Counter[str] = Counter()
    known: Counter[str] = Counter()
    for row in true:
        sources = set(_sources(best[row["id"]])) if row["id"] in best else set()
        for protocol in row.get("speaks", ()):
            speakers[protocol] += 1
            known[protocol] += protocol in sources
    return {protocol: known[protocol] / count for protocol, count in sorted(speakers.items())}


def _sources(record: Record) -> Iterator[str]:
    claims = [*record.get("claims", {}).values()]
    claims += [claim for name in ("values", "rivals") for many in record.get(name, {}).values() for claim in many]
    for claim in claims:
        for line in claim.get("sources", ()):
            yield line["dissector"].partition(".")[0]


def _figures(card: Card) -> Iterator[str]:
    yield f"devices {card.devices}, found {card.found}, exact {'yes' if card.exact else 'no'}"
    for name in ("missing", "split", "merged", "phantoms"):
        ids = getattr(card, name)
        if ids:
            yield f"  {name} {len(ids)}: {' '.join(ids[:12])}{' …' if len(ids) > 12 else ''}"
    yield f"kind: macro-F1 {card.macro_f1:.3f} (all devices {card.strict_f1:.3f}), confidently wrong {card.wrong:.2%}"
    for name, (right, wrong, absent) in card.fields.items():
        yield f"{name}: right {right}, wrong {wrong}, absent {absent}"
    for protocol, share in card.attributed.items():
        yield f"{protocol}: attributed {share:.1%}"


def _matrix(card: Card) -> Iterator[str]:
    kinds = sorted({true for true, _ in card.confusion})
    yield f"{'kind':12} {'there':>6} {'right':>6}  taken for"
    for kind in kinds:
        row = {claimed: n for (true, claimed), n in card.confusion.items() if true == kind}
        others = ", ".join(f"{claimed} {n}" for claimed, n in sorted(row.items()) if claimed != kind)
        yield f"{kind:12} {sum(row.values()):6} {row.get(kind, 0):6}  {others}"
