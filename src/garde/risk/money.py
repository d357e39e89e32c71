"""Money: what a loss may cost in a year, by how much a measure lowers it, and whether that pays; always as ranges.

Question: how much may this cost us, how sure is that, and does the measure pay for itself?
Reference: domain note 03 §7; Open FAIR (risk = loss event frequency × loss magnitude; frequency = threat event
frequency × vulnerability; magnitude = primary + P(secondary) × secondary), PERT's beta distribution, events of a year
by Poisson. The seed is kept with the result, so the same seed gives the same euros. Harm to patients is counted in
events and never turned into euros. Left out: where the inputs come from, which a person says.

Example:
    >>> flood = Scenario(events=Pert(0.5, 1.5, 4), vulnerability=Pert(0.15, 0.3, 0.55),
    ...                  primary=Pert(60e3, 180e3, 900e3), secondary=Pert(100e3, 400e3, 3e6), secondary_chance=0.25)
    >>> one = simulate(flood, seed=42, runs=50_000)
    >>> one.p50 <= one.p90 <= one.p95 <= one.p99, one.seed
    (True, 42)
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from garde.errors import Malformed

#: Years simulated: at least what domain note 03 §7 asks for.
RUNS: Final = 100_000
LEAST_RUNS: Final = 50_000
#: Expected events a year beyond which a scenario is a mistake of units, and would not fit in memory.
MOST_EVENTS: Final = 1_000.0
#: Points of the exceedance curve.
CURVE: Final = 40
#: Share of the expected loss beyond which a measure is not worth buying (Gordon and Loeb 2002).
GORDON_LOEB: Final = 1 / math.e
#: Half width of a 95 % interval of a mean, in standard errors.
_Z: Final = 1.96

_Floats = NDArray[np.float64]


class Pert(msgspec.Struct, frozen=True):
    """Least, most likely and most: α = 1 + 4(m−a)/(b−a), β = 1 + 4(b−m)/(b−a), a + (b−a)·Beta(α, β)."""

    least: float
    likely: float
    most: float

    @property
    def mean(self) -> float:
        """(a + 4m + b) / 6."""
        return (self.least + 4 * self.likely + self.most) / 6


class Scenario(msgspec.Struct, frozen=True, kw_only=True):
    """One way to lose.

    Attributes:
        events: threat events a year.
        vulnerability: chance that one succeeds, 0 to 1.
        primary: euros of each loss: productivity, response, replacement, diverted patients, cancelled theatre hours.
        secondary: euros of what others then do: fines, judgements, reputation.
        secondary_chance: that there is a secondary loss.
        harm_chance: that a patient is harmed by one, counted apart.
        downtime: hours of care interrupted by one.
    """

    events: Pert
    vulnerability: Pert
    primary: Pert
    secondary: Pert = Pert(0, 0, 0)
    secondary_chance: float = 0.0
    harm_chance: float = 0.0
    downtime: Pert = Pert(0, 0, 0)


class Range(msgspec.Struct, frozen=True):
    """A figure that is not known: 5 % lie below ``low``, 5 % above ``high``; ``mean`` is what to expect."""

    low: float
    mean: float
    high: float


class Loss(msgspec.Struct, frozen=True, kw_only=True):
    """What a scenario may cost in a year, in euros.

    Attributes:
        seed, runs: by which it is made again.
        mean: the annual loss expectancy (ALE); ``interval`` is ± of its 95 % interval, from the number of runs.
        p50, p90, p95, p99: a year's loss that 50, 90, 95 and 99 years in a hundred stay below.
        curve: (euros, chance that a year costs more), euros rising.
        expected: ALE over what is not known of the frequency; wider than ``interval``, which runs alone narrow.
        harm: expected events a year that harm a patient.
        downtime: expected hours a year of interrupted care.
    """

    seed: int
    runs: int
    mean: float
    interval: float
    p50: float
    p90: float
    p95: float
    p99: float
    curve: tuple[tuple[float, float], ...]
    expected: Range
    harm: Range
    downtime: Range

    def beyond(self, euros: float) -> float:
        """Chance that a year costs more, read off the curve between its points; 0 beyond its end."""
        if euros > self.curve[-1][0]:
            return 0.0
        return float(np.interp(euros, [at for at, _ in self.curve], [chance for _, chance in self.curve]))


class Cost(msgspec.Struct, frozen=True, kw_only=True):
    """What a measure costs.

    Attributes:
        capex: euros once.
        opex: euros a year.
        years: over which it is written off; at least 1.
        rate: discount a year, 0.04 for 4 %.
    """

    capex: float
    opex: float = 0.0
    years: int = 5
    rate: float = 0.04

    @property
    def annual(self) -> float:
        """Euros a year, capital included."""
        return self.capex / self.years + self.opex


class Return(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a measure pays.

    Attributes:
        before, after: losses without and with it.
        saving: euros a year of expected loss that it removes.
        annual: euros a year that it costs.
        rosi: (saving − annual) / annual; 0 is break-even.
        npv: Σ (saving − opex) / (1 + rate)^t − capex, in euros.
        payback: years until the capital came back, ``low`` the earliest; infinite when it never does.
        within_bound: it costs no more than 1/e of the expected loss before (Gordon and Loeb).
    """

    before: Loss
    after: Loss
    saving: Range
    annual: float
    rosi: Range
    npv: Range
    payback: Range
    within_bound: bool


