"""Issue 6, acceptance 3: two hundred spellings of makers lead statements to the right devices and to no others.

Every device has the same model, so that only the maker's name decides; the fleet learns what is said under one spelling
and is asked by another.
"""

from __future__ import annotations

from garde.model.risk.vulnerability import Reading, Source, Span, Statement
from garde.risk.criticality import Subject
from garde.risk.fleet import Asset, Fleet
from garde.risk.grid import packaged
from garde.risk.vulnerability import alias
from garde.risk.vulnerability.match import Part

MODEL = "Monitor 500"
#: Maker → spellings as DICOM tags, tables of addresses, CVE and CPE fields and advisories have them.
SPELLINGS = {
    "Philips": (
        "PHILIPS", "Philips Healthcare Nederland B.V.", "Koninklijke Philips N.V.", "philips_medical_systems",
        "Philips Medizin Systeme Böblingen GmbH", "Respironics, Inc.", "Philips Medical Systems (Cleveland), Inc.",
        "Philips Respironics (part of Philips)", "Philips Patient Monitoring",
    ),
    "Siemens Healthineers": (
        "SIEMENS", "Siemens Healthineers AG", "Siemens Medical Solutions USA, Inc.", "siemens-healthineers",
        "Siemens Healthcare GmbH", "Siemens Healthcare Diagnostics Inc.", "Siemens Shanghai Medical Equipment Ltd.",
    ),
    "GE Healthcare": (
        "GE MEDICAL SYSTEMS", "GE Medical Systems Information Technologies", "gehealthcare", "ge",
        "General Electric Company", "GE Medical System(China) Co., Ltd.", "GE Healthcare Technologies Inc.",
        "Datex-Ohmeda, Inc.", "GE Healthcare Finland Oy", "G.E. Healthcare",
    ),
    "Dräger": (
        "Draeger", "DRAEGER", "Drägerwerk AG & Co. KGaA", "Draegerwerk AG & Co. KGaA", "Dräger Medical GmbH",
        "Draeger Medical Systems, Inc.", "Dra\u0308ger", "DrÃ¤ger", "Drager", "Draeger Safety AG & Co. KGaA",
    ),
    "B. Braun": (
        "B. Braun Melsungen", "bbraun", "B. Braun Melsungen AG", "B BRAUN", "B.Braun Medical Inc.", "b._braun",
        "B. Braun Avitum AG", "B. Braun SE",
    ),
    "BD": (
        "becton_dickinson", "Becton, Dickinson and Company (BD)", "Becton Dickinson & Co.", "CareFusion 303, Inc.",
        "BECTON DICKINSON", "B.D.", "CareFusion Corporation", "BD Medical", "bd",
    ),
    "Baxter": (
        "Baxter Healthcare Corp.", "baxter", "Baxter International Inc.", "Hill-Rom Services, Inc.", "Hillrom",
        "welchallyn", "Welch Allyn, Inc.", "Welch Allyn (Hillrom)", "Baxter S.A.S.", "Hill-Rom, a Baxter company",
    ),
    "Medtronic": (
        "MEDTRONIC", "Medtronic, Inc.", "Medtronic plc", "Medtronic MiniMed", "Covidien LP",
        "Medtronic France S.A.S.",
        "Nellcor Puritan Bennett LLC", "medtronic_minimed",
    ),
    "Abbott": (
        "Abbott Laboratories", "abbott", "St. Jude Medical", "St Jude Medical, Inc.", "ABBOTT POINT OF CARE",
        "Abbott Diabetes Care Inc.", "Abbott (formerly St. Jude Medical)",
    ),
    "ICU Medical": (
        "ICU Medical, Inc.", "icu_medical", "Smiths Medical ASD, Inc.", "smiths-medical", "Hospira",
        "Hospira Worldwide, Inc.", "Smiths Medical International Ltd",
    ),
    "Mindray": (
        "MINDRAY", "Shenzhen Mindray Bio-Medical Electronics Co., Ltd.", "Mindray North America",
        "Mindray DS USA, Inc.", "SHENZHEN MINDRAY BIO-MEDICAL ELECTRONICS CO.,LTD",
    ),
    "Fresenius Kabi": (
        "Fresenius Kabi AG", "FRESENIUS KABI", "fresenius-kabi", "Fresenius Vial S.A.S.", "Ivenix, Inc.",
    ),
    "Fresenius Medical Care": (
        "Fresenius Medical Care AG & Co. KGaA", "FRESENIUS MEDICAL CARE DEUTSCHLAND GMBH", "fresenius_medical_care",
    ),
    "Hamilton Medical": ("Hamilton Medical AG", "HAMILTON MEDICAL", "hamilton-medical", "Hamilton Medical, Inc."),
    "Getinge": ("GETINGE AB", "Maquet", "MAQUET Critical Care AB", "Getinge Group", "Maquet Cardiovascular LLC"),
    "Stryker": ("Stryker Corporation", "Physio-Control, Inc.", "physio_control", "Stryker Instruments", "STRYKER"),
    "ZOLL": ("Zoll Medical Corporation", "zoll", "ZOLL Medical Corp.", "Zoll LifeCor Corp."),
    "Nihon Kohden": ("NIHON KOHDEN CORPORATION", "Nihon Kohden America", "nihon_kohden", "Nihon Kohden Tomioka"),
    "Spacelabs": ("Spacelabs Healthcare", "SPACELABS MEDICAL", "Spacelabs Healthcare (Washington), Inc."),
    "Masimo": ("Masimo Corporation", "MASIMO", "masimo_corp", "Masimo International Sàrl"),
    "Canon Medical Systems": (
        "CANON MEDICAL SYSTEMS CORPORATION", "TOSHIBA_MEC", "Toshiba Medical Systems", "Canon Medical",
        "TOSHIBA MEDICAL",
    ),
    "Fujifilm": (
        "FUJIFILM Corporation", "FUJI PHOTO FILM Co., ltd.", "FUJIFILM SonoSite, Inc.",
        "Hitachi Medical Corporation",
        "Fujifilm Healthcare Americas Corp.", "SonoSite",
    ),
    "Samsung Medison": ("SAMSUNG MEDISON CO., LTD.", "Medison", "samsung_medison", "Samsung Healthcare"),
    "Carestream": ("CARESTREAM HEALTH", "Carestream Health, Inc.", "carestream"),
    "Agfa": ("AGFA", "Agfa HealthCare N.V.", "Agfa-Gevaert", "agfa_healthcare"),
    "Hologic": ("HOLOGIC, Inc.", "LORAD", "hologic"),
    "Olympus": ("OLYMPUS MEDICAL SYSTEMS CORP.", "Olympus Europa SE & Co. KG", "olympus"),
    "Karl Storz": ("KARL STORZ SE & Co. KG", "Karl Storz Endoskope", "karlstorz"),
    "Varian": ("VARIAN", "Varian Medical Systems, Inc.", "varian_medical_systems"),
    "Elekta": ("Elekta AB", "ELEKTA LIMITED", "IMPAC Medical Systems"),
    "Roche Diagnostics": (
        "Roche", "F. Hoffmann-La Roche Ltd", "Roche Diabetes Care, Inc.", "ROCHE DIAGNOSTICS GMBH",
    ),
    "bioMérieux": ("BIOMERIEUX", "bioMérieux S.A.", "biomérieux", "bio-Mérieux"),
    "Radiometer": ("RADIOMETER MEDICAL ApS", "Radiometer", "radiometer_medical"),
    "Löwenstein": (
        "Löwenstein Medical SE & Co. KG", "Loewenstein Medical", "LOWENSTEIN", "Heinen + Löwenstein GmbH",
    ),
    "ResMed": ("ResMed Ltd", "RESMED", "ResMed Pty Ltd", "res_med"),
    "Fisher & Paykel": (
        "Fisher & Paykel Healthcare Limited", "fisher_and_paykel", "F&P Healthcare", "FISHER PAYKEL",
    ),
    "Boston Scientific": ("Boston Scientific Corporation", "bostonscientific", "BOSTON SCIENTIFIC", "Guidant"),
    "Biotronik": ("BIOTRONIK SE & Co. KG", "biotronik", "Biotronik, Inc."),
    "Johnson & Johnson": (
        "J&J", "Johnson and Johnson", "Ethicon, Inc.", "johnson_\\&_johnson", "Animas Corporation",
    ),
    "Natus": ("Natus Medical, Inc. (Natus)", "natus", "Natus Medical Incorporated", "Natus Neurology Incorporated"),
    "Vyaire": ("Vyaire Medical", "Vyaire Medical, Inc.", "VIASYS Healthcare"),
}  # fmt: skip
#: Names that look like one of the makers above, and are not it.
OTHERS = (
    "Medtech", "Medtron AG", "Baxano", "Baxter Brewing", "Philips Lighting", "Phillips 66", "Siemens Energy",
    "Siemens Gamesa",
    "GE Digital", "GE Grid Solutions", "GEA Group", "General Electronics", "Dragerton", "Braun GmbH", "BDO",
    "Abbvie",
    "Smiths Detection", "Smith & Nephew", "Hamilton Company", "Hamilton Company, Inc.", "Hamilton Beach",
    "Mindware", "Fresenius",
    "Strykers Gate", "Zollner Elektronik", "Nihon Dempa", "Space Systems", "Massimo", "Canon Inc.",
    "Toshiba Corporation",
    "Samsung Electronics Co., Ltd.", "Hitachi Vantara", "Fujitsu", "Agfaphoto", "Hologram", "Olympia",
    "Storz Medical AG",
    "Varian Semiconductor", "Electra", "La Roche-Posay", "Rochester Medical", "Radiodetection", "Fisher Scientific",
    "Boston Medical Technologies", "Biotron", "Johnson Controls", "Nautus", "Getin", "Carestar", "Resmedia",
    "Hill Laboratories",
    "Welch Vacuum", "FMC Technologies", "St. Jude Children's Research Hospital", "ICU Eyewear", "Medtronics Lab",
    "Löwen",
)  # fmt: skip


