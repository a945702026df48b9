"""The ``@claim`` decorator: binds a sentence of the course to the experiment that tests it.  No dependencies."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

VERDICTS = ("holds", "holds-if", "fails")
ROUNDING = 1e-6  # a bound that is no wider leaves room for rounding only


@dataclass(frozen=True)
class Measured:
    """A measured number, its unit, and the interval ``[at_least, at_most]`` it must lie in for the verdict to stand.

    ``scale`` is a difference that would be accidental, in the number's own unit; it is needed where a ratio to the bound
    says nothing, as for a bound of 0.  ``infinite`` says in words what it means that the number is infinite.
    """

    value: float
    unit: str = ""
    at_least: float = -math.inf
    at_most: float = math.inf
    scale: float | None = None
    infinite: str = ""

    def __post_init__(self) -> None:
        if self.at_least == -math.inf and self.at_most == math.inf:
            raise ValueError("Measured needs a bound: give at_least, at_most or both")
        if self.at_least > self.at_most:
            raise ValueError(f"Measured needs at_least <= at_most, got {self.at_least} > {self.at_most}")
        if self.scale is not None and not 0 < self.scale < math.inf:
            raise ValueError(f"Measured needs a finite scale > 0, got {self.scale}")
        one_sided = math.inf in (-self.at_least, self.at_most)
        if one_sided and self.scale is None and 0 in (self.at_least, self.at_most):
            raise ValueError("Measured needs scale=... when its bound is 0: no ratio says how far the value is from it")

    @property
    def ok(self) -> bool:
        """Whether the value is inside its bound, and finite unless ``infinite`` says what infinity means."""
        if math.isnan(self.value) or (math.isinf(self.value) and not self.infinite):
            return False
        return self.at_least <= self.value <= self.at_most

    @property
    def headroom(self) -> float:
        """How far the bound is from the value; 0 when it is missed.

        With ``scale``: the distance to the nearest bound, in scales.  Without: a ratio, bound/value, value/bound, or half
        width/distance to the middle.
        """
        if not self.ok:
            return 0.0
        if self.scale is not None:
            return min(self.value - self.at_least, self.at_most - self.value) / self.scale
        if math.isfinite(self.at_least) and math.isfinite(self.at_most):
            middle, half = (self.at_least + self.at_most) / 2, (self.at_most - self.at_least) / 2
            return max(1.0, _ratio(half, abs(self.value - middle)))  # the middle is rounded
        if math.isfinite(self.at_most):
            return _ratio(self.at_most, self.value) if self.at_most >= 0 else _ratio(-self.value, -self.at_most)
        return _ratio(self.value, self.at_least) if self.at_least >= 0 else _ratio(-self.at_least, -self.value)

    @property
    def exact(self) -> bool:
        """Whether the bound leaves room for rounding only, as that of an identity does."""
        low = self.at_least if math.isfinite(self.at_least) else 0.0
        return 0 <= self.at_most - low <= ROUNDING

    @property
    def needs_scale(self) -> bool:
        """Whether value and one-sided bound lie on two sides of 0, so that their ratio says nothing.

        Both may be rounding, whose sign is another processor's to choose: such a value lies in the middle of its bound.
        """
        bound = self.at_most if self.at_least == -math.inf else self.at_least
        one_sided = math.inf in (-self.at_least, self.at_most)
        rounding = abs(self.value) <= abs(bound) <= ROUNDING
        return self.scale is None and one_sided and self.value * bound < 0 and not rounding


def _ratio(large: float, small: float) -> float:
    return math.inf if small <= 0 or large == small == 0 else large / small


@dataclass(frozen=True)
class Setting:
    """One varied setting of a claim at a value that is not its default; all other settings stay at theirs."""

    name: str
    value: object

    def __str__(self) -> str:
        return f"{self.name}={self.value}"


@dataclass(frozen=True)
class Claim:
    """A statement of the course, its verdict, and the function ``(seed, **settings) -> Measured`` that tests it.

    ``judge`` is ``"each"`` (every seed must meet the bound) or ``"mean"`` (the mean over ``seeds`` must).  A claim that is
    not ``random`` has one seed, which changes nothing.  ``vary`` holds the values of each setting, the default among them.
    """

    id: str
    statement: str
    source: str
    verdict: str
    seeds: tuple[int, ...]
    function: Callable[..., Measured]
    condition: str = ""
    instead: str = ""
    judge: str = "each"
    said_by: str = ""
    vary: Mapping[str, tuple[object, ...]] = field(default_factory=dict)
    random: bool = True

    @property
    def topic(self) -> str:
        """The part of the id before the dot, which is also the name of the chapter."""
        return self.id.split(".")[0]

    @property
    def settings(self) -> list[Setting]:
        """What is measured beside the default: each other value of each setting, one at a time."""
        defaults = _defaults(self.function)
        return [Setting(n, v) for n, values in self.vary.items() for v in values if v != defaults[n]]

    def seeds_at(self, setting: Setting | None) -> tuple[int, ...]:
        """The seeds measured at a setting: two, or all where their mean is judged; all at the default."""
        return self.seeds if setting is None or self.judge == "mean" else self.seeds[:2]

    def measure(self, seed: int, setting: Setting | None = None) -> Measured:
        """Run the experiment."""
        changed = {setting.name: setting.value} if setting else {}
        return self.function(*([seed] if _takes_seed(self.function) else []), **changed)


REGISTRY: dict[str, Claim] = {}


def claim(
    id: str,
    statement: str,
    *,
    source: str = "",
    said_by: str = "",
    verdict: str,
    seeds: Iterable[int] | None = range(5),
    vary: Mapping[str, Sequence[object]] | None = None,
    condition: str = "",
    instead: str = "",
    judge: str = "each",
) -> Callable[[Callable[..., Measured]], Callable[..., Measured]]:
    """Register ``function(seed, **settings) -> Measured`` as the test of ``statement``.

    ``said_by`` is who says it and ``source`` who showed what is true: keys of ``book/references.bib`` (several: comma
    separated; empty: nobody else, ours).  A ``holds-if`` claim names its ``condition``; a ``fails`` claim quotes what is
    often said as its ``statement``, says what is true ``instead``, and its bound is the evidence *against* the statement, so
    that the test goes red if the statement started to hold.

    ``seeds=None`` is for a number without chance: the function is computed once.  ``vary`` gives the values of settings
    that are keyword arguments of the function, each with a default among its values.
    """
    chosen = (0,) if seeds is None else tuple(seeds)
    values = {name: tuple(options) for name, options in (vary or {}).items()}
    _check_words(id, verdict, condition, instead)
    _check_judging(id, None if seeds is None else chosen, judge)

    def register(function: Callable[..., Measured]) -> Callable[..., Measured]:
        if id in REGISTRY and REGISTRY[id].function.__module__ != function.__module__:
            raise ValueError(f"claim {id} is defined twice: {REGISTRY[id].function.__module__}, {function.__module__}")
        if seeds is not None and not _takes_seed(function):
            raise ValueError(f"claim {id}: its function must take a seed; seeds=None when nothing is random")
        if seeds is None and _takes_seed(function):
            raise ValueError(f"claim {id}: seeds=None says that nothing is random, and its function takes a seed")
        _check_place(id, function.__module__)
        _check_settings(id, function, values)
        REGISTRY[id] = Claim(
            id,
            statement,
            source,
            verdict,
            chosen,
            function,
            condition,
            instead,
            judge,
            said_by,
            values,
            seeds is not None,
        )
        return function

    return register


def _check_words(id: str, verdict: str, condition: str, instead: str) -> None:
    """Raise ``ValueError`` for an id without a topic, an unknown verdict, or one that lacks the words it needs."""
    if verdict not in VERDICTS:
        raise ValueError(f"claim {id}: verdict must be one of {', '.join(VERDICTS)}, got {verdict!r}")
    if verdict == "holds-if" and not condition:
        raise ValueError(f"claim {id}: verdict holds-if needs condition=...")
    if verdict == "fails" and not instead:
        raise ValueError(f"claim {id}: verdict fails needs instead=..., what is true in its place")
    if instead and verdict != "fails":
        raise ValueError(
            f"claim {id}: instead=... belongs to verdict fails, got {verdict}, whose card would not show it"
        )
    if condition and verdict == "holds":
        raise ValueError(
            f"claim {id}: condition=... belongs to verdict holds-if, got holds, whose card would not show it"
        )
    if "." not in id:
        raise ValueError(f"claim {id}: the id must be <topic>.<name>")


def _check_place(id: str, module: str) -> None:
    """Raise ``ValueError`` for an id of another topic than the package that its claim stands in, under which nobody finds it."""
    package, _, inside = module.rpartition(".claims")
    topic = package.rpartition(".")[2]
    if topic and inside[:1] in ("", ".") and id.split(".")[0] != topic:
        raise ValueError(f"claim {id}: it stands in {module}, so its id must be {topic}.<name>")


def _check_judging(id: str, seeds: tuple[int, ...] | None, judge: str) -> None:
    """Raise ``ValueError`` for fewer than five seeds where there is chance, and for an unknown way of judging."""
    if seeds is not None and len(set(seeds)) < 5:
        raise ValueError(
            f"claim {id}: needs at least 5 seeds, got {len(set(seeds))}; seeds=None when nothing is random"
        )
    if judge not in ("each", "mean"):
        raise ValueError(f"claim {id}: judge must be 'each' or 'mean', got {judge!r}")


def _takes_seed(function: Callable[..., Measured]) -> bool:
    return "seed" in inspect.signature(function).parameters


def _defaults(function: Callable[..., Measured]) -> dict[str, object]:
    """The arguments of ``function`` that have a default, with it."""
    parameters = inspect.signature(function).parameters.values()
    return {p.name: p.default for p in parameters if p.default is not p.empty and p.name != "seed"}


def _check_settings(id: str, function: Callable[..., Measured], vary: Mapping[str, tuple[object, ...]]) -> None:
    """Raise ``ValueError`` for a varied setting that the function does not take, or whose values are no variation."""
    defaults = _defaults(function)
    for name, values in vary.items():
        if name not in defaults:
            raise ValueError(f"claim {id}: vary names {name!r}, so its function must take {name}=<the default>")
        if defaults[name] not in values:
            raise ValueError(
                f"claim {id}: the default {name}={defaults[name]!r} must be one of its values, got {values}"
            )
        if len(set(values)) < max(2, len(values)):
            raise ValueError(f"claim {id}: {name} needs at least two different values, got {values}")
