"""The table of dissectors: one row per protocol, in order of preference when two look equally likely.

Question: which protocols does Garde read, and where is the file?
Reference: DESIGN §2 rule 4.
"""

from __future__ import annotations

from typing import Final

from garde.dissect.field.bacnet import BACNET
from garde.dissect.field.enip import ENIP, ENIP_UDP
from garde.dissect.field.modbus import MODBUS
from garde.dissect.field.opcua import OPCUA
from garde.dissect.it.coap import COAP
from garde.dissect.it.dtls import DTLS
from garde.dissect.it.ftp import FTP
from garde.dissect.it.http import HTTP
from garde.dissect.it.mqtt import MQTT
from garde.dissect.it.quic import QUIC
from garde.dissect.it.rdp import RDP
from garde.dissect.it.smb import SMB
from garde.dissect.it.ssh import SSH
from garde.dissect.it.starttls import STARTTLS
from garde.dissect.it.telnet import TELNET
from garde.dissect.it.tls import TLS
from garde.dissect.it.vnc import VNC
from garde.dissect.medical.astm import ASTM
from garde.dissect.medical.dicom import DICOM
from garde.dissect.medical.hl7v2 import HL7V2
from garde.dissect.medical.intellivue import INTELLIVUE
from garde.dissect.medical.medibus import MEDIBUS
from garde.dissect.medical.poct1a import POCT1A
from garde.dissect.medical.wsdiscovery import WSDISCOVERY
from garde.dissect.spec import Dissector
from garde.registry import Registry

DISSECTORS: Final[Registry[Dissector]] = Registry(
    TLS,
    DTLS,
    QUIC,
    HTTP,
    SSH,
    SMB,
    RDP,
    VNC,
    FTP,
    TELNET,
    STARTTLS,
    MQTT,
    COAP,
    BACNET,
    MODBUS,
    OPCUA,
    ENIP,
    ENIP_UDP,
    DICOM,
    HL7V2,
    POCT1A,
    ASTM,
    MEDIBUS,
    INTELLIVUE,
    WSDISCOVERY,
)