def ale(asset: float, exposure: float, occurrences: float) -> float:
    """SLE × ARO: value in euros × share lost (0 to 1) × times a year."""
    if not (asset >= 0 and 0 <= exposure <= 1 and occurrences >= 0):
        raise Malformed("money.ale", "A value and a rate are not negative, and an exposure is from 0 to 1")
    return asset * exposure * occurrences


def simulate(scenario: Scenario, *, seed: int, runs: int = RUNS) -> Loss:
    """One scenario, ``runs`` years.

    Raises:
        Malformed: a range that is none, a chance outside 0 to 1, too many events, or too few runs.
    """
    return _simulate(scenario, np.random.default_rng(seed), seed, runs)[0]


def worth(before: Scenario, after: Scenario, cost: Cost, *, seed: int, runs: int = RUNS) -> Return:
    """What a measure removes and whether it pays; both scenarios are drawn from one generator, ``before`` first.

    The two are drawn apart, as the reference does, so the range of the saving is rather too wide than too narrow.

    Raises:
        Malformed: as `simulate`; a measure that costs nothing or lasts less than a year.
    """
    costs = (cost.capex, cost.opex)
    if min(costs) < 0 or not 0 < cost.annual < math.inf or cost.years < 1 or not -1 < cost.rate < math.inf:
        raise Malformed("money.measure", "A measure costs something, lasts a year and has a rate above -1")
    rng = np.random.default_rng(seed)
    without, high = _simulate(before, rng, seed, runs)
    with_, low = _simulate(after, rng, seed, runs)
    removed = high - low
    saving = Range(float(np.quantile(removed, 0.05)), without.mean - with_.mean, float(np.quantile(removed, 0.95)))
    return Return(
        before=without,
        after=with_,
        saving=saving,
        annual=cost.annual,
        rosi=_each(saving, lambda euros: rosi(euros, cost.annual)),
        npv=_each(saving, lambda euros: npv(euros, cost)),
        payback=Range(*(payback(euros, cost) for euros in (saving.high, saving.mean, saving.low))),
        within_bound=cost.annual <= GORDON_LOEB * without.mean,
    )


def rosi(saving: float, annual: float) -> float:
    """(ΔALE − annual cost) / annual cost."""
    return (saving - annual) / annual


def npv(saving: float, cost: Cost) -> float:
    """Net present value of a saving a year, in euros."""
    flows = ((saving - cost.opex) / (1 + cost.rate) ** year for year in range(1, cost.years + 1))
    return math.fsum(flows) - cost.capex


