"""Wards and their networks."""

import ipaddress

import pytest

from garde.twin.hospital import ANYWHERE, WARDS


def test_networks_of_wards_do_not_overlap():
    networks = [ipaddress.ip_network(f"{ward.address(1)}/16", strict=False) for ward in WARDS.values()]
    assert len(set(networks)) == len(WARDS)


@pytest.mark.parametrize("number", [0, 65535])
def test_a_ward_has_no_address_outside_its_network(number):
    with pytest.raises(ValueError, match="has no address"):
        WARDS["URG"].address(number)


def test_what_stands_anywhere_stands_in_a_ward_of_the_main_site():
    assert not any(WARDS[code].annex for code in ANYWHERE)
