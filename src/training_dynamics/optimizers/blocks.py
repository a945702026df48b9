r"""One rate for all weights, one a block, or one a weight: what each makes of the condition number of a Hessian of blocks.

The Hessian is block-diagonal, :math:`H_b=s_b\,Q_b\Lambda Q_b^\top`: scales :math:`s_b` differ between blocks, and inside a block
eigenvalues :math:`\Lambda` lie along the axes (Q the identity) or anywhere (Q random).  Descent with rates
:math:`1/d_i` sees :math:`D^{-1/2}HD^{-1/2}`, and its number of steps is proportional to that matrix's condition number.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from training_dynamics.toolbox.seeds import numpy_generator

RATES = ("one", "block", "weight")


def hessian(
    seed: int, blocks: int = 6, size: int = 12, inside: float = 1.0, turned: bool = True
) -> Float[ndarray, "n n"]:
    """Blocks whose scales span three powers of ten, each with eigenvalues that span ``inside`` powers of ten."""
    rng = numpy_generator(seed, "optimizers blocks", blocks, size)
    h = np.zeros((blocks * size, blocks * size))
    for b, scale in enumerate(np.logspace(-1.5, 1.5, blocks)):
        values = 10 ** rng.uniform(-inside / 2, inside / 2, size)
        q = np.linalg.qr(rng.standard_normal((size, size)))[0] if turned else np.eye(size)
        h[b * size : (b + 1) * size, b * size : (b + 1) * size] = scale * (q * values) @ q.T
    return h


def condition(h: Float[ndarray, "n n"], rates: str, size: int = 12) -> float:
    """The condition number with ``one`` rate, one a ``block`` of ``size`` (its mean curvature), or one a ``weight`` (its own).

    Raises ValueError for anything else.
    """
    if rates not in RATES:
        raise ValueError(f"rates must be one of {', '.join(RATES)}, got {rates!r}")
    own = np.diag(h)
    scale = {"one": np.ones(len(own)), "block": np.repeat(own.reshape(-1, size).mean(1), size), "weight": own}[rates]
    values = np.linalg.eigvalsh(h / np.sqrt(np.outer(scale, scale)))
    return float(values[-1] / values[0])
