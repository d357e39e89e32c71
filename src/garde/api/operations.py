"""The table of operations: every call of the interface is a row.

Question: what can be asked, with which right, what is sent and what comes back?
Reference: DESIGN §2 rule 4; OpenAPI 3.1 (operation objects). Routes, description, documentation and the tests of rights
are all made from this table.

Example:
    >>> OPERATIONS["devices.list"].right, OPERATIONS["devices.list"].path
    ('devices.read', '/devices')
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, Literal

from msgspec import Struct

from garde.api import devices, findings, messages, people, platform, risk, views
from garde.api.ask import Ask
from garde.api.records import Because, Nothing, Page, Paging
from garde.findings.rules import Rule
from garde.inventory.kinds import Kind
from garde.registry import Registry

#: Beginning of every address.
BASE: Final = "/api/v1"


class Operation(Struct, frozen=True):
    """One row.

    Attributes:
        name: ``<noun>.<what>``; the operationId.
        method, path: what is asked; values of the path stand in braces.
        right: that the caller must hold; empty is everybody's.
        call: what answers.
        answer: record of the body, None where there is none.
        en, fr: what it does, in one sentence.
        query: record of the values behind the path.
        request: record of the body that is sent.
        status: of an answer that went well.
        versioned: ``If-Match`` is looked at.
    """

    name: str
    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
    path: str
    right: str
    call: Callable[[Ask], Any]
    answer: Any
    en: str
    fr: str
    query: Any = Nothing
    request: Any = None
    status: int = 200
    versioned: bool = False


OPERATIONS: Final = Registry(
    # --- who asks
    Operation(
        "me.show", "GET", "/me", "", people.me, people.MeRecord,
        "Who the caller is, and what they may do", "Qui appelle, et ce qu'il peut faire",
    ),
    Operation(
        "me.tokens", "GET", "/me/tokens", "", people.own_tokens, Page[people.TokenRecord],
        "The caller's own tokens", "Les jetons de l'appelant",
    ),
    Operation(
        "me.make-token", "POST", "/me/tokens", "", people.make_token, people.MadeToken,
        "Make a token of one's own; its secret is shown this once",
        "Créer un jeton à soi; son secret n'est montré que cette fois",
        request=people.NewToken, status=201,
    ),
    Operation(
        "me.revoke-token", "DELETE", "/me/tokens/{token}", "", people.revoke_own, None,
        "Make one's own token open nothing", "Révoquer un de ses jetons", status=204,
    ),
    Operation(
        "me.sessions", "GET", "/me/sessions", "", people.sessions, Page[people.SessionRecord],
        "Where the caller is signed in", "Où l'appelant est connecté",
    ),
    Operation(
        "me.end-session", "DELETE", "/me/sessions/{session}", "", people.end_session, None,
        "Sign out, here or on another machine", "Se déconnecter, ici ou sur un autre poste", status=204,
    ),
    Operation(
        "me.views", "GET", "/me/views", "devices.read", views.listed, Page[views.ViewRecord],
        "The lists that the caller keeps", "Les listes que l'appelant garde",
    ),
    Operation(
        "me.keep-view", "PUT", "/me/views/{view}", "devices.read", views.keep, views.ViewRecord,
        "Keep a list under a name", "Garder une liste sous un nom", request=views.ViewAddress,
    ),
    Operation(
        "me.remove-view", "DELETE", "/me/views/{view}", "devices.read", views.remove, None,
        "Keep a list no longer", "Ne plus garder une liste", status=204,
    ),
    # --- devices
    Operation(
        "devices.list", "GET", "/devices", "devices.read", devices.listed, Page[devices.DeviceRecord],
        "Devices that match", "Les dispositifs qui correspondent", query=devices.DeviceQuery,
    ),
    Operation(
        "devices.show", "GET", "/devices/{device}", "devices.read", devices.one, devices.DeviceRecord,
        "A device", "Un dispositif",
    ),
    Operation(
        "devices.why", "GET", "/devices/{device}/why/{attribute}", "devices.read", devices.why, devices.WhyRecord,
        "On which packets a value of a device rests", "Sur quels paquets repose une valeur d'un dispositif",
    ),
    Operation(
        "devices.findings", "GET", "/devices/{device}/findings", "findings.read", devices.findings,
        Page[findings.FindingRecord],
        "What about a device is not over, worst first", "Les constats en cours d'un dispositif, les pires d'abord",
    ),
    Operation(
        "devices.risk", "GET", "/devices/{device}/risk", "risk.read", risk.one, risk.RiskRecord,
        "How critical and how weak a device is, on what that rests, and what would be without each fact",
        "La criticité et la vulnérabilité d'un dispositif, ce qui les fonde, et ce qu'elles seraient sans chaque fait",
    ),
    Operation(
        "devices.conversations", "GET", "/devices/{device}/conversations", "devices.read", devices.conversations,
        Page[messages.ConversationRecord],
        "With whom a device talked, latest first", "Avec qui un dispositif a échangé, le plus récent d'abord",
        query=Paging,
    ),
    Operation(
        "devices.decisions", "GET", "/devices/{device}/decisions", "devices.read", devices.decisions,
        Page[messages.DecisionRecord],
        "What people and lists said of a device, latest first",
        "Ce que personnes et listes ont dit d'un dispositif, le plus récent d'abord",
    ),
    Operation(
        "devices.decide", "POST", "/devices/{device}/decisions", "devices.claim", devices.decide, devices.DeviceRecord,
        "State, take back, merge, split or remark; the answer is the device with what follows from it",
        "Énoncer, retirer, fusionner, séparer ou noter; la réponse est le dispositif qui en résulte",
        request=devices.DeviceWord, versioned=True,
    ),
    Operation(
        "devices.decide-many", "POST", "/decisions", "devices.claim", devices.decide_many, devices.ChangesRecord,
        "Say the same of several devices, or see first what it would change",
        "Dire la même chose de plusieurs dispositifs, ou voir d'abord ce que cela changerait",
        request=devices.DeviceWords,
    ),
    # --- findings
    Operation(
        "findings.list", "GET", "/findings", "findings.read", findings.listed, Page[findings.FindingRecord],
        "Findings that match, the worst first", "Les constats qui correspondent, les pires d'abord",
        query=findings.FindingQuery,
    ),
    Operation(
        "findings.show", "GET", "/findings/{finding}", "findings.read", findings.one, findings.FindingRecord,
        "A finding", "Un constat",
    ),
    Operation(
        "findings.decisions", "GET", "/findings/{finding}/decisions", "findings.read", findings.decisions,
        Page[messages.DecisionRecord],
        "What was decided of a finding, latest first", "Ce qui a été décidé d'un constat, le plus récent d'abord",
    ),
    Operation(
        "findings.decide", "POST", "/findings/{finding}/decisions", "findings.handle", findings.decide,
        findings.FindingRecord,
        "Decide of a finding; the answer is the finding as it stands then",
        "Décider d'un constat; la réponse est le constat tel qu'il est alors",
        request=findings.FindingWord, versioned=True,
    ),
    # --- the log
    Operation(
        "messages.list", "GET", "/messages", "messages.read", messages.listed, Page[messages.MessageRecord],
        "The log, oldest first; the last cursor leads to what is written later",
        "Le journal, du plus ancien au plus récent; le dernier curseur mène à ce qui s'écrira ensuite",
        query=messages.MessageQuery,
    ),
    Operation(
        "messages.show", "GET", "/messages/{message}", "messages.read", messages.one, messages.MessageRecord,
        "A message", "Un message",
    ),
    Operation(
        "decisions.list", "GET", "/decisions", "audit.read", messages.decisions, Page[messages.DecisionRecord],
        "Who decided what, oldest first", "Qui a décidé quoi, du plus ancien au plus récent",
        query=messages.DecisionQuery,
    ),
    Operation(
        "conversations.list", "GET", "/conversations", "devices.read", messages.conversations,
        Page[messages.ConversationRecord],
        "Who talked with whom, as it was written down", "Qui a échangé avec qui, dans l'ordre du journal", query=Paging,
    ),
    Operation(
        "conversations.show", "GET", "/conversations/{conversation}", "devices.read", messages.conversation,
        messages.ConversationRecord,
        "A conversation of five minutes", "Un échange de cinq minutes",
    ),
    # --- sensors
    Operation(
        "sensors.list", "GET", "/sensors", "sensors.read", platform.sensors, Page[platform.SensorRecord],
        "What hears, and how much it lost", "Ce qui écoute, et combien en est perdu",
    ),
    Operation(
        "sensors.show", "GET", "/sensors/{sensor}", "sensors.read", platform.sensor, platform.SensorRecord,
        "A sensor", "Une sonde",
    ),
    Operation(
        "recordings.list", "GET", "/recordings", "sensors.read", platform.recordings, Page[platform.RecordingRecord],
        "Captures whose bytes are at hand", "Les captures dont les octets sont disponibles", query=Paging,
    ),
    Operation(
        "recordings.show", "GET", "/recordings/{recording}", "sensors.read", platform.recording,
        platform.RecordingRecord,
        "A capture", "Une capture",
    ),
    # --- people
    Operation(
        "people.list", "GET", "/people", "people.read", people.listed, Page[people.PersonRecord],
        "Everybody who may sign in", "Toutes les personnes qui peuvent se connecter",
    ),
    Operation(
        "people.show", "GET", "/people/{person}", "people.read", people.one, people.PersonRecord,
        "A person, by id or login", "Une personne, par id ou identifiant de connexion",
    ),
    Operation(
        "people.add", "POST", "/people", "people.manage", people.add, people.PersonRecord,
        "Let somebody in", "Ajouter une personne", request=people.NewPerson, status=201,
    ),
    Operation(
        "people.change", "PATCH", "/people/{person}", "people.manage", people.change, people.PersonRecord,
        "Change roles, name, mail, language or activity of a person",
        "Changer les rôles, le nom, l'adresse, la langue ou l'activité d'une personne",
        request=people.PersonChange, versioned=True,
    ),
    Operation(
        "people.remove", "DELETE", "/people/{person}", "people.manage", people.remove, None,
        "Take a person out; what they said stays", "Retirer une personne; ce qu'elle a dit demeure",
        query=Because, status=204, versioned=True,
    ),
    Operation(
        "people.password", "PUT", "/people/{person}/password", "people.manage", people.set_password, None,
        "Give a person a new password", "Donner un nouveau mot de passe à une personne",
        request=people.NewPassword, status=204, versioned=True,
    ),
    Operation(
        "roles.list", "GET", "/roles", "people.read", people.all_roles, Page[people.RoleRecord],
        "Every role, and what it may do", "Chaque rôle, et ce qu'il peut faire",
    ),
    Operation(
        "tokens.list", "GET", "/tokens", "people.manage", people.tokens, Page[people.TokenRecord],
        "The tokens of everybody", "Les jetons de tous",
    ),
    Operation(
        "tokens.revoke", "DELETE", "/tokens/{token}", "people.manage", people.revoke, None,
        "Make anybody's token open nothing", "Révoquer le jeton d'une personne", status=204,
    ),
    # --- risk
    Operation(
        "risk.matrix", "GET", "/risk", "risk.read", risk.matrix, risk.MatrixRecord,
        "The risk matrix of now", "La matrice de risque actuelle",
    ),
    Operation(
        "risk.devices", "GET", "/risk/devices", "risk.read", risk.listed, Page[risk.StandingRecord],
        "Devices in the matrix, the most pressing first", "Les dispositifs de la matrice, les plus pressants d'abord",
        query=risk.StandingQuery,
    ),
    Operation(
        "risk.plan", "GET", "/risk/plan", "risk.read", risk.plan, risk.PlanRecord,
        "The best plan of work under a budget and hours", "Le meilleur plan de travaux sous un budget et des heures",
        query=risk.PlanQuery,
    ),
    # --- the shift
    Operation(
        "shift.show", "GET", "/shift", "findings.read", platform.shift, platform.ShiftRecord,
        "The note of the shift", "La note de l'équipe",
    ),
    Operation(
        "shift.note", "PUT", "/shift", "shift.note", platform.set_shift, platform.ShiftRecord,
        "Leave another note of the shift", "Laisser une autre note à l'équipe",
        request=platform.ShiftNote, versioned=True,
    ),
    # --- the platform
    Operation(
        "kiosks.list", "GET", "/kiosks", "settings.manage", platform.kiosks, Page[platform.KioskRecord],
        "Wards whose shared machine may be opened", "Les services dont le poste partagé peut être ouvert",
    ),
    Operation(
        "kiosks.set", "PUT", "/kiosks/{ward}", "settings.manage", platform.set_kiosk, platform.KioskRecord,
        "Give a ward's shared machine a code", "Donner un code au poste partagé d'un service",
        request=platform.KioskCode,
    ),
    Operation(
        "kiosks.close", "DELETE", "/kiosks/{ward}", "settings.manage", platform.close_kiosk, None,
        "Close a ward's shared machine", "Fermer le poste partagé d'un service", status=204,
    ),
    Operation(
        "settings.show", "GET", "/settings", "settings.manage", platform.settings, platform.SettingsRecord,
        "How this Garde is set up", "Comment Garde est réglé",
    ),
    # --- words
    Operation(
        "attributes.list", "GET", "/attributes", "devices.read", platform.all_attributes,
        Page[platform.AttributeRecord],
        "What may be known of a device", "Ce qui peut être su d'un dispositif",
    ),
    Operation(
        "kinds.list", "GET", "/kinds", "devices.read", platform.all_kinds, Page[Kind],
        "Kinds of device", "Les types de dispositif",
    ),
    Operation(
        "rules.list", "GET", "/rules", "findings.read", platform.all_rules, Page[Rule],
        "What may be judged, and what to do then", "Ce qui peut être constaté, et que faire alors",
    ),
)  # fmt: skip
