"""DICOM: associations of modalities, archives and consoles, as turns of a TCP dialogue.

Question: which PDUs does a modality exchange with the archive and the worklist?
Reference: DICOM PS3.8 §9.3 (PDUs), PS3.7 (C-STORE, C-FIND, C-MOVE, C-ECHO, N-CREATE, N-ACTION), PS3.4 (SOP classes).
PDUs and command sets are encoded by pynetdicom, data sets by pydicom. Patients are invented.

Example:
    >>> dialogue = Dialogue(Peer("CT1"), Peer("PACS"), [VERIFICATION])
    >>> dialogue.echo()
    >>> [turn.data[0] for turn in dialogue.turns]
    [1, 2, 4, 4]
"""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from random import Random
from typing import Any, Final, NamedTuple

from pydicom.dataset import Dataset
from pydicom.uid import UID
from pynetdicom import dimse_messages as messages
from pynetdicom import dimse_primitives as primitives
from pynetdicom.dsutils import encode
from pynetdicom.pdu import A_ASSOCIATE_AC, A_ASSOCIATE_RQ, A_RELEASE_RP, A_RELEASE_RQ, P_DATA_TF
from pynetdicom.pdu_primitives import (
    A_ASSOCIATE,
    ImplementationClassUIDNotification,
    ImplementationVersionNameNotification,
    MaximumLengthNotification,
)
from pynetdicom.presentation import PresentationContext

from garde.twin.tcp import MILLI, SECOND, Turn

IMPLICIT: Final = "1.2.840.10008.1.2"
EXPLICIT: Final = "1.2.840.10008.1.2.1"
VERIFICATION: Final = "1.2.840.10008.1.1"
WORKLIST: Final = "1.2.840.10008.5.1.4.31"
MPPS: Final = "1.2.840.10008.3.1.2.3.3"
COMMITMENT: Final = "1.2.840.10008.1.20.1"
STUDY_FIND: Final = "1.2.840.10008.5.1.4.1.2.2.1"
STUDY_MOVE: Final = "1.2.840.10008.5.1.4.1.2.2.2"
_STORAGE: Final = "1.2.840.10008.5.1.4.1.1."
#: Modality (PS3.3 C.7.3.1.1.1) → the storage SOP class it produces (PS3.4 B.5).
CLASSES: Final = {
    modality: _STORAGE + suffix
    for modality, suffix in (
        ("CT", "2"),
        ("MR", "4"),
        ("CR", "1"),
        ("DX", "1.1"),
        ("MG", "1.2"),
        ("XA", "12.1"),
        ("US", "6.1"),
        ("PT", "128"),
        ("NM", "20"),
        ("RTIMAGE", "481.1"),
        ("RTPLAN", "481.5"),
        ("ECG", "9.1.1"),
        ("ES", "77.1.1"),
        ("OPT", "77.1.5.4"),
        ("PX", "1.1"),
    )
}
NAMES: Final = ("ZZMARTIN^LEA", "ZZBERNARD^HUGO", "ZZPETIT^JADE", "ZZDURAND^LOUIS", "ZZLEROY^ALICE", "ZZMOREAU^PAUL")


class Peer(NamedTuple):
    """One application entity: title, implementation class UID and version name (PS3.7 D.3.3.2)."""

    title: str
    uid: str = "1.2.276.0.7230010.3.0.3.6.4"
    version: str = "OFFIS_DCMTK_364"
    largest: int = 16384


class Equipment(NamedTuple):
    """What a data set says of the device that made it (PS3.3 C.7.5.1)."""

    modality: str
    maker: str
    model: str
    serial: str
    software: str
    station: str
    department: str
    institution: str
    root: str


def patient(rng: Random) -> Dataset:
    """An invented patient."""
    out = Dataset()
    out.PatientName = rng.choice(NAMES)
    out.PatientID = f"ZZ{rng.randrange(10**8):08d}"
    out.PatientBirthDate = f"{rng.randrange(1930, 2015)}{rng.randrange(1, 13):02d}{rng.randrange(1, 29):02d}"
    out.PatientSex = rng.choice("MF")
    return out


