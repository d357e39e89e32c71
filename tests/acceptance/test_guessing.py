"""Ten thousand wrong passwords cost a few hashes, lock nobody out for good, and keep nobody else waiting."""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx
import pytest

from garde.model.decision import Access
from garde.model.person import Grant
from garde.people import password
from garde.web.application import build
from tests.pages import hospital

SECRET = "correct horse battery"
WRONG = 10_000
HERE = {"sec-fetch-site": "same-origin"}


@pytest.mark.parametrize("machines", [1, 20])
def test_ten_thousand_wrong_passwords(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, machines: int) -> None:
    hashes = 0
    matches = password.matches

    def counted(kept: str, secret: str) -> bool:
        nonlocal hashes
        hashes += 1
        return matches(kept, secret)

    monkeypatch.setattr(password, "matches", counted)
    with hospital(tmp_path, demonstration=False) as site:
        for login, role in (("root", "administrator"), ("k.morel", "rssi")):
            if site.register.by_login(login) is None:
                site.register.add("t", site.now(), login=login, name=login, grants=(Grant(role),), secret=SECRET)
        application = build(site)

        async def guess(machine: int) -> set[int]:
            """One machine's share, one try after the other."""
            transport = httpx.ASGITransport(application, client=(f"10.9.0.{machine}", 5))
            form = {"login": "root", "password": "guess", "back": "/"}
            async with httpx.AsyncClient(transport=transport, base_url="http://garde.test") as client:
                return {
                    (await client.post("/sign-in", data=form, headers=HERE)).status_code
                    for _ in range(WRONG // machines)
                }

        async def storm() -> tuple[set[int], list[int]]:
            answered: list[int] = []

            async def beside() -> None:
                # Somebody else works meanwhile: every page of theirs comes.
                transport = httpx.ASGITransport(application, client=("10.1.1.1", 5))
                async with httpx.AsyncClient(transport=transport, base_url="http://garde.test") as client:
                    while not done.is_set():
                        answered.append((await client.get("/glossary")).status_code)
                        await asyncio.sleep(0.05)

            done = asyncio.Event()
            other = asyncio.create_task(beside())
            codes = await asyncio.gather(*map(guess, range(machines)))
            done.set()
            await other
            return set().union(*codes), answered

        codes, answered = asyncio.run(storm())
        assert codes <= {401, 429} and 429 in codes
        assert hashes <= 20 * machines
        assert answered and set(answered) == {200}
        assert site.door is not None
        right = site.door.sign_in("root", SECRET, "", origin="10.2.2.2", agent="", now=site.now())
        assert right[0].login == "root", "the last administrator is not locked out"
        log = site.store.log(0, (Access,), 100_000)
        assert len(log) <= 20 * machines + 1, "what is braked does not fill the log"
