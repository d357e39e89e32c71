"""Configuration: defaults, errors with file, line and suggestion."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garde import config
from garde.errors import GardeError, Malformed, Missing


def test_defaults_work_on_one_machine() -> None:
    settings = config.load(None)
    assert (settings.web.address, settings.web.port) == ("127.0.0.1", 8420)
    assert settings.bus.url == "log:"


def test_every_section_is_read() -> None:
    settings = config.parse(
        '[store]\nurl = "sqlite:///x.db"\n[capture]\nsensor = "core-1"\ninterfaces = ["eth1"]\n[site]\nname = "CHU"\n'
    )
    assert settings.store.url == "sqlite:///x.db"
    assert settings.capture.interfaces == ("eth1",)
    assert settings.site.name == "CHU"


@pytest.mark.parametrize(
    ("text", "where", "hint"),
    [
        ("\n[web]\nprot = 1", "garde.toml, line 3", "Did you mean port?"),
        ("[wbe]\nport = 1", "garde.toml, line 1", "Did you mean web?"),
        ("[store]\nurl = ''\n[capture]\n# why\nsensr = 'x'", "garde.toml, line 5", "Did you mean sensor?"),
    ],
)
def test_an_unknown_key_gives_line_and_suggestion(text: str, where: str, hint: str) -> None:
    with pytest.raises(Malformed) as error:
        config.parse(text)
    assert error.value.code == "config.unknown-key"
    assert (error.value.where, error.value.hint) == (where, hint)


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("[web]\nport = 'high'", "garde.toml, line 2"),
        ("[web]\naddress = '::1'\nport = 70000", "garde.toml, line 3"),
        ("[capture]\nflows = 3", "garde.toml, line 2"),
        ("[site]\nnetworks = ['10.0.0.0/33']", "garde.toml, line 2"),
        ("[oidc]\n\nissuer = 'https://sso.chu.test'", "garde.toml, line 3"),
        ("[oidc]\nclient_id = 'x'\nissuer = 'http://sso.chu.test'", "garde.toml, line 3"),
        ("[oidc]\nclient_id = 'x'\nissuer = 'https://u:p@sso.chu.test'", "garde.toml, line 3"),
        ("[oidc]\nsecret = 'hunter2'", "garde.toml, line 2"),
        ("[zones]\nplan = ''\nprobes = ['10.0.0.999']", "garde.toml, line 3"),
        ("[oidc]\nscopes = ['profile']", "garde.toml, line 2"),
        ("[oidc]\nunknown = 'welcome'", "garde.toml, line 2"),
        ("[oidc]\nuserinfo = 'maybe'", "garde.toml, line 2"),
    ],
)
def test_a_wrong_value_gives_its_line(text: str, where: str) -> None:
    with pytest.raises(Malformed) as error:
        config.parse(text)
    assert error.value.where == where


def test_a_provider_is_read_with_its_roles() -> None:
    text = '[oidc]\nissuer = "https://sso.chu.test/realms/chu"\nclient_id = "garde"\nsecret = "file:/etc/garde/oidc"\n'
    rows = '[[oidc.role]]\nclaim = "groups"\nvalue = "/rea-a"\nrole = "ward"\nward = "Réa A"\n'
    settings = config.parse(text + rows)
    assert (settings.oidc.client_id, settings.oidc.unknown) == ("garde", "bind")
    assert settings.oidc.role == (config.OidcRole("groups", "/rea-a", "ward", ward="Réa A"),)
    with pytest.raises(Malformed):
        config.parse(text + rows + 'wrad = "x"\n')


CHANNEL = """
[[notify.channel]]
name = "first"
kind = "webhook"
address = "https://siem.chu.example/hook"
[[notify.channel]]
name = "ward"
kind = "mail"
address = "smtp://mail.chu.example:587"
sender = "garde@chu.example"
recipients = ["cadre.rea@chu.example"]
"""


def test_channels_are_read_in_their_order() -> None:
    first, ward = config.parse(CHANNEL).notify.channel
    assert (first.name, ward.kind, ward.language) == ("first", "mail", "fr")
    assert ward.severities == ("low", "medium", "high", "critical")


@pytest.mark.parametrize(
    ("before", "after", "line"),
    [
        ('kind = "mail"', 'kind = "pigeon"', 8),
        ('kind = "mail"', "kind = 4", 8),
        ('name = "ward"', 'name = "Ward One"', 7),
        ('name = "ward"', 'name = "first"', 7),
        ("smtp://mail.chu.example:587", "https://mail.chu.example", 9),
        ("smtp://mail.chu.example:587", "smtp://user:word@mail.chu.example", 9),
        ("smtp://mail.chu.example:587", "smtp://mail.chu.example:70000", 9),
        ("cadre.rea@chu.example", "cadre\\r\\nBcc: x@y.example", 11),
        ('sender = "garde@chu.example"', "", 6),
        ('kind = "mail"', 'kind = "mail"\npassword = "hunter2"', 9),
        ('kind = "mail"', 'kind = "mail"\nlanguage = "de"', 9),
        ('kind = "mail"', 'kind = "mail"\nmessages = ["Access"]', 9),
        ('kind = "mail"', 'kind = "mail"\nrols = ["rssi"]', 9),
        ('[[notify.channel]]\nname = "first', '[notify]\ngive_up = 0\n[[notify.channel]]\nname = "first', 3),
    ],
)
def test_a_channel_that_makes_no_sense_gives_its_line(before: str, after: str, line: int) -> None:
    with pytest.raises(Malformed) as error:
        config.parse(CHANNEL.replace(before, after, 1))
    assert error.value.where == f"garde.toml, line {line}"


@pytest.mark.parametrize(
    "text",
    ["[notify]\nchannel = [3]", "[notify]\nchannel = [{a = 1}, 3]", "[site]\nnetworks = [{a = 1}]", "store = [{}]"],
)
def test_tables_where_none_belong_are_named(text: str) -> None:
    with pytest.raises(Malformed):
        config.parse(text)


def test_what_is_not_toml_is_malformed() -> None:
    with pytest.raises(Malformed, match="garde.toml"):
        config.parse("[web\n")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(Missing, match="absent.toml"):
        config.load(tmp_path / "absent.toml")


def test_the_data_home_follows_xdg(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert config.data_home() == tmp_path / "garde"


@given(st.text(max_size=200))
def test_any_text_is_a_configuration_or_a_named_error(text: str) -> None:
    try:
        config.parse(text)
    except GardeError as error:
        assert error.code.startswith("config.")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[radius]\nfolder = "radius"', "is no absolute path (garde.toml, line 2)"),
        ('[radius]\nendpoint = "10.0.0.1:8421"', "127.0.0.1 or [::1], a colon and a port, please (garde.toml, line 2)"),
        ('[radius]\nendpoint = "127.0.0.1:0"', "a port, please (garde.toml, line 2)"),
        ("[radius]\nport = 0", "0 is not a UDP port (1 to 65535) (garde.toml, line 2)"),
        ('[radius]\nkey = "/a"', "EAP-TLS needs certificate, key and authority, or none of them"),
        ('[[radius.client]]\nname = "a"\naddress = "10.0.0.1"\nsecret = "x"', "No secret stands in this file"),
        ('[zones]\nrule = "x"', "'rule' is not a setting of [zones] (garde.toml, line 2). Did you mean rules?"),
    ],
    ids=range(7),
)
def test_places_and_the_radius_server(text: str, said: str) -> None:
    with pytest.raises(Malformed) as caught:
        config.parse(text)
    assert said in str(caught.value)


def test_the_endpoint_of_the_radius_server_is_on_this_machine() -> None:
    assert config.parse('[radius]\nendpoint = "[::1]:8421"').radius.endpoint == "[::1]:8421"
