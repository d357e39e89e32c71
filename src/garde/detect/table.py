"""The table of detectors: one row per detector.

Question: which threats does Garde recognise, and where is the file?
Reference: DESIGN §2 rule 4.
"""

from __future__ import annotations

from typing import Final

from garde.detect.access.accounts import ACCOUNTS
from garde.detect.access.control import CONTROL
from garde.detect.intelligence.files import FILES
from garde.detect.intelligence.indicators import INDICATORS
from garde.detect.intelligence.sigma import SIGMA
from garde.detect.intelligence.yara import YARA
from garde.detect.medical.dicom import DICOM
from garde.detect.medical.equipment import EQUIPMENT
from garde.detect.medical.hl7 import HL7
from garde.detect.medical.versions import VERSIONS
from garde.detect.network.beacon import BEACON
from garde.detect.network.exfiltration import EXFILTRATION
from garde.detect.network.lateral import LATERAL
from garde.detect.network.scan import SCAN
from garde.detect.network.spoof import SPOOF
from garde.detect.network.tunnel import TUNNEL
from garde.detect.smb.exploit import EXPLOIT
from garde.detect.smb.ransomware import RANSOMWARE
from garde.detect.smb.remote import REMOTE
from garde.detect.smb.worm import WORM
from garde.detect.spec import Detector
from garde.registry import Registry

DETECTORS: Final[Registry[Detector]] = Registry(
    SCAN,
    LATERAL,
    BEACON,
    TUNNEL,
    EXFILTRATION,
    SPOOF,
    EXPLOIT,
    WORM,
    RANSOMWARE,
    REMOTE,
    ACCOUNTS,
    CONTROL,
    DICOM,
    HL7,
    EQUIPMENT,
    VERSIONS,
    FILES,
    INDICATORS,
    SIGMA,
    YARA,
)
