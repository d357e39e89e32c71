from garde.inventory.evidence import fold
from garde.inventory.ownership import HUB, Ownership, interface_mac, is_virtual_mac
from garde.model.key import Key
from tests.scene import Scene

A, B = "00:09:fb:00:00:01", "00:12:21:00:00:02"


def world(scene: Scene) -> Ownership:
    return Ownership(fold({}, scene.seen).values())


def test_the_holder_of_an_address_depends_on_the_time() -> None:
    scene = Scene().arp(A, "10.0.0.5")
    first = scene.at
    scene.later(2).arp(B, "10.0.0.5")
    second = scene.at
    owner = world(scene)
    held = [owner.holder("10.0.0.5", at).mac for at in (first - 1, first, (first + second) // 2, second, second + 1)]
    assert held == [A, A, A, B, B]
    assert owner.holder("10.0.0.6", first) is None


def test_the_narrower_interval_holds_inside_a_wider_one() -> None:
    scene = Scene().arp(A, "10.0.0.5").later(1).arp(B, "10.0.0.5")
    inside = scene.at
    scene.later(1).arp(A, "10.0.0.5")
    assert world(scene).holder("10.0.0.5", inside).mac == B


def test_addresses_only_spoken_to_belong_to_a_mac_that_has_no_other() -> None:
    scene = Scene().says(A, "10.0.0.1", source="dns", dns__role="server")
    assert world(scene).anchor(A, "10.0.0.1", scene.at) == Key("mac", A)
    scene.arp(A, "10.0.0.254")
    assert world(scene).anchor(A, "10.0.0.1", scene.at) == Key("ip", "10.0.0.1")


def test_a_mac_with_too_many_addresses_owns_none() -> None:
    scene = Scene()
    for number in range(HUB + 1):
        scene.heard(A, f"10.0.{number // 200}.{number % 200 + 1}", 64)
    assert not world(scene).holders("10.0.0.1")


def test_virtual_and_embedded_addresses() -> None:
    assert is_virtual_mac("00:00:0c:07:ac:01") and is_virtual_mac("00:00:0c:9f:f0:01") and not is_virtual_mac(A)
    assert interface_mac("2001:db8::0212:21ff:fe00:2") == B
    assert interface_mac("2001:db8::1") == interface_mac("2001:db8::12:21ff:fe00:2") == ""
