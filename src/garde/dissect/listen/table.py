"""The table of listeners: one row per protocol that detectors hear.

Question: what can detectors hear, and where is the file?
Reference: DESIGN §2 rule 4.
"""

from __future__ import annotations

from typing import Final

from garde.dissect.listen.dns import DNS, DNS_TCP, NAMES
from garde.dissect.listen.link import ARP, DHCP, ICMP
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
)