def image(made_by: Equipment, who: Dataset, rng: Random, *, day: str, pixels: bytes = b"") -> Dataset:
    """One instance: patient, study, equipment and, where the class has them, pixels."""
    out = Dataset()
    out.update(who)
    out.SpecificCharacterSet = "ISO_IR 100"
    out.SOPClassUID = CLASSES[made_by.modality]
    out.SOPInstanceUID = f"{made_by.root}.{rng.randrange(10**9)}.{rng.randrange(10**9)}"
    out.StudyInstanceUID = f"{made_by.root}.{rng.randrange(10**9)}"
    out.SeriesInstanceUID = f"{out.StudyInstanceUID}.{rng.randrange(1, 9)}"
    out.StudyDate = out.SeriesDate = day
    out.StudyTime = f"{rng.randrange(7, 19):02d}{rng.randrange(60):02d}00"
    out.AccessionNumber = f"A{rng.randrange(10**7):07d}"
    out.Modality = made_by.modality
    out.Manufacturer = made_by.maker
    out.ManufacturerModelName = made_by.model
    out.DeviceSerialNumber = made_by.serial
    out.SoftwareVersions = made_by.software
    out.StationName = made_by.station[:16]
    out.InstitutionName = made_by.institution
    out.InstitutionalDepartmentName = made_by.department
    out.SeriesNumber, out.InstanceNumber = 1, rng.randrange(1, 200)
    if made_by.modality not in ("ECG", "RTPLAN"):
        pixels = pixels or rng.randbytes(4096)
        side = int((len(pixels) // 2) ** 0.5)
        out.Rows, out.Columns = side, len(pixels) // 2 // side
        out.BitsAllocated, out.BitsStored, out.HighBit, out.PixelRepresentation = 16, 12, 11, 0
        out.SamplesPerPixel, out.PhotometricInterpretation = 1, "MONOCHROME2"
        out.PixelData = pixels[: out.Rows * out.Columns * 2]
        out["PixelData"].VR = "OW"
    return out


class Dialogue:
    """An association from a client to a server, as turns.

    Args:
        client, server: calling and called application entity.
        classes: abstract syntaxes proposed, in the order of their presentation contexts (ids 1, 3, 5 …).
        refused: those that the server does not support.
    """

    def __init__(self, client: Peer, server: Peer, classes: Sequence[str], refused: Sequence[str] = ()) -> None:
        self.turns: list[Turn] = []
        self.client, self.server = client, server
        self._contexts = {name: 2 * number + 1 for number, name in enumerate(classes)}
        self._number = 0
        self.turns.append(Turn(True, self._request(classes), MILLI, setup=True))
        self.turns.append(Turn(False, self._accept(classes, refused), 3 * MILLI, setup=True))

    def _primitive(self, peer: Peer) -> A_ASSOCIATE:
        out = A_ASSOCIATE()
        out.application_context_name = UID("1.2.840.10008.3.1.1.1")
        out.calling_ae_title, out.called_ae_title = self.client.title, self.server.title
        size, uid, version = (
            MaximumLengthNotification(),
            ImplementationClassUIDNotification(),
            ImplementationVersionNameNotification(),
        )
        size.maximum_length_received = peer.largest
        uid.implementation_class_uid = UID(peer.uid)
        version.implementation_version_name = peer.version
        out.user_information = [size, uid, version]
        return out

    def _request(self, classes: Sequence[str]) -> bytes:
        primitive = self._primitive(self.client)
        contexts = []
        for name in classes:
            context = PresentationContext()
            context.context_id = self._contexts[name]
            context.abstract_syntax = UID(name)
            context.transfer_syntax = [UID(EXPLICIT), UID(IMPLICIT)]
            contexts.append(context)
        primitive.presentation_context_definition_list = contexts
        pdu = A_ASSOCIATE_RQ()
        pdu.from_primitive(primitive)
        return bytes(pdu.encode())

    def _accept(self, classes: Sequence[str], refused: Sequence[str]) -> bytes:
        primitive = self._primitive(self.server)
        primitive.result, primitive.result_source, primitive.diagnostic = 0, 1, None
        results = []
        for name in classes:
            context = PresentationContext()
            context.context_id = self._contexts[name]
            context.abstract_syntax = UID(name)
            context.transfer_syntax = [UID(EXPLICIT)]
            context.result = 3 if name in refused else 0
            results.append(context)
        primitive.presentation_context_definition_results_list = results
        pdu = A_ASSOCIATE_AC()
        pdu.from_primitive(primitive)
        return bytes(pdu.encode())

    def _send(self, client: bool, message: Any, primitive: Any, name: str, pause: int = 2 * MILLI) -> None:
        """A DIMSE message, its fragments in P-DATA-TF PDUs no longer than the peer takes."""
        message.primitive_to_message(primitive)
        largest = (self.server if client else self.client).largest
        for fragment in message.encode_msg(self._contexts[name], largest):
            pdu = P_DATA_TF()
            pdu.from_primitive(fragment)
            self.turns.append(Turn(client, bytes(pdu.encode()), pause))
            pause = 0

    def _next(self) -> int:
        self._number += 1
        return self._number

    def echo(self) -> None:
        """C-ECHO and its success."""
        ask, tell = primitives.C_ECHO(), primitives.C_ECHO()
        ask.MessageID = tell.MessageIDBeingRespondedTo = self._next()
        ask.AffectedSOPClassUID = tell.AffectedSOPClassUID = UID(VERIFICATION)
        tell.Status = 0
        self._send(True, messages.C_ECHO_RQ(), ask, VERIFICATION)
        self._send(False, messages.C_ECHO_RSP(), tell, VERIFICATION)

    def store(self, instance: Dataset, pause: int = 20 * MILLI) -> None:
        """C-STORE of one instance and its success."""
        ask, tell = primitives.C_STORE(), primitives.C_STORE()
        name = str(instance.SOPClassUID)
        ask.MessageID = tell.MessageIDBeingRespondedTo = self._next()
        ask.AffectedSOPClassUID = tell.AffectedSOPClassUID = UID(name)
        ask.AffectedSOPInstanceUID = tell.AffectedSOPInstanceUID = UID(str(instance.SOPInstanceUID))
        ask.Priority = 2
        ask.DataSet = _encoded(instance)
        tell.Status = 0
        self._send(True, messages.C_STORE_RQ(), ask, name, pause)
        self._send(False, messages.C_STORE_RSP(), tell, name, 4 * MILLI)

    def find(self, name: str, query: Dataset, answers: Sequence[Dataset]) -> None:
        """C-FIND, one pending response per match, then success."""
        ask = primitives.C_FIND()
        ask.MessageID = number = self._next()
        ask.AffectedSOPClassUID, ask.Priority, ask.Identifier = UID(name), 2, _encoded(query)
        self._send(True, messages.C_FIND_RQ(), ask, name)
        for answer in (*answers, None):
            tell = primitives.C_FIND()
            tell.MessageIDBeingRespondedTo, tell.AffectedSOPClassUID = number, UID(name)
            tell.Status = 0xFF00 if answer is not None else 0
            if answer is not None:
                tell.Identifier = _encoded(answer)
            self._send(False, messages.C_FIND_RSP(), tell, name)

    def move(self, query: Dataset, destination: str) -> None:
        """C-MOVE to another application entity, one sub-operation done."""
        ask, tell = primitives.C_MOVE(), primitives.C_MOVE()
        ask.MessageID = tell.MessageIDBeingRespondedTo = self._next()
        ask.AffectedSOPClassUID = tell.AffectedSOPClassUID = UID(STUDY_MOVE)
        ask.Priority, ask.MoveDestination, ask.Identifier = 2, destination, _encoded(query)
        tell.Status = 0
        tell.NumberOfCompletedSuboperations = 1
        tell.NumberOfFailedSuboperations = tell.NumberOfWarningSuboperations = 0
        self._send(True, messages.C_MOVE_RQ(), ask, STUDY_MOVE)
        self._send(False, messages.C_MOVE_RSP(), tell, STUDY_MOVE, SECOND)

    def step(self, made_by: Equipment, who: Dataset, uid: str, day: str) -> None:
        """N-CREATE of a performed procedure step (PS3.4 F.7)."""
        step = Dataset()
        step.update(who)
        step.PerformedProcedureStepStatus = "IN PROGRESS"
        step.PerformedStationAETitle = self.client.title
        step.PerformedStationName = made_by.station[:16]
        step.PerformedProcedureStepStartDate = day
        step.Modality = made_by.modality
        ask, tell = primitives.N_CREATE(), primitives.N_CREATE()
        ask.MessageID = tell.MessageIDBeingRespondedTo = self._next()
        ask.AffectedSOPClassUID = tell.AffectedSOPClassUID = UID(MPPS)
        ask.AffectedSOPInstanceUID = tell.AffectedSOPInstanceUID = UID(uid)
        ask.AttributeList = _encoded(step)
        tell.Status = 0
        self._send(True, messages.N_CREATE_RQ(), ask, MPPS)
        self._send(False, messages.N_CREATE_RSP(), tell, MPPS)

    def commit(self, instance: Dataset) -> None:
        """N-ACTION asking the archive to commit to what it stored (PS3.4 J.3.2)."""
        info = Dataset()
        info.TransactionUID = f"{instance.StudyInstanceUID}.99"
        item = Dataset()
        item.ReferencedSOPClassUID, item.ReferencedSOPInstanceUID = instance.SOPClassUID, instance.SOPInstanceUID
        info.ReferencedSOPSequence = [item]
        ask, tell = primitives.N_ACTION(), primitives.N_ACTION()
        ask.MessageID = tell.MessageIDBeingRespondedTo = self._next()
        ask.RequestedSOPClassUID = tell.AffectedSOPClassUID = UID(COMMITMENT)
        ask.RequestedSOPInstanceUID = tell.AffectedSOPInstanceUID = UID("1.2.840.10008.1.20.1.1")
        ask.ActionTypeID = tell.ActionTypeID = 1
        ask.ActionInformation = _encoded(info)
        tell.Status = 0
        self._send(True, messages.N_ACTION_RQ(), ask, COMMITMENT)
        self._send(False, messages.N_ACTION_RSP(), tell, COMMITMENT)

    def release(self) -> list[Turn]:
        """A-RELEASE both ways; the dialogue is complete."""
        self.turns.append(Turn(True, bytes(A_RELEASE_RQ().encode()), 5 * MILLI))
        self.turns.append(Turn(False, bytes(A_RELEASE_RP().encode())))
        return self.turns


def schedule(made_by: Equipment, title: str, who: Dataset, day: str) -> tuple[Dataset, Dataset]:
    """A worklist query for one station, and the one scheduled step that it finds (PS3.4 K.6)."""
    query, step = Dataset(), Dataset()
    query.PatientName = query.PatientID = query.AccessionNumber = ""
    step.Modality, step.ScheduledStationAETitle, step.ScheduledProcedureStepStartDate = made_by.modality, title, day
    query.ScheduledProcedureStepSequence = [step]
    found = Dataset()
    found.update(who)
    found.AccessionNumber = "A0000001"
    found.StudyInstanceUID = f"{made_by.root}.7"
    planned = Dataset()
    planned.update(step)
    planned.ScheduledStationName = made_by.station[:16]
    planned.ScheduledProcedureStepStartTime = "081500"
    found.ScheduledProcedureStepSequence = [planned]
    return query, found


def query_study(who: Dataset) -> tuple[Dataset, Dataset]:
    """A study-level query by patient id, and its match."""
    query = Dataset()
    query.QueryRetrieveLevel, query.PatientID, query.StudyInstanceUID = "STUDY", who.PatientID, ""
    found = Dataset()
    found.update(who)
    found.QueryRetrieveLevel, found.StudyInstanceUID, found.ModalitiesInStudy = "STUDY", "1.2.250.1.99.7.1", "CT"
    return query, found


def _encoded(data: Dataset) -> BytesIO:
    """A data set in explicit VR little endian, the syntax that every association here accepts."""
    raw = encode(data, False, True)
    if raw is None:
        raise ValueError("a data set of the twin cannot be encoded")
    return BytesIO(raw)
