"""Server: the configuration of FreeRADIUS, written by Garde.

Question: what must FreeRADIUS be told so that Garde decides, forged requests are refused, and nobody waits for Garde?
Reference: FreeRADIUS 3.2 (rlm_rest, rlm_files, rlm_linelog, rlm_eap); RFC 2865, RFC 3579 §3.2 (Message-Authenticator),
CVE-2024-3596 (BlastRADIUS); RFC 5216 (EAP-TLS). Every request must carry Message-Authenticator and every answer carries
one first. ``require_message_authenticator = yes`` of 3.2.1 drops without a word, and ``limit_proxy_state`` came with
3.2.5; so the same refusal stands in the policy, before anything else is done, where it can be written down. Nothing is
proxied. Left out: RadSec, and EAP methods with passwords.

Example:
    >>> text = configuration(Server(folder="/etc/garde/radius", endpoint="127.0.0.1:8421"))
    >>> "require Message-Authenticator" in text["radiusd.conf"], sorted(text)[0]
    (True, 'clients.conf')
"""

from __future__ import annotations

import ipaddress
import re
from typing import Final

import msgspec

from garde.errors import Malformed

#: Bits of a secret's worth: RFC 2865 §3 asks for at least 16 octets.
SHORTEST: Final = 16
_SAFE: Final = re.compile(r"[A-Za-z0-9_.:/@+-]+")
_SECRET: Final = re.compile(r"[!-!#-$&'()*+,./0-9:;<=>?@A-Z^_a-z|~-]+")


class Client(msgspec.Struct, frozen=True):
    """A switch, an access point or a network of them: its name, its address as CIDR, the secret they share."""

    name: str
    address: str
    secret: str


class Server(msgspec.Struct, frozen=True, kw_only=True):
    """What stands in the configuration.

    Attributes:
        folder: absolute path of the configuration.
        endpoint: ``host:port`` of Garde, on this machine.
        token: bearer token of the endpoint.
        address, port, accounting: what the server listens on; UDP.
        clients: who may ask.
        certificate, key, authority: of EAP-TLS, PEM files; empty means that no certificates are accepted.
        revocation: the authority's folder holds revocation lists, and they are asked.
        seconds: for how long Garde is waited for.
        user: whose folder it is, and who runs the server; no port below 1024 asks for more.
        modules: folder of the server's modules.
    """

    folder: str
    endpoint: str
    token: str = ""
    address: str = "*"
    port: int = 1812
    accounting: int = 1813
    clients: tuple[Client, ...] = ()
    certificate: str = ""
    key: str = ""
    authority: str = ""
    revocation: bool = False
    seconds: float = 1.0
    user: str = "root"
    modules: str = "/usr/lib/freeradius"


def configuration(server: Server) -> dict[str, str]:
    """Name of each file in the folder → its text; those that hold secrets are ``clients.conf`` and ``token.conf``.

    Raises:
        Malformed: a value would mean something else in a configuration of FreeRADIUS than what it says.
    """
    for what, value in (
        ("folder", server.folder), ("endpoint", server.endpoint), ("certificate", server.certificate),
        ("key", server.key), ("authority", server.authority), ("modules", server.modules), ("token", server.token),
        ("user", server.user),
    ):  # fmt: skip
        if value and not _SAFE.fullmatch(value):
            raise Malformed("radius.value", f"{value!r} cannot stand in a configuration of FreeRADIUS", where=what)
    secure = bool(server.certificate)
    values = {
        "FOLDER": server.folder,
        "USER": server.user,
        "ENDPOINT": server.endpoint,
        "ADDRESS": server.address,
        "PORT": str(server.port),
        "ACCOUNTING": str(server.accounting),
        "SECONDS": f"{server.seconds:g}",
        "MODULES": server.modules,
        "EAP": _EAP if secure else "",
        "EAP_AUTHORIZE": _EAP_AUTHORIZE if secure else "\t\t",
        "EAP_AUTHENTICATE": _EAP_AUTHENTICATE if secure else "",
        "EAP_REJECT": "\t\t\teap\n" if secure else "",
        "EAP_POST": _EAP_POST if secure else "",
        "CERTIFICATE": server.certificate,
        "KEY": server.key,
        "AUTHORITY": server.authority,
        "ANSWERED": _line("answer", "at", "by", "content", "mac", "nas", "port", "medium", "called", "subject"),
        "REFUSED": _line(
            "refusal", "at", "by", "content", "why", "detail", "mac", "client", "nas", "port", "medium", "called",
            "subject",
        ),
        "ACCOUNTED": _line("accounting", "at", "mac", "status", "session", "vlan", "class", "nas", "port"),
        "REVOCATION": "yes" if server.revocation else "no",
    }  # fmt: skip
    return {
        "radiusd.conf": _filled(_MAIN, values),
        "dictionary": "# Nothing is added to the dictionaries of FreeRADIUS.\n",
        "clients.conf": "".join(_client(one) for one in server.clients),
        **{name: _filled(text, values) for name, text in _UNITS.items()},
        "token.conf": f'garde_token = "{server.token}"\n',
    }


