from itertools import permutations

from garde.inventory.decisions import Said
from garde.model.decision import Decision
from garde.model.key import Key

A, B, IP = Key("mac", "00:09:fb:00:00:01"), Key("mac", "00:12:21:00:00:02"), Key("ip", "10.0.0.1")


def word(at: int, verb: str, *keys: Key, until: int = 0, **rest: str) -> Decision:
    return Decision(id=f"i{at}", at=at, verb=verb, person="k", keys=keys, until=until, **rest)


def test_the_latest_word_counts_whatever_order_it_came_in() -> None:
    words = [word(1, "merge", A, B), word(2, "split", A, B), word(3, "merge", A, B)]
    for order in permutations(words):
        assert Said(order).merged == {frozenset((A, B)): 3}
    assert Said([*words, word(4, "withdraw", A, B)]).merged == {}


def test_a_word_with_a_term_ends() -> None:
    assert Said([word(1, "merge", A, B, until=5)], now=6).merged == {}
    assert Said([word(1, "merge", A, B, until=5)], now=5).merged


def test_a_split_of_mac_and_ip_and_the_partners_of_a_key() -> None:
    said = Said([word(1, "split", IP, A), word(2, "merge", A, B)])
    assert list(said.splits()) == [(A.value, IP.value)]
    assert said.partners()[A] == {IP, B}


def test_a_claim_stands_until_it_is_taken_back() -> None:
    claim = word(1, "claim", A, attribute="ward", value="Réa A")
    said = Said([])
    assert [a for a, _ in said.supports([claim], [])] == ["ward"]
    assert not list(said.supports([claim], [word(2, "withdraw", A, attribute="ward")]))
    assert list(said.supports([claim], [word(2, "withdraw", A, attribute="ward", value="Bloc")]))
    assert list(said.supports([claim], [word(0, "withdraw", A, attribute="ward")]))


def test_a_file_is_not_a_person() -> None:
    [(_, support)] = Said([]).supports([word(1, "claim", A, attribute="serial", value="S-1", source="gmao")], [])
    assert support.source.by == "" and support.source.weight == 0.95
