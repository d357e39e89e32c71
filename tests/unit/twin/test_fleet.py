"""Who is there."""

import pytest

from garde.errors import Refused
from garde.twin.fleet import Fleet


def test_the_same_seed_gives_the_same_fleet():
    one, two, other = (
        [(d.model.name, d.serial, [s.mac for s in d.stations]) for d in Fleet(80, seed=seed).devices]
        for seed in (5, 5, 6)
    )
    assert one == two != other


@pytest.mark.parametrize("size", [20, 60, 150, 500])
def test_a_fleet_has_the_size_that_was_asked_for(size):
    assert len(Fleet(size, seed=1).devices) == size


def test_a_hospital_needs_its_servers():
    with pytest.raises(Refused, match="nobody to talk to"):
        Fleet(19, seed=1)


def test_the_awkward_ones_are_there():
    fleet = Fleet(500, seed=1)
    roles = {device.role for device in fleet.devices}
    assert roles >= {"annex", "dual-homed", "maintenance laptop", "moved", "behind a gateway", "on a serial line"}
    assert roles >= {"lease given back", "lease inherited"}
    assert fleet.ghosts
    assert all(device.carrier for device in fleet.devices if not device.stations)
    phones = [device for device in fleet.devices if not device.model.ouis]
    assert all(device.station.mac[0] & 3 == 2 for device in phones)


def test_no_address_is_given_twice_but_the_inherited_ones(fleet):
    ips = [s.ip for d in fleet.devices for s in d.stations if d.role != "lease inherited"]
    macs = [s.mac for d in fleet.devices for s in d.stations]
    assert len(set(ips)) == len(ips)
    assert len(set(macs)) == len(macs)


def test_no_host_name_of_a_domain_is_given_twice(fleet):
    names = [device.hostname for device in fleet.devices if device.hostname and device.model.kind != "SMARTPHONE"]
    assert len(set(names)) == len(names)


def test_no_maker_gives_a_serial_number_twice():
    told = [(d.model.name, d.serial) for d in Fleet(500, seed=3).devices if d.serial]
    assert len(set(told)) == len(told)
