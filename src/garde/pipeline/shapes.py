"""The table of nouns: how the store keeps each of them.

Question: which records lie in the store, under which id, and by which words are they found again?
Reference: DESIGN §5. A noun is a row here; the store itself knows none of them.

Example:
    >>> [shape.name for shape in SHAPES][0]
    'Device'
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from garde.inventory.describe import aliases
from garde.inventory.evidence import Interface
from garde.inventory.joins import found_by
from garde.model.decision import Decision
from garde.model.device import Device
from garde.model.finding import Finding
from garde.model.flow import Conversation
from garde.model.hour import Hour
from garde.model.message import Wakeup
from garde.model.notice import Notice, standing
from garde.model.person import Person, SavedView, Standing
from garde.model.photo import Photo
from garde.model.recording import Recording
from garde.model.rhythm import Rhythm
from garde.model.risk.matrix import Approval, Matrix
from garde.model.risk.naming import Naming
from garde.model.risk.scoring import Scoring
from garde.model.risk.treatment import Treatment
from garde.model.risk.vulnerability import Reading, Shelved
from garde.model.sensor import Sensor
from garde.model.zones.action import Action, Early, Freeze
from garde.model.zones.crossing import Crossing, crossing_id
from garde.model.zones.force import Force
from garde.model.zones.place import Onboarding, Seat
from garde.model.zones.zone import Policy
from garde.people.secret import Credential, Kiosk, Session, Token
from garde.pipeline.runner import Quarantined, Unsent
from garde.ports import Shape
from garde.respond.interlocks import WITHIN
from garde.risk.documents import products
from garde.vault.box import DataKey, Secret
from garde.zones.draft import Draft
from garde.zones.simulate import Simulation


def _id(record: Any) -> str:
    return str(record.id)


def _device_links(device: Any) -> Iterable[str]:
    """Its keys, and the id that each of them alone would give: an address sent before a merge still opens."""
    return (*(str(key) for key in device.keys), *aliases(device))


def _person_links(person: Any) -> Iterable[str]:
    """The login, and who they are at an identity provider."""
    return (f"login:{person.login}", *([f"subject:{person.subject}"] if person.subject else []))


def begun_in(ward: str, at: int) -> str:
    """The link under which the actions of a ward are found that were begun in the same ten minutes."""
    return f"begun:{at // WITHIN}:{ward}"


def _action_links(action: Any) -> Iterable[str]:
    """What it is about, what was begun in a ward of late, the open ones, and those that the agent is asked for."""
    links = [action.why, *filter(None, (action.device,))]
    if action.began_at:
        links.append(begun_in(action.ward, action.began_at))
    if action.open:
        links.append("open")
    if action.wants:
        links.append(f"wants:{action.wants}")
    return dict.fromkeys(links)


SHAPES: Final = (
    Shape(Device, _id, _device_links),
    Shape(Interface, _id, found_by),
    Shape(Finding, _id, lambda finding: (finding.device, finding.rule)),
    Shape(Decision, _id, lambda decision: (*(str(key) for key in decision.keys), decision.about)),
    Shape(Conversation, _id, lambda talk: (str(talk.source), str(talk.target))),
    Shape(Crossing, _id, lambda one: (crossing_id(one.day, one.source, one.target, ""),)),
    Shape(Wakeup, _id, lambda wakeup: (wakeup.stage,)),
    Shape(Notice, _id, lambda notice: (standing(notice.channel, notice.state), notice.about)),
    Shape(Recording, _id),
    Shape(Shelved, _id),
    Shape(Reading, lambda reading: str(reading.source.id), products),
    Shape(Scoring, _id),
    Shape(Naming, _id),
    Shape(Matrix, _id),
    Shape(Approval, _id, lambda said: (said.about,)),
    Shape(Treatment, _id, lambda said: (said.device,)),
    Shape(Sensor, _id),
    Shape(Hour, _id),
    Shape(Rhythm, _id),
    Shape(Action, _id, _action_links),
    Shape(Early, _id),
    Shape(Freeze, _id),
    Shape(Person, _id, _person_links),
    Shape(Credential, _id),
    Shape(Session, _id, lambda session: (session.person, f"ward:{session.ward}")),
    Shape(Token, _id, lambda token: (token.person,)),
    Shape(Kiosk, _id),
    Shape(SavedView, _id, lambda view: (view.person,)),
    Shape(Standing, _id),
    Shape(Photo, _id),
    Shape(Quarantined, _id, lambda aside: (aside.stage,)),
    Shape(DataKey, _id),
    Shape(Secret, _id),
    Shape(Unsent, _id),
    Shape(Seat, _id, lambda seat: (seat.device,)),
    Shape(Policy, _id),
    Shape(Draft, _id),
    Shape(Force, _id),
    Shape(Simulation, lambda found: str(found.policy)),
    Shape(Onboarding, _id, lambda one: (f"onboarding:{one.state}",)),
)