def _filled(text: str, values: dict[str, str]) -> str:
    # Twice: what is put in holds places of its own.
    for _ in range(2):
        text = re.sub(r"@([A-Z_]+)@", lambda found: values.get(found[1], found[0]), text)
    return text


def _client(one: Client) -> str:
    if not re.fullmatch(r"[A-Za-z0-9_.-]{1,64}", one.name):
        raise Malformed("radius.client", f"{one.name!r}: letters, digits and _ . - only, please", where="client")
    try:
        network = ipaddress.ip_network(one.address, strict=False)
    except ValueError as error:
        raise Malformed("radius.client", str(error), where=one.name) from None
    if len(one.secret) < SHORTEST or not _SECRET.fullmatch(one.secret):
        raise Malformed(
            "radius.secret", f"The secret has fewer than {SHORTEST} characters, or quotes, blanks, % or backslashes",
            where=one.name,
        )  # fmt: skip
    family = "ipv6addr" if network.version == 6 else "ipv4addr"
    return f"""client {one.name} {{
	{family} = {network}
	secret = "{one.secret}"
	# Required by the policy, which also reports what is refused; see radiusd.conf.
	require_message_authenticator = no
	nas_type = other
}}
"""


#: What a line of the journal tells → how FreeRADIUS writes it; jsonquote where the text comes from outside.
_FIELDS: Final = {
    "at": "%l",
    "by": "%{control:Tmp-String-1}",
    "content": "%{control:Tmp-String-2}",
    "why": "%{control:Tmp-String-3}",
    "mac": "%{Tmp-String-0}",
    "client": "%{Packet-Src-IP-Address}%{Packet-Src-IPv6-Address}",
    "nas": "%{jsonquote:%{%{NAS-Identifier}:-%{%{NAS-IP-Address}:-%{Packet-Src-IP-Address}}}}",
    "port": "%{jsonquote:%{%{NAS-Port-Id}:-%{NAS-Port}}}",
    "medium": "%{NAS-Port-Type}",
    "called": "%{jsonquote:%{Called-Station-Id}}",
    "subject": "%{jsonquote:%{TLS-Client-Cert-Subject}}",
    "detail": "%{jsonquote:%{Module-Failure-Message}}",
    "status": "%{Acct-Status-Type}",
    "session": "%{jsonquote:%{Acct-Session-Id}}",
    "vlan": "%{jsonquote:%{Tunnel-Private-Group-Id}}",
    "class": "%{Class}",
    # Two requests of one second are two lines.
    "random": "%{randstr:hhhhhhhh}",
}


def _line(what: str, *fields: str) -> str:
    """A line of the journal in JSON, inside a text of FreeRADIUS."""
    told = [f'\\"what\\":\\"{what}\\"']
    for name in (*fields, "random"):
        value = _FIELDS[name] if name == "at" else f'\\"{_FIELDS[name]}\\"'
        told.append(f'\\"{name}\\":{value}')
    return "{" + ",".join(told) + "}"


