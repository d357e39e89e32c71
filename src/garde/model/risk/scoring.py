"""Scoring: what a person says a device, or a group of devices, matters under one criterion of a grid.

Question: who said that this ward's ventilators have no substitute, in which role, and by which sheet?
Reference: domain note 03 §1.1; DESIGN §2 rule 3 (what a person says is a message).

Example:
    >>> one = Scoring(id="s", at=0, grid="CRIT-DMC 1", criterion="C3", value=4, person="k.morel", role="biomedical",
    ...               reach=Reach(model="Evita V500", ward="Réa A"))
    >>> one.reach.narrowness
    2
"""

from __future__ import annotations

import msgspec

from garde.model.message import Message


class Reach(msgspec.Struct, frozen=True, gc=False):
    """The devices meant: those that have all the words given; an empty word is any.

    Attributes:
        device: id of one device; the other words then say nothing.
        model, ward, kind: as the claims of the device have them.
    """

    device: str = ""
    model: str = ""
    ward: str = ""
    kind: str = ""

    @property
    def narrowness(self) -> int:
        """Orders reaches: what is said of one device goes before what is said of a group, two words before one."""
        return 4 if self.device else sum(map(bool, (self.model, self.ward, self.kind)))


class Scoring(Message, frozen=True, kw_only=True):
    """A person's word about one criterion.

    Attributes:
        grid: name and version of the grid whose sheet was answered.
        criterion: name in that grid.
        value: as the grid counts, or None: contested without another value.
        person: login of who said it.
        role: in which role: one of the grid's quorum, or another.
        reach: the devices meant.
        reason: in the person's own words.
    """

    grid: str
    criterion: str
    value: int | None
    person: str
    role: str
    reach: Reach
    reason: str = ""
