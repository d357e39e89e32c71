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
from garde.dissect.link.arp import ARP
from garde.dissect.link.cdp import CDP
from garde.dissect.link.eap import EAP
from garde.dissect.link.icmpv6 import ICMPV6
from garde.dissect.link.lldp import LLDP
from garde.dissect.management.ntp import NTP
from garde.dissect.management.radius import RADIUS
from garde.dissect.management.snmp import SNMP
from garde.dissect.management.syslog import SYSLOG
from garde.dissect.medical.astm import ASTM
from garde.dissect.medical.dicom import DICOM
from garde.dissect.medical.hl7v2 import HL7V2
from garde.dissect.medical.intellivue import INTELLIVUE
from garde.dissect.medical.medibus import MEDIBUS
from garde.dissect.medical.poct1a import POCT1A
from garde.dissect.medical.wsdiscovery import WSDISCOVERY
from garde.dissect.naming.dhcp import DHCP
from garde.dissect.naming.dhcpv6 import DHCPV6
from garde.dissect.naming.dns import DNS, DNS_TCP
from garde.dissect.naming.llmnr import LLMNR
from garde.dissect.naming.mdns import MDNS
from garde.dissect.naming.nbns import NBDGM, NBNS
from garde.dissect.naming.ssdp import SSDP
from garde.dissect.naming.tftp import TFTP
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
    ARP,
    DHCP,
    DHCPV6,
    DNS,
    DNS_TCP,
    MDNS,
    LLMNR,
    NBNS,
    NBDGM,
    SSDP,
    LLDP,
    CDP,
    EAP,
    ICMPV6,
    SNMP,
    NTP,
    SYSLOG,
    RADIUS,
    TFTP,
)