_MAC: Final = "[^0-9a-f]?".join(["([0-9a-f][0-9a-f])"] * 6)

_MAIN: Final = (
    r"""# Written by `garde radius configure`: change the configuration of Garde instead.
prefix = /usr
confdir = @FOLDER@
raddbdir = @FOLDER@
logdir = @FOLDER@/journal
run_dir = @FOLDER@/journal
libdir = @MODULES@
pidfile = ${run_dir}/radiusd.pid
max_request_time = 10
cleanup_delay = 5
max_requests = 65536
hostname_lookups = no
proxy_requests = no
log {
	destination = files
	file = ${logdir}/server.log
	auth = no
}
security {
	allow_core_dumps = no
	max_attributes = 200
	reject_delay = 1
	status_server = no
}
thread pool {
	start_servers = 8
	max_servers = 128
	min_spare_servers = 4
	max_spare_servers = 32
	max_queue_size = 65536
	max_requests_per_server = 0
	auto_limit_acct = no
}
$INCLUDE token.conf
$INCLUDE clients.conf
modules {
	always reject {
		rcode = reject
	}
	always handled {
		rcode = handled
	}
	always ok {
		rcode = ok
	}
	chap {
	}
	# Gives %{randstr:} and %{tolower:}.
	expr {
		safe_characters = "@abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_: /"
	}
	rest garde {
		tls {
		}
		authorize {
			uri = "http://@ENDPOINT@/radius/authorize"
			method = "post"
			body = "json"
			timeout = @SECONDS@
		}
		pool {
			start = 0
			min = 0
			max = 128
			spare = 8
			uses = 0
			retry_delay = 1
			lifetime = 0
			idle_timeout = 60
		}
	}
	# Garde did not answer a moment ago: nobody waits for it again so soon.
	cache silent {
		driver = "rlm_cache_rbtree"
		key = "garde"
		ttl = 3
		max_entries = 1
		add_stats = no
		update {
			&control:Tmp-String-5 := "silent"
		}
	}
	# The decisions of the known, signed by Garde and checked by `garde radius cache verify` before they come here.
	files places {
		filename = ${confdir}/places
		key = "%{Tmp-String-0}"
	}
	# One instance for all: two that append to one file would write over each other.
	linelog journal {
		filename = ${logdir}/%Y%m%d.journal
		permissions = 0640
		format = ""
		reference = "lines.%{%{control:Tmp-String-4}:-answer}"
		lines {
			answer = "@ANSWERED@"
			refusal = "@REFUSED@"
			accounting = "@ACCOUNTED@"
		}
	}
@EAP@}
instantiate {
	expr
}
policy {
	refused {
		update control {
			&Tmp-String-4 := "refusal"
		}
		journal
	}
	accounted {
		update control {
			&Tmp-String-4 := "accounting"
		}
		journal
	}
	station {
		if (&Calling-Station-Id && ("%{Calling-Station-Id}" =~ /^@MAC@$/i)) {
			update request {
				&Tmp-String-0 := "%{tolower:%{1}:%{2}:%{3}:%{4}:%{5}:%{6}}"
			}
		}
	}
	# Garde decides; while it does not answer, the signed file does.
	place {
		update control {
			&Tmp-String-1 := "cache"
			&Cache-Status-Only := yes
		}
		silent
		if (notfound) {
			update control {
				&REST-HTTP-Header += "Authorization: Bearer ${garde_token}"
			}
			garde.authorize {
				fail = 1
				invalid = 1
				notfound = 1
				userlock = 1
				reject = 1
			}
			if (ok || updated) {
				update control {
					&Tmp-String-1 := "garde"
				}
			}
			else {
				silent
			}
		}
		if (&control:Tmp-String-1 == "cache") {
			places.authorize
		}
		if (&control:Auth-Type == Reject) {
			update control {
				&Tmp-String-3 := "rule"
			}
			reject
		}
	}
}
server garde {
	listen {
		type = auth
		ipaddr = @ADDRESS@
		port = @PORT@
	}
	listen {
		type = acct
		ipaddr = @ADDRESS@
		port = @ACCOUNTING@
	}
	authorize {
		# CVE-2024-3596: require Message-Authenticator; FreeRADIUS has dropped those in which it is wrong already.
		if (!&Message-Authenticator) {
			update control {
				&Tmp-String-3 := "message-authenticator"
				&Response-Packet-Type := Do-Not-Respond
			}
			refused
			handled
		}
		update reply {
			&Message-Authenticator := 0x00
		}
		station
		if (!&Tmp-String-0) {
			update control {
				&Tmp-String-3 := "station"
			}
			reject
		}
@EAP_AUTHORIZE@if (&User-Name && ("%{User-Name}" =~ /^@MAC@$/i) && \
				("%{tolower:%{1}:%{2}:%{3}:%{4}:%{5}:%{6}}" == "%{Tmp-String-0}")) {
			if (&User-Password && ("%{tolower:%{User-Password}}" != "%{tolower:%{User-Name}}")) {
				update control {
					&Tmp-String-3 := "password"
				}
				reject
			}
			if (&CHAP-Password) {
				update control {
					&Tmp-String-3 := "password"
					&Cleartext-Password := "%{User-Name}"
					&Auth-Type := CHAP
				}
			}
			else {
				update control {
					&Auth-Type := Accept
				}
			}
			place
		}
		else {
			update control {
				&Tmp-String-3 := "not-mab"
			}
			reject
		}
	}
	authenticate {
		Auth-Type CHAP {
			chap
		}
@EAP_AUTHENTICATE@	}
	preacct {
		station
		ok
	}
	accounting {
		accounted
		ok
	}
	post-auth {
@EAP_POST@		if (&control:Tmp-String-1) {
			journal
		}
		Post-Auth-Type REJECT {
@EAP_REJECT@			refused
		}
	}
}
"""
).replace("@MAC@", _MAC)

