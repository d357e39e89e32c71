"""DICOM: an association with worklist, echo and three stores in three encodings, and one joined half-way."""

from pathlib import Path

from tests.captures import golden
from tests.captures.build import Capture, Host
from tests.captures.dicom.messages import (
    CT,
    EXPLICIT,
    IMAGE,
    IMPLICIT,
    VERIFICATION,
    WORKLIST,
    associate,
    command,
    data_set,
    p_data,
    pdu,
    store,
)

CT01 = Host("00:00:5e:00:53:10", "192.0.2.10")
PACS = Host("00:00:5e:00:53:20", "192.0.2.20")

BIG_ENDIAN = "1.2.840.10008.1.2.2"
ASKED = [(1, 0, CT, EXPLICIT), (3, 0, CT, IMPLICIT), (5, 0, CT, BIG_ENDIAN), (7, 0, VERIFICATION, IMPLICIT)]
ASKED += [(9, 0, WORKLIST, IMPLICIT)]
GIVEN = [(number, 3 if number == 9 else 0, "", syntax) for number, _, _, syntax in ASKED]


def exchange() -> Capture:
    capture = Capture()
    with capture.tcp(CT01, PACS, 104) as talk:
        talk.client(associate(1, "PACS", "CT01", ASKED, "1.3.12.2.1107.5.1", "MR_VB15A"))
        talk.server(associate(2, "PACS", "CT01", GIVEN, "1.2.276.0.7230010.3.0.3.6.2", "OFFIS_DCMTK_362"))
        talk.client(p_data(7, 3, command(VERIFICATION, 0x0030)))
        talk.server(p_data(7, 3, command(VERIFICATION, 0x8030, status=0)))
        for context, explicit, order in ((1, True, "<"), (3, False, "<"), (5, True, ">")):
            talk.client(store(data_set(IMAGE, explicit=explicit, order=order), context=context, size=700))
            talk.server(p_data(context, 3, command(CT, 0x8001, status=0)))
        talk.client(pdu(5, bytes(4)))
        talk.server(pdu(6, bytes(4)))
    return capture


def joined(whole: Capture) -> Capture:
    """The same, from the middle of the first object on: no handshake, no association."""
    capture = Capture()
    capture.frames = whole.frames[14:]
    return capture


WHOLE = exchange()
CAPTURES = {"dicom": WHOLE, "dicom-joined": joined(WHOLE)}

if __name__ == "__main__":
    golden.publish(Path(__file__).parent, CAPTURES)
