"""Sigma rules, parsed by pySigma, asked about what is heard."""

from __future__ import annotations

import pytest

from garde.detect.intelligence.sigma import SIGMA, compiled
from garde.detect.spec import Setting
from garde.errors import Malformed
from tests.lookouts import Scene, end

HEAD = "id: 11111111-1111-1111-1111-111111111111\nstatus: test\nlevel: high\n"
TOR = (
    HEAD
    + """
title: Tor proxies
tags: [attack.t1071.004]
logsource: {category: dns}
detection:
  names: {query|endswith: ['.onion.to', '.tor2web.org']}
  local: {query|startswith: 'known'}
  condition: names and not local
"""
)
FLOW = (
    HEAD
    + """
title: Telnet outside
logsource: {category: firewall}
detection:
  selection: {dst_port: 23, src_ip|cidr: '10.0.0.0/8'}
  other: {dst_port|gte: 60000}
  condition: 1 of selection* or other
"""
)
AGENT = (
    HEAD
    + """
title: Old agent
logsource: {category: proxy}
detection:
  selection: {c-useragent|re: '^evil/[0-9]+', cs-method: POST}
  condition: selection
"""
)


def test_a_rule_on_names() -> None:
    scene = Scene(SIGMA, Setting(sigma=(TOR,)))
    for name in ("www.example.org", "known.onion.to"):
        scene.tell("dns.ask", end("10.0.0.1"), end("10.0.0.53", 53), name=name, type=1)
    assert scene.rules == []
    scene.tell("dns.ask", end("10.0.0.1"), end("10.0.0.53", 53), name="abc.ONION.to", type=1)
    assert scene.rules == ["sigma.match"]
    assert scene.threats[0].technique == "T1071.004"
    assert "rule: Tor proxies" in scene.threats[0].reasons


def test_a_rule_on_connections() -> None:
    scene = Scene(SIGMA, Setting(sigma=(FLOW,)))
    scene.tried("192.168.0.1", "10.0.0.9", 23)
    scene.tried("10.0.0.1", "10.0.0.9", 22)
    assert scene.rules == []
    scene.tried("10.0.0.1", "10.0.0.9", 23)
    assert scene.rules == ["sigma.match"]


def test_a_rule_on_requests() -> None:
    scene = Scene(SIGMA, Setting(sigma=(AGENT,)))
    for agent, method in (("Mozilla", "POST"), ("evil/9", "GET")):
        scene.tell("http.request", end("10.0.0.1"), end("10.0.0.9", 80), agent=agent, method=method)
    assert scene.rules == []
    scene.tell("http.request", end("10.0.0.1"), end("10.0.0.9", 80), agent="evil/9", method="POST")
    assert scene.rules == ["sigma.match"]


def test_what_is_no_rule_and_what_asks_for_other_logs() -> None:
    with pytest.raises(Malformed, match="rules 1"):
        compiled(("title: x\n",))
    other = TOR.replace("category: dns", "category: process_creation")
    assert compiled((other,)) == []
