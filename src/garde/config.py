"""Configuration: one frozen record per section, read from TOML.

Question: how is Garde told where its store is, what it listens to and on which address it serves?
Reference: TOML 1.0; XDG Base Directory 0.8 for the default places. An unknown key is an error with file, line and the
nearest known word. Left out: secrets; they have their own store and never stand in this file.

Example:
    >>> parse('[web]\\nport = 8421').web.port
    8421
    >>> parse('[web]\\nprot = 1')  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    garde.errors.Malformed: 'prot' is not a setting of [web] (garde.toml, line 2). Did you mean port? [...]
"""

from __future__ import annotations

import difflib
import ipaddress
import os
import re
import tomllib
import typing
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from garde.errors import Malformed, Missing
from garde.model.finding import SEVERITIES

#: Networks whose addresses are the hospital's own when nothing else is said: RFC 1918, RFC 6598, RFC 4193, link-local.
PRIVATE = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16", "fc00::/7", "fe80::/10")


class StoreSection(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the state is kept: ``sqlite:///path`` or ``postgresql://…``; empty means a file in the XDG data home."""

    url: str = ""


class BusSection(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How messages travel: ``log:`` (a table of the store) or ``nats://host:port``."""

    url: str = "log:"


class CaptureSection(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is listened to.

    Attributes:
        sensor: name of this sensor, written on every observation.
        interfaces: network interfaces for the live ring.
        export: ``address:port`` for NetFlow and IPFIX over UDP; empty means not listening.
        flows: most flows remembered at once; memory is bounded by it, never by the size of a capture.
    """

    sensor: str = "local"
    interfaces: tuple[str, ...] = ()
    export: str = ""
    flows: int = 1 << 17


class SiteSection(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The hospital: its name, the networks whose addresses are its own devices, and the TOML file that names whom to
    call and what to do without a device (``directory``; empty means none is written yet)."""

    name: str = "Garde"
    networks: tuple[str, ...] = PRIVATE
    directory: str = ""


class EvidenceSection(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the log is sealed, and how long it is kept; ``key`` signs the seals and wraps the secrets.

    Attributes:
        key: ``file:PATH``, ``passphrase:PATH`` or ``pkcs11:…``; empty means a file in the XDG data home.
        seal_messages: a seal is due after so many messages.
        seal_minutes: and after so many minutes, when there is any message.
        keep_days: how long messages are kept after they were sealed; 0 keeps all.
        trusted: ids of further keys whose seals are believed, such as that of the machine a store came from.
        witness: a file to which each seal is copied, best where nobody of this machine may change it; empty means none.
    """

    key: str = ""
    seal_messages: int = 10_000
    seal_minutes: int = 10
    keep_days: int = 0
    trusted: tuple[str, ...] = ()
    witness: str = ""


class WebSection(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where pages are served.

    Attributes:
        address, port: what the pages listen on.
        name: host name that stands in a made certificate and in links; empty takes the machine's.
        tls: ``auto`` serves over TLS unless the address is this machine's own; ``on`` and ``off`` say so themselves.
        certificate, key: files in PEM; empty makes a certificate of its own at the first start.
    """

    address: str = "127.0.0.1"
    port: int = 8420
    name: str = ""
    tls: str = "auto"
    certificate: str = ""
    key: str = ""


class FindingsSection(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What findings trigger: ``policy`` is a TOML file whose rows stand before those of Garde; empty means none."""

    policy: str = ""


class RiskSection(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How risk is judged.

    Attributes:
        grid: name and version of a packaged grid, or a TOML file with the site's own.
        aliases: TOML file with the site's own names of makers and products; its rows stand before Garde's.
        works: TOML file with the site's own work packages and prices; empty takes Garde's estimates.
    """

    grid: str = "CRIT-DMC 1"
    aliases: str = ""
    works: str = ""


class RespondSection(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is done against threats.

    Attributes:
        policy: TOML file whose rows, who may let what run, stand before those of Garde; empty means none.
        playbooks: folder of TOML files, each a playbook that comes before those of Garde; empty means none.
        windows: TOML file of when devices are worked on, so that nothing goes by itself then; empty means never.
        gateway: command that runs another one on the gateway under nftables, as ``["ssh", "-o", "BatchMode=yes",
            "garde@gw-1"]``, or ``["env"]`` for this machine; empty means that people are given orders instead.
    """

    policy: str = ""
    playbooks: str = ""
    windows: str = ""
    gateway: tuple[str, ...] = ()


class ProbeSection(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What Garde itself may send to devices.

    Attributes:
        approvals: TOML file of which probes may go to which kinds, and where none ever goes; empty means that no probe
            goes by itself.
        packets: that all probes together may send within any second; at least 20.
    """

    approvals: str = ""
    packets: int = 200


class OidcRole(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One ``[[oidc.role]]``: who carries this value in this claim holds this role, everywhere or in one part.

    Attributes:
        claim: name of the claim; a dot leads into an object (``realm_access.roles``).
        value: the whole value, or one of several.
        role, site, ward, kind: the grant (`garde.model.person.Grant`).
    """

    claim: str
    value: str
    role: str
    site: str = ""
    ward: str = ""
    kind: str = ""


class OidcSection(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Signing in at the hospital's identity provider (OpenID Connect Core 1.0); an empty issuer means not at all.

    Attributes:
        issuer: address of the provider, exactly as it names itself.
        client_id: name of Garde at the provider.
        secret: where Garde's secret lies, as ``file:`` and an absolute path; never the secret itself. Empty for a
            client without one.
        address: of Garde, as browsers see it (``https://garde.chu.example``); empty takes ``[web]``.
        name: on the button; empty takes the profile's.
        profile: ``generic``, ``keycloak`` or ``pro-sante-connect``: a row of ``people/providers.toml``.
        scopes, acr_values, userinfo: instead of those of the profile; empty takes the profile's.
        unknown: what becomes of somebody who never came: ``refuse``, ``bind`` (to a person of the same login who has
            no password and never came this way) or ``add`` (bind, or add a person).
        authority: file in PEM with the authorities of the provider's certificate; empty takes the system's.
        proxy: address of the proxy on the way to the provider; empty means none.
        role: which claims bring which roles. With none, roles are given in Garde; with some, the provider says them.
    """

    issuer: str = ""
    client_id: str = ""
    secret: str = ""
    address: str = ""
    name: str = ""
    profile: str = "generic"
    scopes: tuple[str, ...] = ()
    acr_values: tuple[str, ...] = ()
    userinfo: str = ""
    unknown: str = "bind"
    authority: str = ""
    proxy: str = ""
    role: tuple[OidcRole, ...] = ()


class ChannelSection(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A way to tell somebody: one ``[[notify.channel]]`` each.

    Attributes:
        name: in small letters, digits and dashes; never changed, as what was sent is remembered under it.
        kind: ``mail``, ``webhook`` or ``syslog``.
        address: ``smtps://host:465``, ``smtp://host:587`` (STARTTLS, required) or ``smtp+plain://host:25``; ``https://…``;
            ``tls://host:6514``, ``tcp://host:601`` or ``udp://host:514``.
        language: of what it says: ``fr`` or ``en``.
        roles: it reaches people of these roles.
        people: logins that it reaches when something is given to them.
        severities: only findings of these; all unless said.
        messages: kinds of message that a webhook gets as they are logged: Observation, Conversation, Decision, Access,
            Judgement, Changed.
        sender: address that mail comes from.
        recipients: addresses that mail goes to. Without any it goes to each person who holds one of the roles where the
            device is, has the finding in hand or follows the device, at their own address and in their own language.
        user: for mail, when the server asks for one.
        password: ``file:PATH`` of the file that holds it.
        secret: ``file:PATH`` of the webhook's signing secrets, newest first, one a line.
        authority: PEM file of the authority that signed the peer's certificate; empty means those of this machine.
        format: of syslog: ``cef`` or ``ecs``.
    """

    name: str
    kind: str
    address: str
    language: str = "fr"
    roles: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    severities: tuple[str, ...] = SEVERITIES
    messages: tuple[str, ...] = ()
    sender: str = ""
    recipients: tuple[str, ...] = ()
    user: str = ""
    password: str = ""
    secret: str = ""
    authority: str = ""
    format: str = "cef"


class NotifySection(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who is told of findings.

    Attributes:
        link: address of the pages as people reach them; every notification carries a link into it.
        give_up: hours after which what could not be sent is given up and shown.
        channel: the channels.
    """

    link: str = "http://127.0.0.1:8420"
    give_up: int = 72
    channel: tuple[ChannelSection, ...] = ()


class GatewaySection(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One ``[[zones.gateway]]``: a Linux machine under nftables between zones.

    Attributes:
        name: in letters, digits and dashes; what is in force there is remembered under it.
        command: what runs a shell there, as ``["ssh", "-o", "BatchMode=yes", "garde@gw-1"]``; empty for this machine.
        run, kept: folders there for a change under way, and for what is loaded when it starts.
        routed: it does not see the devices' hardware addresses.
        spared: zones that the mode ``soft`` leaves alone.
    """

    name: str
    command: tuple[str, ...] = ()
    run: str = "/run/garde-gateway"
    kept: str = "/var/lib/garde-gateway"
    routed: bool = False
    spared: tuple[str, ...] = ()


class ZonesSection(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Zones and the traffic between them, and where stations are put.

    Attributes:
        rules: TOML file that says where stations are put (`garde.zones.rulebook`); empty means that nobody decides.
        plan: TOML file of the site's own zone plan; empty takes Garde's.
        probes: addresses from which the site itself scans and checks; their traffic teaches nothing.
        gateway: enforcement points that Garde may reach.
    """

    rules: str = ""
    plan: str = ""
    probes: tuple[str, ...] = ()
    gateway: tuple[GatewaySection, ...] = ()


class RadiusClient(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One ``[[radius.client]]``: a switch, an access point, or a network of them.

    Attributes:
        name: letters, digits and _ . - only.
        address: its address, or a network as CIDR.
        secret: ``file:PATH`` of the file that holds what they share, 16 characters or more.
    """

    name: str
    address: str
    secret: str


class RadiusSection(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """FreeRADIUS, which Garde decides for; an empty folder means not at all.

    Attributes:
        folder: absolute path of the configuration that ``garde radius configure`` writes.
        endpoint: ``host:port`` on this machine at which the server asks Garde.
        address, port, accounting: what the server listens on; UDP.
        certificate, key, authority: PEM files of EAP-TLS: the server's own, and the authority of the devices'
            certificates. Empty means that no certificates are accepted.
        revocation: the authority's file holds revocation lists too, and they are asked.
        client: who may ask.
    """

    folder: str = ""
    endpoint: str = "127.0.0.1:8421"
    address: str = "*"
    port: int = 1812
    accounting: int = 1813
    certificate: str = ""
    key: str = ""
    authority: str = ""
    revocation: bool = False
    client: tuple[RadiusClient, ...] = ()


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole configuration; every section has defaults that work on one machine."""

    store: StoreSection = StoreSection()
    bus: BusSection = BusSection()
    capture: CaptureSection = CaptureSection()
    site: SiteSection = SiteSection()
    web: WebSection = WebSection()
    findings: FindingsSection = FindingsSection()
    risk: RiskSection = RiskSection()
    respond: RespondSection = RespondSection()
    probe: ProbeSection = ProbeSection()
    evidence: EvidenceSection = EvidenceSection()
    oidc: OidcSection = OidcSection()
    notify: NotifySection = NotifySection()
    zones: ZonesSection = ZonesSection()
    radius: RadiusSection = RadiusSection()


def data_home() -> Path:
    """Where Garde keeps its files when nothing else is said."""
    base = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(base) / "garde"


def load(path: Path | None) -> Config:
    """Read a configuration file, or the defaults when there is none.

    Raises:
        Missing: the file is not there or not readable.
        Malformed: not TOML, an unknown key, or a value of the wrong type or range; with file and line.
    """
    if path is None:
        return Config()
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Missing("config.unreadable", f"{path} cannot be read: {error}", hint="Check --config") from None
    return parse(text, path.name)


def parse(text: str, name: str = "garde.toml") -> Config:
    """Configuration from TOML text; ``name`` is the file named in errors."""
    try:
        tree = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Malformed("config.toml", str(error), where=name) from None
    _known(tree, Config, "", text, name)
    try:
        config = msgspec.convert(tree, Config)
    except msgspec.ValidationError as error:
        path = str(error).partition("`$.")[2].rstrip("`")
        row = re.match(r"(\w+\.\w+)\[(\d+)\](?:\.(\w+))?", path)
        if row:
            line = _line(text, row[1], row[3] or "", int(row[2]))
        else:
            section, _, key = path.partition(".")
            line = _line(text, section, key.partition("[")[0])
        raise Malformed("config.value", str(error).partition(" - at")[0], where=f"{name}, line {line}") from None
    _ranges(config, text, name)
    return config


def _known(
    tree: dict[str, object], shape: type[msgspec.Struct], section: str, text: str, name: str, nth: int = 0
) -> None:
    fields = {field.name: field for field in msgspec.structs.fields(shape)}
    for key, value in tree.items():
        if key not in fields:
            near = difflib.get_close_matches(key, fields, n=1)
            hint = f"Did you mean {near[0]}?" if near else f"Known: {', '.join(fields)}"
            line = _line(text, section, key, nth) if section else _line(text, key, "")
            where = f"[{section}]" if section else "the configuration"
            raise Malformed(
                "config.unknown-key", f"{key!r} is not a setting of {where}", where=f"{name}, line {line}", hint=hint
            )
        if isinstance(value, dict) and not section:
            _known(value, fields[key].type, key, text, name)
        row = next(iter(typing.get_args(fields[key].type)), None)
        if isinstance(value, list) and isinstance(row, type) and issubclass(row, msgspec.Struct):
            for nth, table in enumerate(value):
                if isinstance(table, dict):
                    _known(table, row, f"{section}.{key}", text, name, nth)


def _ranges(config: Config, text: str, name: str) -> None:
    """Values that have the right type but make no sense."""

    def wrong(section: str, key: str, what: str) -> Malformed:
        return Malformed("config.value", what, where=f"{name}, line {_line(text, section, key)}")

    if not 1 <= config.web.port <= 65535:
        raise wrong("web", "port", f"{config.web.port} is not a TCP port (1 to 65535)")
    if config.web.tls not in ("auto", "on", "off"):
        raise wrong("web", "tls", f"{config.web.tls!r}: auto, on or off, please")
    if bool(config.web.certificate) != bool(config.web.key):
        raise wrong("web", "certificate", "A certificate needs its key, and a key its certificate")
    if not 1 << 10 <= config.capture.flows <= 1 << 22:
        raise wrong("capture", "flows", f"{config.capture.flows} flows: between 1024 and 4194304, please")
    for key, least in (("seal_messages", 1), ("seal_minutes", 1), ("keep_days", 0)):
        if (value := getattr(config.evidence, key)) < least:
            raise wrong("evidence", key, f"{value} is too little: at least {least}")
    for name_of_key in config.evidence.trusted:
        if not re.fullmatch(r"[0-9a-f]{64}", name_of_key):
            raise wrong("evidence", "trusted", f"{name_of_key!r} is no id of a key: 64 hexadecimal digits")
    if config.oidc.issuer and not config.oidc.client_id:
        raise wrong("oidc", "issuer", "A provider needs client_id, the name of Garde there")
    if not all(secured(one) for one in (config.oidc.issuer, config.oidc.address) if one):
        raise wrong("oidc", "issuer", "issuer and address begin with https: (http: only on this machine)")
    if config.oidc.scopes and "openid" not in config.oidc.scopes:
        raise wrong("oidc", "scopes", "Without the scope openid a provider says nothing about who signs in")
    if config.oidc.unknown not in ("refuse", "bind", "add"):
        raise wrong("oidc", "unknown", f"{config.oidc.unknown!r}: refuse, bind or add, please")
    if config.oidc.userinfo not in ("", "none", "any", "signed"):
        raise wrong("oidc", "userinfo", f"{config.oidc.userinfo!r}: none, any or signed, please")
    if config.oidc.secret and not config.oidc.secret.startswith("file:/"):
        raise wrong("oidc", "secret", "Here stands where the secret lies (file:/…), never the secret itself")
    for network in config.site.networks:
        try:
            ipaddress.ip_network(network)
        except ValueError as error:
            raise wrong("site", "networks", str(error)) from None
    for probe in config.zones.probes:
        try:
            ipaddress.ip_address(probe)
        except ValueError as error:
            raise wrong("zones", "probes", str(error)) from None
    if not 1 <= config.notify.give_up <= 24 * 365:
        raise wrong("notify", "give_up", f"{config.notify.give_up} hours: between 1 and 8760, please")
    for key, what in _wrong_radius(config.radius):
        raise wrong("radius", key, what)
    for nth, client in enumerate(config.radius.client):
        if not client.secret.startswith("file:"):
            line = _line(text, "radius.client", "secret", nth)
            what = "No secret stands in this file: write file: and the path of the file that holds it"
            raise Malformed("config.value", what, where=f"{name}, line {line}")
    names = [channel.name for channel in config.notify.channel]
    for nth, channel in enumerate(config.notify.channel):
        for key, what in _wrong(channel):
            line = _line(text, "notify.channel", key, nth)
            raise Malformed("config.value", what, where=f"{name}, line {line}")
        if channel.name in names[:nth]:
            line = _line(text, "notify.channel", "name", nth)
            raise Malformed("config.value", f"Two channels are called {channel.name}", where=f"{name}, line {line}")


def secured(address: str) -> bool:
    """Whether an address is of TLS, or of this machine.

    >>> secured("https://sso.chu.example/realms/x"), secured("http://127.0.0.1:9000"), secured("http://chu.example")
    (True, True, False)
    """
    if not address.isascii() or not address.isprintable() or " " in address:
        return False
    try:
        parts = urlsplit(address)
        local = parts.hostname in ("127.0.0.1", "::1", "localhost")
        return (
            bool(parts.hostname)
            and not parts.username
            and not parts.fragment
            and (parts.scheme == "https" or (parts.scheme == "http" and local))
        )
    except ValueError:
        return False


#: Kind of channel → what its address may begin with.
SCHEMES: typing.Final = {
    "mail": ("smtps", "smtp", "smtp+plain"),
    "webhook": ("https", "http"),
    "syslog": ("tls", "tcp", "udp"),
}
#: A mail address that no header can be slipped into: RFC 5321 without quoted words and without non-ASCII.
MAIL: typing.Final = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+")
#: Kinds of message that a webhook may subscribe to.
SUBSCRIBED: typing.Final = ("Observation", "Conversation", "Decision", "Access", "Judgement", "Changed")


def _wrong_radius(section: RadiusSection) -> Iterator[tuple[str, str]]:
    """What makes no sense about the RADIUS server: the key and a sentence."""
    if section.folder and not section.folder.startswith("/"):
        yield "folder", f"{section.folder!r} is no absolute path"
    host, _, port = section.endpoint.rpartition(":")
    if host not in ("127.0.0.1", "[::1]") or not re.fullmatch("[0-9]{1,5}", port) or not 1 <= int(port) <= 65535:
        yield "endpoint", f"{section.endpoint!r}: 127.0.0.1 or [::1], a colon and a port, please"
    for key in ("port", "accounting"):
        if not 1 <= getattr(section, key) <= 65535:
            yield key, f"{getattr(section, key)} is not a UDP port (1 to 65535)"
    if len({bool(section.certificate), bool(section.key), bool(section.authority)}) > 1:
        yield "certificate", "EAP-TLS needs certificate, key and authority, or none of them"


def _wrong(channel: ChannelSection) -> Iterator[tuple[str, str]]:
    """What makes no sense in a channel: the key and a sentence."""
    if not re.fullmatch(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?", channel.name):
        yield "name", f"{channel.name!r}: small letters, digits and dashes, at most 40"
    if channel.kind not in SCHEMES:
        yield "kind", f"{channel.kind!r} is no kind of channel: {', '.join(SCHEMES)}"
        return
    if not re.fullmatch(rf"({'|'.join(map(re.escape, SCHEMES[channel.kind]))})://[^\s@/]+(/\S*)?", channel.address):
        yield "address", f"{channel.address!r}: begin with {' or '.join(SCHEMES[channel.kind])}, then ://host:port"
    try:
        urlsplit(channel.address).port  # noqa: B018 — reading it is the check
    except ValueError as error:
        yield "address", f"{channel.address!r}: {error}"
    for key, value, known in (
        ("language", (channel.language,), ("fr", "en")),
        ("format", (channel.format,), ("cef", "ecs")),
        ("severities", channel.severities, SEVERITIES),
        ("messages", channel.messages, SUBSCRIBED),
    ):
        for one in value:
            if one not in known:
                yield key, f"{one!r} is not known here: {', '.join(known)}"
    if channel.messages and channel.kind != "webhook":
        yield "messages", "Only a webhook gets messages"
    if channel.kind == "mail":
        for key, people in (("sender", (channel.sender,)), ("recipients", channel.recipients)):
            for one in people:
                if not MAIL.fullmatch(one):
                    yield key, f"{one!r} is no mail address"
    for key, place in (("password", channel.password), ("secret", channel.secret)):
        if place and not place.startswith("file:"):
            yield key, "No secret stands in this file: write file: and the path of the file that holds it"


def _line(text: str, section: str, key: str, nth: int = 0) -> int:
    """Line of a key in the ``nth`` table of a section, from 1; of the section's head when the key is not found."""
    here, found, seen = "", 1, 0
    for number, line in enumerate(text.splitlines(), 1):
        head = re.match(r"\s*\[\[?\s*([^\]]+?)\s*\]\]?", line)
        if head:
            here = head.group(1)
            if here == section:
                here, seen = (section, seen + 1) if seen == nth else ("another", seen + 1)
            if here == section:
                found = number
                if not key:
                    return number
        word = re.match(r"\s*(?:\"([^\"]+)\"|'([^']+)'|([\w-]+))\s*[=.]", line)
        if word:
            name = word.group(1) or word.group(2) or word.group(3)
            if (here == section and name == key) or (not key and not here and name == section):
                return number
    return found
