import pytest

from garde.inventory import oui
from garde.inventory.makers import blocks


@pytest.mark.parametrize(
    ("mac", "name", "bits"),
    [("70:B3:D5:75:E1:23", "Cardinal Health", 36), ("50:a0:30:8f:ff:ff", "GE Medical System China Co. Ltd.", 28),
     ("00:09:fb:01:02:03", "Philips Patient Monitoring", 24)],
)  # fmt: skip
def test_the_longest_block_wins(mac: str, name: str, bits: int) -> None:
    assert oui.block(mac) == oui.Block(name, bits)


@pytest.mark.parametrize(
    "mac",
    [
        "02:00:00:00:00:01",
        "01:00:5e:00:00:01",
        "ff:ff:ff:ff:ff:ff",
        "fc:ff:aa:00:00:01",
        "nonsense",
        "",
        "zz:zz:zz:zz:zz:zz",
    ],
)
def test_no_block_for_local_group_unassigned_and_nonsense(mac: str) -> None:
    assert oui.block(mac) is None


def test_the_table_is_sorted_as_bisection_needs() -> None:
    rows = [line for line in oui._table().split(b"\n") if line and not line.startswith(b"#")]
    assert len(rows) > 50_000
    assert rows == sorted(rows)


def test_every_block_of_the_domain_table_names_somebody() -> None:
    for prefix in blocks():
        mac = ":".join(prefix.ljust(12, "0")[i : i + 2] for i in range(0, 12, 2))
        assert oui.block(mac) is not None, prefix


def test_our_blocks_serve_where_the_package_is_absent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(oui, "_table", lambda: b"")
    oui.block.cache_clear()
    oui._holder.cache_clear()
    try:
        assert oui.block("70:b3:d5:75:e1:23") == oui.Block("Cardinal Health", 36)
    finally:
        oui.block.cache_clear()
        oui._holder.cache_clear()
