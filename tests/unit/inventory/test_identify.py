from tests.scene import Scene


def test_the_maker_comes_from_the_block_of_addresses() -> None:
    claim = Scene().says("70:b3:d5:75:e1:23", hostname="X-100").device("70:b3:d5:75:e1:23").claims["manufacturer"]
    assert claim.value == "Cardinal Health"
    assert claim.sources[0].source == "oui"
    assert not Scene().says("02:00:00:00:00:01", hostname="X-100").devices()[0].value("manufacturer")
