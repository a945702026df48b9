"""What width changes: how far kernels fluctuate at the start and drift in training, how far weights, units, functions move."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from training_dynamics.lab.once import once
from training_dynamics.toolbox.seeds import numpy_generator
from training_dynamics.wide_networks.kernel import limit_kernel, relative_change
from training_dynamics.wide_networks.linear import after
from training_dynamics.wide_networks.network import Trained, draw, train
from training_dynamics.wide_networks.regimes import sphere

WIDTHS = (32, 64, 128, 256, 512, 1024)
WIDE = (128, 512, 2048, 8192)
MEAN_FIELD_WIDTH = 32  # the width at which the mean-field scale is 1
TESTS = 50
RATE = 0.5


def slope(widths: Float[ndarray, " k"], values: Float[ndarray, " k"]) -> float:
    """The slope of a line through the logarithms of both, by least squares."""
    return float(np.polyfit(np.log(widths), np.log(values), 1)[0])


@dataclass(frozen=True)
class Scaling:
    """Means over copies, one entry a width."""

    widths: Float[ndarray, " k"]
    fluctuation: Float[ndarray, " k"]  # kernel at the start against its limit, relative
    drift: Float[ndarray, " k"]  # change of the kernel in training, relative
    movement: Float[ndarray, " k"]  # of all weights, relative
    departure: Float[ndarray, " k"]  # of the function from the linear model's, relative to the target's size
    unit: Float[ndarray, " k"]  # root mean square change of one unit's activity
    units: Float[ndarray, " k"]  # length of the change of all units' activities on one input

    def slope(self, name: str) -> float:
        """The slope of the logarithm of a quantity in that of the width."""
        return slope(self.widths, getattr(self, name))


@once
def scaling(
    seed: int, limit: str = "kernel", copies: int = 4, steps: int = 400, examples: int = 20, inputs: int = 5
) -> Scaling:
    r"""Networks of every width of ``WIDTHS`` on random targets; ``limit``: scale 1 (``"kernel"``) or :math:`\propto m^{-1/2}`.

    The second, ``"mean field"``, divides the sum over units by :math:`m` instead of :math:`\sqrt m`.  Raises ValueError for
    another limit.
    """
    if limit not in ("kernel", "mean field"):
        raise ValueError(f"limit must be 'kernel' or 'mean field', got {limit!r}")
    generator = numpy_generator(seed, "wide_networks widths, data")
    x, y, tests = (
        sphere(generator, examples, inputs),
        generator.standard_normal(examples),
        sphere(generator, TESTS, inputs),
    )
    rows = []
    for width in WIDTHS:
        scale = 1.0 if limit == "kernel" else np.sqrt(MEAN_FIELD_WIDTH / width)
        nets = draw(numpy_generator(seed, "wide_networks widths, weights", width), copies, width, inputs)
        rows.append(_measured(train(nets, x, y, np.array(scale), RATE, steps), x, y, tests))
    return Scaling(np.array(WIDTHS, dtype=float), *np.array(rows).T)


def _measured(found: Trained, x: ndarray, y: ndarray, tests: ndarray) -> list[float]:
    limit, before, behind = limit_kernel(x, x), found.start.kernels(x, x), found.end.kernels(x, x)
    linear = np.array([after(k, c, y, RATE, len(found.losses)) for k, c in zip(before, found.start.kernels(tests, x))])
    activity = [np.maximum(np.matmul(tests, nets.w.transpose(0, 2, 1)), 0) for nets in (found.start, found.end)]
    unit = float(np.sqrt(np.mean((activity[1] - activity[0]) ** 2)))
    return [
        float(np.mean([relative_change(k, limit) for k in before])),
        float(np.mean([relative_change(k, k0) for k, k0 in zip(behind, before)])),
        float(np.mean(found.end.movement(found.start))),
        float(np.sqrt(np.mean((found.predict(tests) - linear) ** 2) / np.mean(y**2))),
        unit,
        unit * np.sqrt(found.end.a.shape[1]),
    ]


@once
def fluctuations(seed: int, copies: int = 16, examples: int = 20, inputs: int = 5) -> Float[ndarray, " k"]:
    """Relative distance of the kernel at the start from its limit, at every width of ``WIDE``: means over ``copies`` networks."""
    x = sphere(numpy_generator(seed, "wide_networks widths, data"), examples, inputs)
    limit, found = limit_kernel(x, x), []
    for width in WIDE:
        nets = draw(numpy_generator(seed, "wide_networks fluctuations, weights", width), copies, width, inputs)
        found.append(np.mean([relative_change(k, limit) for k in nets.kernels(x, x)]))
    return np.array(found)
