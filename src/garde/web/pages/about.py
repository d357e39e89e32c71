"""Pages about the pages: every component, the words, and the statement on accessibility.

Question: how does each component look, what do the words mean, and how far is this usable by everyone?
Reference: reference of the pages §4 (style guide) and §5 (RGAA 4.1, statement).

Example: ``/style``
"""

from __future__ import annotations

from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from garde.errors import Malformed
from garde.gate import Guarded
from garde.model.device import Claim, Source
from garde.model.observation import Place
from garde.web.charts.samples import samples
from garde.web.charts.week import week
from garde.web.site import Site, asset, language_of

#: Words of the product with their meaning; the glossary of the documentation says more.
WORDS: Final = (
    ("device", "dispositif", "One thing on the network, with one record for its whole life."),
    ("observation", "observation", "One value seen by one sensor at one time, and where in the bytes."),
    ("claim", "affirmation", "What we believe of a device, how sure we are, and on which observations it rests."),
    ("sensor", "sonde", "A place where packets are seen."),
    ("finding", "constat", "A judgement that may need someone."),
    ("decision", "décision", "What a person or a policy chose, why, and until when."),
    ("ghost", "fantôme", "A device of the GMAO's list that was never seen on the network."),
    ("stranger", "inconnu au fichier", "A device on the network that the GMAO's list does not know."),
)


def routes(site: Site) -> list[BaseRoute]:
    """The addresses of these screens."""

    def style(request: Request) -> Response:
        line = Source(
            "dicom.dataset",
            "core-1",
            0.95,
            1_780_000_000_000_000_000,
            1_780_000_000_000_000_000,
            3,
            None,
            Place("ct.pcap", 12, 110, 24),
        )
        claims = [
            Claim("model", f"MX{number}00", confidence, (line,))
            for number, confidence in enumerate((0.1, 0.3, 0.6, 0.86, 0.99))
        ]
        hours = [(hour % 24 > 6) * (hour * 7919 % 997) for hour in range(168)]
        chart = week(hours, [f"{day:02}/03" for day in range(9, 16)], "Octets per hour", "Calm from midnight to six.")
        hostile = '"><script>alert(1)</script>\u202egpj.exe'
        error = Malformed("decision.reason", "A decision needs a reason", hint="Say in a few words how you know")
        shown = {"claims": claims, "hostile": hostile, "chart": chart, "error": error}
        return site.page(request, "style.html", charts=samples(language_of(request)), **shown)

    def words(request: Request) -> Response:
        return site.page(request, "glossary.html", words=WORDS)

    def icon(request: Request) -> Response:
        # A browser asks for it beside every answer that is no page.
        return RedirectResponse(asset("icon.svg"), 308)

    def statement(request: Request) -> Response:
        return site.page(request, "accessibility.html")

    return [
        Guarded("/style", style, ""),
        Guarded("/glossary", words, ""),
        Guarded("/accessibility", statement, ""),
        Guarded("/favicon.ico", icon, ""),
    ]
