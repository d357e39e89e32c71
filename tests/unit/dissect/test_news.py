from __future__ import annotations

from garde.dissect.news import LONGEST, News, clean
from garde.dissect.spec import Fact
from garde.model.key import Key

ONE, TWO = (Key("ip", "10.0.0.1"),), (Key("mac", "02:00:00:00:00:01"), Key("ip", "10.0.0.1"))


def test_a_statement_is_news_once_a_day_and_for_each_subject() -> None:
    news = News(memory=100)
    said, other = news.of("ssh", [Fact("hostname", "ct-01"), Fact("hostname", "ct-02")])
    one, two = news.subject(ONE)[1] << 64, news.subject(TWO)[1] << 64
    assert news.fresh(one | said.number, 5)
    assert not news.fresh(one | said.number, 5)
    assert news.fresh(one | other.number, 5) and news.fresh(two | said.number, 5)
    assert news.fresh(one | said.number, 6)
    assert not news.fresh(one | said.number, 5)


def test_equal_statements_have_one_number_whoever_makes_them() -> None:
    news = News(memory=100)
    facts = [Fact("hostname", " ct-01", 3, 9), Fact("hostname", "ct-01\0"), Fact("model", "ct-01"), Fact("os", "\0")]
    first, second, third = news.of("ssh", facts)
    assert first.number == second.number != third.number
    assert news.of("http", facts[:1])[0].number != first.number
    assert news.of("http", [Fact("hostname", "ct-01", source="ssh")])[0].number == first.number


def test_what_is_forgotten_is_news_again_and_memory_is_bounded() -> None:
    news = News(memory=3)
    numbers = []
    for i in range(20):
        (said,) = news.of("ssh", [Fact("hostname", f"h{i}")])
        numbers.append(said.number)
        assert news.fresh(news.subject(ONE)[1] << 64 | said.number, 7)
    assert len(news) == 3 and len(set(numbers)) == 20
    (again,) = news.of("ssh", [Fact("hostname", "h0")])
    assert news.fresh(news.subject(ONE)[1] << 64 | again.number, 7)


def test_values_are_clean_and_not_endless() -> None:
    assert clean("\x00 a\tb \r\n") == "a\tb"
    assert len(clean("x" * 1000)) == LONGEST