#: Units of systemd: the server, which checks the signed file before it reads it, and who reloads it when Garde offers
#: another one. A file that does not hold is refused and the last good one stays, so the check may fail (``-``).
_UNITS: Final = {
    "garde-radius.service": """[Unit]
Description=FreeRADIUS, for which Garde decides
After=network-online.target

[Service]
User=@USER@
ExecStartPre=-garde radius cache verify @FOLDER@
ExecStart=/usr/sbin/freeradius -f -d @FOLDER@ -n radiusd
ExecReload=garde radius cache verify @FOLDER@ --reload $MAINPID
Restart=always
NoNewPrivileges=yes
ProtectSystem=strict
ReadWritePaths=@FOLDER@
PrivateTmp=yes

[Install]
WantedBy=multi-user.target
""",
    "garde-radius-places.path": """[Path]
PathChanged=@FOLDER@/offer/places.sig

[Install]
WantedBy=multi-user.target
""",
    "garde-radius-places.service": """[Service]
Type=oneshot
ExecStart=systemctl reload garde-radius.service
""",
}

_EAP: Final = r"""	eap {
		default_eap_type = tls
		timer_expire = 60
		ignore_unknown_eap_types = no
		max_sessions = ${max_requests}
		tls-config stations {
			private_key_file = @KEY@
			certificate_file = @CERTIFICATE@
			ca_file = @AUTHORITY@
			check_crl = @REVOCATION@
			cipher_list = "DEFAULT"
			tls_min_version = "1.2"
			# 3.2.1 speaks EAP-TLS over TLS 1.3 before RFC 9190 settled how.
			tls_max_version = "1.2"
			ecdh_curve = "prime256v1"
			cache {
				enable = no
			}
		}
		tls {
			tls = stations
		}
	}
"""
_EAP_AUTHORIZE: Final = """		if (&EAP-Message) {
			update control {
				&Tmp-String-3 := "certificate"
			}
			eap
		}
		els"""
_EAP_AUTHENTICATE: Final = """		Auth-Type eap {
			eap
		}
"""
_EAP_POST: Final = """		if (&EAP-Message) {
			update reply {
				&User-Name !* ANY
			}
			place
		}
"""
