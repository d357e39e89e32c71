"""Table: every probe.

Question: which probes are there, and how is one more added?
Reference: DESIGN §2 rule 4: a probe is a file in `garde.probing.probes` and a row here.

Example:
    >>> PROBES["dicom-echo"].port
    104
"""

from __future__ import annotations

from typing import Final

from garde.probing.probes.dicom_echo import DICOM_ECHO
from garde.probing.probes.dicom_store import DICOM_STORE
from garde.probing.probes.dicom_worklist import DICOM_WORKLIST
from garde.probing.probes.dns import DNS
from garde.probing.probes.fhir import FHIR
from garde.probing.probes.hl7 import HL7
from garde.probing.probes.http import HTTP, HTTPS
from garde.probing.probes.icmp import ICMP
from garde.probing.probes.ldap import LDAP
from garde.probing.probes.mqtt import MQTT
from garde.probing.probes.ntp import NTP
from garde.probing.probes.nut import NUT
from garde.probing.probes.smtp import SMTP
from garde.probing.probes.snmp import SNMP
from garde.probing.probes.sql import SQL
from garde.probing.probes.tcp import TCP
from garde.probing.probes.tls import TLS
from garde.registry import Registry

PROBES: Final = Registry(
    ICMP, TCP, HTTP, HTTPS, TLS, DNS, NTP, SNMP,
    DICOM_ECHO, DICOM_WORKLIST, DICOM_STORE, HL7, FHIR,
    MQTT, SQL, SMTP, LDAP, NUT,
)  # fmt: skip