def planted() -> tuple[Fleet, dict[str, str]]:
    """A fleet with a device for every name, and what each device's maker is."""
    makers = {spelled: maker for maker, names in SPELLINGS.items() for spelled in (maker, *names)}
    makers |= {name: name for name in OTHERS}
    devices = {f"d-{number}": name for number, name in enumerate(makers)}
    said = tuple(
        Statement(
            id=f"s-{number}", vulnerability=f"CVE-2024-{10_000 + number}", status="affected",
            maker=spelled, product=MODEL, spans=(Span(every=True),), source="r",
        )
        for number, spelled in enumerate(makers)
    )  # fmt: skip
    fleet = Fleet(packaged()["CRIT-DMC 1"], (), [Reading(source=Source(id="r", format="csaf"), statements=said)])
    fleet.put(
        Asset(id=name, subject=Subject(id=name), parts=(Part(maker=spelled, name=MODEL, version="1"),))
        for name, spelled in devices.items()
    )
    return fleet, {name: makers[spelled] for name, spelled in devices.items()}


def test_spellings_lead_to_the_right_devices_and_to_no_others() -> None:
    assert sum(map(len, SPELLINGS.values())) >= 200 and len(SPELLINGS) >= 40
    fleet, truth = planted()
    makers = list(truth.values())
    right = found = wanted = 0
    for number, maker in enumerate(makers):
        hits = {one.asset for one in fleet.advisory(f"CVE-2024-{10_000 + number}")}
        theirs = {name for name, whose in truth.items() if whose == maker}
        right, found, wanted = right + len(hits & theirs), found + len(hits), wanted + len(theirs)
    assert right / found >= 0.95 and right / wanted >= 0.90, (right / found, right / wanted)


def test_every_name_that_is_an_alias_says_who_accepted_it() -> None:
    fleet, truth = planted()
    through = 0
    for number in range(len(truth)):
        for one in fleet.advisory(f"CVE-2024-{10_000 + number}"):
            for verdict in one.verdicts:
                assert verdict.how in ("name", "alias") and bool(verdict.accepted) is (verdict.how == "alias")
                through += verdict.how == "alias"
    assert through > 1000
    assert all(row.by and row.on for row in alias.packaged().rows)
