"""Hospital: sites, buildings, wards and their networks.

Question: where does a device stand, in which VLAN, and behind which switch port?
Reference: reference/ui.md (the words of the wards). A made-up university hospital with one annex beyond a router.

Example:
    >>> WARDS["REA-A"].name, WARDS["REA-A"].address(10)
    ('Réanimation A', '10.21.0.10')
"""

from __future__ import annotations

from typing import Final, NamedTuple

FACILITY: Final = "CHU-SAINT-ELOI"
DOMAIN: Final = "chu-saint-eloi.fr"
NETBIOS: Final = "CHUSE"


class Ward(NamedTuple):
    """A ward and its network: a /16, the router at the first address.

    Attributes:
        code: short name, as in host names and HL7 PV1-3.
        name: as its people say it.
        building, floor: where it is.
        vlan: 802.1Q id.
        beds: numbered from 1; 0 where nobody lies.
        annex: beyond a router, so that the sensor sees none of its MAC addresses.
    """

    code: str
    name: str
    building: str
    floor: int
    vlan: int
    beds: int
    annex: bool = False

    def address(self, number: int) -> str:
        """The n-th address of the ward's network."""
        if not 0 < number < 65535:
            raise ValueError(f"{self.code} has no address {number}")
        return f"10.{(60 if self.annex else 20) + self.vlan // 10}.{number // 256}.{number % 256}"


WARDS: Final = {
    ward.code: ward
    for ward in (
        Ward("SRV", "Salle serveurs", "Technique", -1, 0, 0),
        Ward("REA-A", "Réanimation A", "Arnaud", 1, 10, 16),
        Ward("REA-B", "Réanimation B", "Arnaud", 2, 20, 16),
        Ward("BLOC", "Bloc opératoire", "Arnaud", 0, 30, 12),
        Ward("SSPI", "Salle de réveil", "Arnaud", 0, 40, 14),
        Ward("URG", "Urgences", "Arnaud", 0, 50, 24),
        Ward("IMAG", "Imagerie", "Lapeyronie", 0, 60, 0),
        Ward("LABO", "Laboratoire", "Lapeyronie", -1, 70, 0),
        Ward("CARDIO", "Cardiologie", "Arnaud", 3, 80, 28),
        Ward("NEONAT", "Néonatologie", "Villeneuve", 1, 90, 18),
        Ward("MATER", "Maternité", "Villeneuve", 0, 100, 20),
        Ward("DIAL", "Dialyse", "Lapeyronie", 1, 110, 22),
        Ward("ONCO", "Oncologie", "Lapeyronie", 2, 120, 24),
        Ward("ENDO", "Endoscopie", "Lapeyronie", 1, 130, 4),
        Ward("MED", "Médecine", "Villeneuve", 3, 140, 40),
        Ward("ADMIN", "Administration", "Bellevue", 1, 150, 0),
        Ward("TECH", "Services techniques", "Technique", -1, 160, 0),
        Ward("WIFI", "Wi-Fi invités", "Arnaud", 0, 170, 0),
        Ward("ANNEXE", "Annexe Bellevue", "Bellevue", 0, 180, 10, annex=True),
    )
}

#: Wards in which models without a list of wards are spread.
ANYWHERE: Final = tuple(code for code, ward in WARDS.items() if code not in ("SRV", "WIFI", "ANNEXE", "TECH"))
