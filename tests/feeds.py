"""A small, valid document of each format, written by hand, to be read and to be broken."""

from __future__ import annotations

import io
import json
from typing import Any

import openpyxl

CVE = "CVE-2021-27489"
VECTOR = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"
SCORE = {"version": "3.1", "vectorString": VECTOR, "baseScore": 9.8, "baseSeverity": "CRITICAL"}


def kev() -> dict[str, Any]:
    row = {
        "cveID": CVE,
        "vendorProject": "Maker",
        "product": "Pump",
        "vulnerabilityName": "A name",
        "dateAdded": "2025-08-25",
        "shortDescription": "Text",
        "requiredAction": "Patch it.",
        "dueDate": "2025-09-15",
        "knownRansomwareCampaignUse": "Known",
    }
    return {
        "title": "Catalog",
        "catalogVersion": "2025.08.25",
        "dateReleased": "2025-08-25T17:04:19.9796Z",
        "count": 1,
        "vulnerabilities": [row],
    }


def epss() -> bytes:
    return (
        b"#model_version:v2025.03.14,score_date:2025-08-25T12:55:00Z\n"
        b"cve,epss,percentile\n" + f"{CVE},0.12,0.93\n".encode() + b"CVE-2019-0708,0.94,1.0\n"
    )


def cve() -> dict[str, Any]:
    versions = [
        {"version": "0", "status": "affected", "lessThan": "2.2", "versionType": "custom"},
        {"version": "2.2", "status": "unaffected"},
    ]
    ssvc = {"options": [{"Exploitation": "poc"}, {"Automatable": "yes"}, {"Technical Impact": "total"}]}
    return {
        "dataType": "CVE_RECORD",
        "dataVersion": "5.1",
        "cveMetadata": {
            "cveId": CVE,
            "state": "PUBLISHED",
            "dateUpdated": "2024-08-03T20:48:17.000Z",
            "assignerShortName": "icscert",
        },
        "containers": {
            "cna": {
                "providerMetadata": {"shortName": "icscert", "dateUpdated": "2021-06-16T00:00:00"},
                "descriptions": [{"lang": "en", "value": "A web application accepts any file."}],
                "affected": [{"vendor": "ZOLL", "product": "Dashboard", "versions": versions}],
                "metrics": [{"cvssV3_1": {"vectorString": VECTOR}}],
                "problemTypes": [{"descriptions": [{"cweId": "CWE-434"}]}],
            },
            "adp": [
                {
                    "providerMetadata": {"shortName": "CISA-ADP", "dateUpdated": "2025-01-02T00:00:00Z"},
                    "metrics": [{"other": {"type": "ssvc", "content": ssvc}}],
                }
            ],
        },
    }


def nvd() -> dict[str, Any]:
    match = {
        "vulnerable": True,
        "criteria": "cpe:2.3:a:zoll:defibrillator_dashboard:*:*:*:*:*:*:*:*",
        "versionEndExcluding": "2.2",
        "matchCriteriaId": "1",
    }
    hardware = {"vulnerable": False, "criteria": "cpe:2.3:h:zoll:box:-:*:*:*:*:*:*:*", "matchCriteriaId": "2"}
    return {
        "format": "NVD_CVE",
        "version": "2.0",
        "timestamp": "2025-01-02T00:00:00.000",
        "vulnerabilities": [
            {
                "cve": {
                    "id": CVE,
                    "lastModified": "2024-11-21T05:58:00.000",
                    "vulnStatus": "Modified",
                    "cisaExploitAdd": "2022-01-10",
                    "descriptions": [{"lang": "en", "value": "A web application accepts any file."}],
                    "metrics": {"cvssMetricV31": [{"type": "Primary", "cvssData": {"vectorString": VECTOR}}]},
                    "weaknesses": [{"description": [{"lang": "en", "value": "CWE-434"}]}],
                    "configurations": [{"operator": "AND", "nodes": [{"cpeMatch": [match]}, {"cpeMatch": [hardware]}]}],
                }
            }
        ],
    }


def csaf() -> dict[str, Any]:
    def product(category: str, name: str, number: str) -> dict[str, Any]:
        return {"category": category, "name": name, "product": {"name": f"Dashboard {name}", "product_id": number}}

    return {
        "document": {
            "category": "csaf_security_advisory",
            "csaf_version": "2.0",
            "publisher": {"category": "vendor", "name": "Maker", "namespace": "https://example.org"},
            "title": "Dashboard",
            "tracking": {
                "current_release_date": "2021-06-10T00:00:00Z",
                "id": "MK-1",
                "initial_release_date": "2021-06-10T00:00:00Z",
                "revision_history": [{"date": "2021-06-10T00:00:00Z", "number": "1", "summary": "First"}],
                "status": "final",
                "version": "1",
            },
        },
        "product_tree": {
            "branches": [
                {
                    "category": "vendor",
                    "name": "ZOLL",
                    "branches": [
                        {
                            "category": "product_name",
                            "name": "Dashboard",
                            "branches": [
                                product("product_version_range", "< 2.2", "A"),
                                product("product_version", "2.2", "B"),
                            ],
                        }
                    ],
                }
            ],
            "product_groups": [{"group_id": "G", "product_ids": ["A", "B"]}],
        },
        "vulnerabilities": [
            {
                "cve": CVE,
                "cwe": {"id": "CWE-434", "name": "Unrestricted Upload of File with Dangerous Type"},
                "notes": [{"category": "description", "text": "A web application accepts any file."}],
                "product_status": {"known_affected": ["A"], "fixed": ["B"]},
                "remediations": [{"category": "vendor_fix", "details": "Install 2.2.", "group_ids": ["G"]}],
                "scores": [{"cvss_v3": dict(SCORE), "products": ["A"]}],
            }
        ],
    }