def payback(saving: float, cost: Cost) -> float:
    """Years until the capital came back, undiscounted; infinite when opex eats the saving."""
    net = saving - cost.opex
    return cost.capex / net if net > 0 else math.inf


def _each(of: Range, figure: Callable[[float], float]) -> Range:
    return Range(figure(of.low), figure(of.mean), figure(of.high))


def _simulate(scenario: Scenario, rng: np.random.Generator, seed: int, runs: int) -> tuple[Loss, _Floats]:
    """The loss, and per run the expected loss of a year given what was drawn for the frequency."""
    _checked(scenario, runs)
    rate = _pert(scenario.events, runs, rng) * _pert(scenario.vulnerability, runs, rng)
    count = rng.poisson(rate)
    loss = np.zeros(runs)
    # All first events of all years, then all second ones: the order in which the reference draws.
    for event in range(int(count.max())):
        hit = count > event
        many = int(hit.sum())
        first = _pert(scenario.primary, many, rng)
        also = rng.random(many) < scenario.secondary_chance
        loss[hit] += first + np.where(also, _pert(scenario.secondary, many, rng), 0.0)
    each = scenario.primary.mean + scenario.secondary_chance * scenario.secondary.mean
    expected = rate * each
    found = Loss(
        seed=seed,
        runs=runs,
        mean=float(loss.mean()),
        interval=_Z * float(loss.std(ddof=1)) / math.sqrt(runs),
        **dict(zip(("p50", "p90", "p95", "p99"), map(float, np.quantile(loss, (0.5, 0.9, 0.95, 0.99))), strict=True)),
        curve=_curve(loss),
        expected=_range(expected),
        harm=_range(rate * scenario.harm_chance),
        downtime=_range(rate * scenario.downtime.mean),
    )
    return found, expected


def _pert(pert: Pert, many: int, rng: np.random.Generator) -> _Floats:
    width = pert.most - pert.least
    if not width:
        return np.full(many, float(pert.least))
    alpha = 1 + 4 * (pert.likely - pert.least) / width
    beta = 1 + 4 * (pert.most - pert.likely) / width
    return pert.least + width * rng.beta(alpha, beta, many)


def _range(values: _Floats) -> Range:
    low, high = np.quantile(values, (0.05, 0.95))
    return Range(float(low), float(values.mean()), float(high))


def _curve(loss: _Floats) -> tuple[tuple[float, float], ...]:
    """Chance of more than each of evenly spaced losses, from nothing to the worst year."""
    ordered = np.sort(loss)
    worst = float(ordered[-1])
    points: Sequence[float] = np.linspace(0.0, worst, CURVE).tolist() if worst else [0.0]
    beyond = len(ordered) - np.searchsorted(ordered, points, side="right")
    return tuple((at, float(many) / len(ordered)) for at, many in zip(points, beyond, strict=True))


def _checked(scenario: Scenario, runs: int) -> None:
    if runs < LEAST_RUNS:
        raise Malformed("money.runs", f"{runs} years are too few", hint=f"At least {LEAST_RUNS}")
    for name in ("events", "vulnerability", "primary", "secondary", "downtime"):
        one: Pert = getattr(scenario, name)
        if not (0 <= one.least <= one.likely <= one.most < math.inf):
            raise Malformed(
                "money.range", f"{one} is no range", where=name, hint="Least, most likely, most; none below 0"
            )
    for name, chance in (
        ("vulnerability", scenario.vulnerability.most),
        ("secondary_chance", scenario.secondary_chance),
        ("harm_chance", scenario.harm_chance),
    ):
        if not 0 <= chance <= 1:
            raise Malformed("money.chance", f"{chance} is no chance of 0 to 1", where=name)
    if scenario.events.most > MOST_EVENTS:
        raise Malformed("money.events", f"{scenario.events.most:g} events a year", hint="Is this per year?")
