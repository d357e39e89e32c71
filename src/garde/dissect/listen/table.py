"""The table of listeners: one row per protocol that detectors hear.

Question: what can detectors hear, and where is the file?
Reference: DESIGN §2 rule 4.
"""

from __future__ import annotations

from typing import Final

from garde.dissect.listen.bare import BARE
from garde.dissect.listen.dicom import DICOM
from garde.dissect.listen.dns import DNS, DNS_TCP, NAMES
from garde.dissect.listen.field import ASTM, BACNET, MODBUS, MONITOR, TFTP
from garde.dissect.listen.hl7 import HL7
from garde.dissect.listen.http import HTTP
from garde.dissect.listen.lines import FTP, IMAP, POP3, SMTP, TELNET
from garde.dissect.listen.link import ARP, DHCP, ICMP
from garde.dissect.listen.remote import SCREEN, SSH, TLS
from garde.dissect.listen.smb import SMB
from garde.dissect.listen.spec import Listener
from garde.registry import Registry

LISTENERS: Final[Registry[Listener]] = Registry(
    SMB,
    DNS,
    DNS_TCP,
    NAMES,
    ARP,
    DHCP,
    ICMP,
    TLS,
    HTTP,
    SSH,
    SCREEN,
    FTP,
    TELNET,
    SMTP,
    POP3,
    IMAP,
    DICOM,
    HL7,
    ASTM,
    MODBUS,
    BACNET,
    MONITOR,
    TFTP,
    BARE,
)