def openvex() -> dict[str, Any]:
    return {
        "@context": "https://openvex.dev/ns/v0.2.0",
        "@id": "https://example.org/vex-1",
        "author": "Maker",
        "timestamp": "2025-01-02T00:00:00Z",
        "version": 1,
        "statements": [
            {
                "vulnerability": {"name": CVE},
                "products": [{"@id": "pkg:deb/debian/openssl@3.0.11"}],
                "status": "not_affected",
                "justification": "vulnerable_code_not_present",
            }
        ],
    }


def cyclonedx() -> dict[str, Any]:
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "serialNumber": "urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79",
        "version": 1,
        "metadata": {
            "timestamp": "2025-01-02T00:00:00Z",
            "component": {"type": "firmware", "name": "Pump", "version": "3", "bom-ref": "whole"},
        },
        "components": [
            {
                "type": "library",
                "name": "openssl",
                "version": "3.0.11",
                "purl": "pkg:deb/debian/openssl@3.0.11",
                "bom-ref": "ssl",
                "components": [{"type": "library", "name": "inner", "version": "1"}],
            }
        ],
        "vulnerabilities": [
            {
                "id": CVE,
                "ratings": [{"method": "CVSSv31", "vector": VECTOR}],
                "cwes": [434],
                "analysis": {"state": "exploitable"},
                "affects": [{"ref": "ssl"}],
            }
        ],
    }


def spdx() -> dict[str, Any]:
    def package(name: str, version: str, **more: Any) -> dict[str, Any]:
        return {
            "name": name,
            "SPDXID": f"SPDXRef-{name}",
            "versionInfo": version,
            "downloadLocation": "NOASSERTION",
            **more,
        }

    purl = {
        "referenceCategory": "PACKAGE-MANAGER",
        "referenceType": "purl",
        "referenceLocator": "pkg:deb/debian/openssl@3.0.11",
    }
    return {
        "spdxVersion": "SPDX-2.3",
        "SPDXID": "SPDXRef-DOCUMENT",
        "dataLicense": "CC0-1.0",
        "name": "pump-sbom",
        "documentNamespace": "https://example.org/pump",
        "creationInfo": {"created": "2025-01-02T00:00:00Z", "creators": ["Organization: Maker"]},
        "packages": [
            package("pump", "3", supplier="Organization: Maker"),
            package("openssl", "3.0.11", externalRefs=[purl]),
        ],
        "relationships": [
            {
                "spdxElementId": "SPDXRef-DOCUMENT",
                "relationshipType": "DESCRIBES",
                "relatedSpdxElement": "SPDXRef-pump",
            }
        ],
    }


def workbook(rows: list[list[Any]]) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    for row in rows:
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def mds2() -> bytes:
    return workbook(
        [
            ["Manufacturer Disclosure Statement for Medical Device Security"],
            ["Question ID", "Question", "Answer", "See note"],
            ["DOC-1", "Manufacturer Name", "Maker"],
            ["DOC-3", "Device Model", "Pump 3"],
            ["", "TRANSMISSION CONFIDENTIALITY"],
            ["TXCF-1", "Can it be transmitted?", "Yes", ""],
            ["TXCF-2", "Is it encrypted?", "Yes", "Note 1"],
            ["CONN-6", "Internet?", "No", ""],
            ["CSUP-1", "Other?", "See Note", "Note 2"],
            ["ALOF-1", "Log off?", "N/A", ""],
        ]
    )


def mds2_2013() -> bytes:
    return workbook(
        [
            ["Device Category", "Manufacturer", "Document ID", "Document Release Date"],
            ["Pump", "Maker", "D1", "2014"],
            ["", "Yes, No, N/A, or See Note"],
            ["1", "AUTOMATIC LOGOFF (ALOF)"],
            ["1-1", "Can the device log off?", "Yes", "1"],
            ["1-1.1", "After which time?", "15 minutes", ""],
            ["2", "AUDIT CONTROLS (AUDT)"],
            ["2-1", "Can it keep an audit trail?", "No", ""],
        ]
    )


def octets(document: Any) -> bytes:
    return document if isinstance(document, bytes) else json.dumps(document).encode()


DOCUMENTS = {
    "kev": kev,
    "epss": epss,
    "cve": cve,
    "nvd": nvd,
    "csaf": csaf,
    "openvex": openvex,
    "cyclonedx": cyclonedx,
    "spdx": spdx,
    "mds2": mds2,
}
