"""Devices as an export needs them."""

from __future__ import annotations

from garde.model.device import Claim, Device
from garde.model.key import Key
from garde.model.zones.zone import Conduit, Rule, drafted
from garde.zones.exports.hosts import hosts
from garde.zones.exports.neutral import Objects, resolved
from tests.makers import device, mac


def test_a_device_is_known_by_its_keys_kind_and_model() -> None:
    claims = {name: Claim(name, value, 0.9) for name, value in (("manufacturer", "Acme"), ("model", "V1"))}
    one = Device(
        id="d-1",
        keys=(
            mac(1),
            Key("ip", "10.2.0.7"),
            Key("ip", "2001:db8::7"),
            Key("hostname", "us-1.example"),
            Key("serial", "a|b|1"),
        ),
        kind="US",
        claims=claims,
    )
    found = hosts([one], lambda _: "Z2")[0]
    assert (found.macs, found.addresses) == ((mac(1).value,), ("10.2.0.7", "2001:db8::7"))
    assert set(found.words) == {"any", "device:d-1", "zone:Z2", "kind:US", "model:Acme|V1", "name:us-1.example"}


def test_what_is_unknown_is_no_word() -> None:
    assert hosts([device(1)], lambda _: "Z8")[0].words == ("any", "device:d-1", "zone:Z8")


def test_a_device_in_no_zone_is_left_out() -> None:
    assert hosts([device(1), device(2)], lambda one: "Z2" if one.id == "d-2" else "")[0].id == "d-2"


def test_a_hardware_address_that_two_bear_names_neither() -> None:
    shared = device(1, keys=(mac(1), mac(9))), device(2, keys=(mac(2), mac(9)))
    assert [one.macs for one in hosts(shared, lambda _: "Z2")] == [(mac(1).value,), (mac(2).value,)]


def test_an_address_that_no_gateway_forwards_is_left_out() -> None:
    local = ("fe80::1", "169.254.1.1", "0.0.0.0", "224.0.0.1", "ff02::1", "127.0.0.1", "10.0.0.1")
    keys = (Key("mac", "01:00:5e:00:00:01"), *(Key("ip", one) for one in local))
    found = hosts([device(1, keys=keys)], lambda _: "Z2")[0]
    assert (found.macs, found.addresses) == ((), ("10.0.0.1",))


def test_behind_a_router_devices_are_known_by_their_addresses() -> None:
    one = device(1, keys=(mac(1), Key("ip", "10.2.0.7")))
    held = Objects(hosts=hosts([one], lambda _: "Z2", on_link=False))
    rule = Rule(source="device:d-1", target="any", protocol="udp", low=53, high=53)
    policy = drafted("x", 0, (), [Conduit(source="Z2", target="any", rules=(rule,))])
    assert resolved(policy, held, generation=1, mode="enforce")[0].permits[0].sources == ("10.2.0.7/32",)
