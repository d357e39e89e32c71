"""What an abstract syntax says of the node that uses it.

Question: which modality writes objects of this SOP class, and which service does it belong to?
Reference: DICOM PS3.6 Annex A (UIDs), PS3.4 (service classes), PS3.3 C.7.3.1.1.1 (terms of Modality). The table is
dicom_uids.toml. Left out: private SOP classes, which say only that they are private.

Example:
    >>> modality("1.2.840.10008.5.1.4.1.1.2"), service("1.2.840.10008.5.1.4.1.1.2"), service("1.2.840.10008.5.1.4.31")
    ('CT', 'storage', 'worklist')
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from typing import Final

#: Every Storage SOP class stands under this arc (PS3.4 B.5), the retrieve and query models do not.
_STORAGE: Final = "1.2.840.10008.5.1.4.1.1."


@cache
def _table(name: str) -> dict[str, str]:
    text = resources.files("garde.dissect.medical").joinpath("dicom_uids.toml").read_text("utf-8")
    rows: dict[str, str] = dict(tomllib.loads(text)[name])
    prefix = rows.pop("prefix")
    return {prefix + uid: word for uid, word in rows.items()}


def modality(sop_class: str) -> str:
    """The term of Modality (0008,0060) for a Storage SOP class; empty when it names no kind of equipment."""
    return _table("storage").get(sop_class, "")


def service(sop_class: str) -> str:
    """The service of a SOP class (``storage``, ``worklist``, ``query``, …); empty when it is not known."""
    if sop_class.startswith(_STORAGE):
        return "storage"
    return _table("service").get(sop_class, "")
