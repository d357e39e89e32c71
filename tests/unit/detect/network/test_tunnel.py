"""Tunnels in names, generated names, and the name by which WannaCry stops."""

from __future__ import annotations

import random
import string

from garde.detect.network.tunnel import KILL_SWITCHES, TUNNEL, unlikely
from garde.dissect.listen.entropy import entropy
from tests.lookouts import Scene, end

CLIENT, RESOLVER = end("10.0.0.1"), end("10.0.0.53", 53)


def ask(scene: Scene, below: str, domain: str, kind: int = 1) -> None:
    name = f"{below}.{domain}" if below else domain
    chance = entropy(below.replace(".", "").encode())
    scene.tell("dns.ask", CLIENT, RESOLVER, name=name, domain=domain, below=len(below), entropy=chance, type=kind)


def missing(scene: Scene, domain: str) -> None:
    scene.tell("dns.answer", RESOLVER, CLIENT, name=domain, domain=domain, code=3, below=0)


def test_long_random_names_of_one_domain_are_a_tunnel() -> None:
    scene, chance = Scene(TUNNEL), random.Random(1)
    for _ in range(60):
        ask(scene, "".join(chance.choices(string.ascii_lowercase + "234567", k=48)), "t.example")
    assert scene.rules == ["dns.tunnel"]
    assert scene.threats[0].subject[-1].value == "10.0.0.1" and scene.threats[0].technique == "T1071.004"


def test_records_that_carry_data_need_fewer_names() -> None:
    scene, chance = Scene(TUNNEL), random.Random(1)
    for _ in range(30):
        ask(scene, "".join(chance.choices("0123456789abcdef", k=20)), "t.example", 16)
    assert scene.rules == ["dns.tunnel"]


def test_many_names_of_a_content_network_are_none() -> None:
    scene = Scene(TUNNEL)
    for number in range(300):
        ask(scene, f"img{number % 40}.static", "example.org")
        ask(scene, f"{'0123456789abcdef' * 3}{number}", "mcafee.com", 16)
    assert scene.rules == []


def test_generated_names_that_do_not_exist_betray_the_program() -> None:
    scene, chance = Scene(TUNNEL), random.Random(3)
    for _ in range(20):
        missing(scene, "".join(chance.choices("bcdfghjklmnpqrstvwxz", k=14)) + ".com")
    assert scene.rules == ["dns.generated"]


def test_misspelt_names_are_nobodys_program() -> None:
    scene = Scene(TUNNEL)
    for word in ("radiologie", "archives", "cardiologie", "imprimante", "laboratoire", "pharmacie", "urgences") * 5:
        missing(scene, f"{word}-serveur.fr")
    assert scene.rules == []


def test_the_kill_switch_is_proof_enough() -> None:
    scene = Scene(TUNNEL)
    ask(scene, "www", sorted(KILL_SWITCHES)[0])
    assert scene.rules == ["worm.kill-switch"]


def test_labels_nobody_would_choose() -> None:
    assert unlikely("kx7v2q9zt4m1") and unlikely("qwrtpsdfghjk")
    assert not unlikely("teleradiologie") and not unlikely("pacs")
