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
from pathlib import Path

import msgspec

from garde.errors import Malformed, Missing

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
    """The hospital: its name, and the networks whose addresses are its own devices."""

    name: str = "Garde"
    networks: tuple[str, ...] = PRIVATE


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
    """Where pages are served."""

    address: str = "127.0.0.1"
    port: int = 8420


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole configuration; every section has defaults that work on one machine."""

    store: StoreSection = StoreSection()
    bus: BusSection = BusSection()
    capture: CaptureSection = CaptureSection()
    site: SiteSection = SiteSection()
    web: WebSection = WebSection()
    evidence: EvidenceSection = EvidenceSection()


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
        section, _, key = path.partition(".")
        line = _line(text, section, key.partition("[")[0])
        raise Malformed("config.value", str(error).partition(" - at")[0], where=f"{name}, line {line}") from None
    _ranges(config, text, name)
    return config


def _known(tree: dict[str, object], shape: type[msgspec.Struct], section: str, text: str, name: str) -> None:
    fields = {field.name: field for field in msgspec.structs.fields(shape)}
    for key, value in tree.items():
        if key not in fields:
            near = difflib.get_close_matches(key, fields, n=1)
            hint = f"Did you mean {near[0]}?" if near else f"Known: {', '.join(fields)}"
            line = _line(text, section, key) if section else _line(text, key, "")
            where = f"[{section}]" if section else "the configuration"
            raise Malformed(
                "config.unknown-key", f"{key!r} is not a setting of {where}", where=f"{name}, line {line}", hint=hint
            )
        if isinstance(value, dict) and not section:
            _known(value, fields[key].type, key, text, name)


def _ranges(config: Config, text: str, name: str) -> None:
    """Values that have the right type but make no sense."""

    def wrong(section: str, key: str, what: str) -> Malformed:
        return Malformed("config.value", what, where=f"{name}, line {_line(text, section, key)}")

    if not 1 <= config.web.port <= 65535:
        raise wrong("web", "port", f"{config.web.port} is not a TCP port (1 to 65535)")
    if not 1 << 10 <= config.capture.flows <= 1 << 22:
        raise wrong("capture", "flows", f"{config.capture.flows} flows: between 1024 and 4194304, please")
    for key, least in (("seal_messages", 1), ("seal_minutes", 1), ("keep_days", 0)):
        if (value := getattr(config.evidence, key)) < least:
            raise wrong("evidence", key, f"{value} is too little: at least {least}")
    for name_of_key in config.evidence.trusted:
        if not re.fullmatch(r"[0-9a-f]{64}", name_of_key):
            raise wrong("evidence", "trusted", f"{name_of_key!r} is no id of a key: 64 hexadecimal digits")
    for network in config.site.networks:
        try:
            ipaddress.ip_network(network)
        except ValueError as error:
            raise wrong("site", "networks", str(error)) from None


def _line(text: str, section: str, key: str) -> int:
    """Line of a key in a section, from 1; of the section's head when the key is not found."""
    here, found = "", 1
    for number, line in enumerate(text.splitlines(), 1):
        head = re.match(r"\s*\[\[?\s*([^\]]+?)\s*\]\]?", line)
        if head:
            here = head.group(1)
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
