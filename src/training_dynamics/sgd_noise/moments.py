r"""SGD on least squares, exactly: the recursion of its second moments, where they settle, and sampled runs beside them.

Example i has the loss :math:`\tfrac12(x_i\cdot\delta-r_i)^2`, where :math:`\delta=w-w_\ast` is the distance to the
least-squares solution and :math:`r_i` its residual, so that :math:`\sum_i r_ix_i=0`.  Batches are drawn with replacement.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from training_dynamics.toolbox.seeds import numpy_generator


@dataclass(frozen=True)
class Task:
    """Inputs ``x`` of shape (n, d) and the residuals ``r`` of shape (n,) of the least-squares solution."""

    x: Float[ndarray, "n d"]
    r: Float[ndarray, " n"]

    @property
    def hessian(self) -> Float[ndarray, "d d"]:
        """The mean of :math:`xx^\\top`."""
        return self.x.T @ self.x / len(self.x)

    @property
    def noise(self) -> Float[ndarray, "d d"]:
        r"""The covariance of one example's gradient at the minimum, the mean of :math:`r^2xx^\top`."""
        return (self.x * self.r[:, None] ** 2).T @ self.x / len(self.x)


def gaussian_task(seed: int, n: int = 200, d: int = 6, condition: float = 30.0, residual: float = 1.0) -> Task:
    """Random inputs with curvatures from 1 down to about one over ``condition``, each twice, with residuals of either sign.

    With residual 0 every example is fitted exactly.  Raises ValueError for an odd number of examples.
    """
    if n % 2:
        raise ValueError(f"n must be even, got {n}: every input comes twice, with residuals of both signs")
    scales = np.geomspace(1.0, 1 / condition, d) ** 0.5
    half = numpy_generator(seed, "sgd_noise inputs").standard_normal((n // 2, d)) * scales
    return Task(np.vstack([half, half]), residual * np.repeat([1.0, -1.0], n // 2))


def transition(task: Task, rate: float, batch: int) -> Float[ndarray, "dd dd"]:
    r"""The matrix that takes the second moments :math:`\mathrm{vec}\,M` one step on, without the noise at the minimum.

    :math:`M\mapsto(I-\eta H)M(I-\eta H)+\frac{\eta^2}B\left(\langle xx^\top\,x^\top Mx\rangle-HMH\right)`.
    Raises ValueError for a rate that is not above 0 and for a batch below 1.
    """
    if not rate > 0:
        raise ValueError(f"rate must be > 0, got {rate}")
    if batch < 1:
        raise ValueError(f"batch must be >= 1, got {batch}: a step needs an example")
    hessian = task.hessian
    kept = np.eye(len(hessian)) - rate * hessian
    squares = np.einsum("ni,nj->nij", task.x, task.x).reshape(len(task.x), -1)
    fourth = squares.T @ squares / len(task.x)
    return np.kron(kept, kept) + rate**2 / batch * (fourth - np.kron(hessian, hessian))


def evolve(task: Task, rate: float, batch: int, start: Float[ndarray, "d d"], steps: int) -> Float[ndarray, "d d"]:
    """The second moments after ``steps`` steps from ``start``, whose mean distance is 0."""
    matrix, moments = transition(task, rate, batch), start.ravel()
    added = (rate**2 / batch * task.noise).ravel()
    for _ in range(steps):
        moments = matrix @ moments + added
    return moments.reshape(start.shape)


def stationary(task: Task, rate: float, batch: int) -> Float[ndarray, "d d"]:
    """The second moments at which SGD settles; all infinite where no moments do.

    Raises ValueError as :func:`transition` does.
    """
    matrix = transition(task, rate, batch)
    if np.abs(np.linalg.eigvals(matrix)).max() >= 1:
        return np.full(task.hessian.shape, np.inf)
    added = (rate**2 / batch * task.noise).ravel()
    return np.linalg.solve(np.eye(len(matrix)) - matrix, added).reshape(task.hessian.shape)


def excess(task: Task, moments: Float[ndarray, "d d"]) -> float:
    r"""The mean loss above the minimum, :math:`\tfrac12\operatorname{tr}HM`; infinite for infinite moments."""
    return float(np.sum(task.hessian * moments) / 2) if np.all(np.isfinite(moments)) else np.inf


def sample(
    task: Task, rate: float, batch: int, seed: int, chains: int = 1000, steps: int = 400, burn: int = 200
) -> tuple[Float[ndarray, "d d"], float]:
    """Second moments of sampled runs from the minimum, over chains and the steps after ``burn``, and the area that they sweep.

    The area is the mean over steps of ``x_t[0] * x_{t+1}[1] - x_t[1] * x_{t+1}[0]``, which is 0 for a motion that looks the
    same backwards.
    """
    generator = numpy_generator(seed, "sgd_noise batches")
    delta = np.zeros((chains, task.x.shape[1]))
    moments, area = np.zeros_like(task.hessian), 0.0
    for step in range(steps):
        drawn = generator.integers(len(task.x), size=(chains, batch))
        x = task.x[drawn]
        error = np.einsum("cbd,cd->cb", x, delta) - task.r[drawn]
        after = delta - rate * np.einsum("cb,cbd->cd", error, x) / batch
        if step >= burn:
            moments += after.T @ after / chains
            area += float(np.mean(delta[:, 0] * after[:, 1] - delta[:, 1] * after[:, 0]))
        delta = after
    return moments / (steps - burn), area / (steps - burn)


def variance_exponent(task: Task, moments: Float[ndarray, "d d"]) -> float:
    """The slope of the logarithm of a direction's variance on that of its curvature: -1 for a posterior of a flat prior."""
    curvatures, directions = np.linalg.eigh(task.hessian)
    variances = np.einsum("ik,ij,jk->k", directions, moments, directions)
    return float(np.polyfit(np.log(curvatures), np.log(variances), 1)[0])


def free_energy_gap(task: Task, moments: Float[ndarray, "d d"]) -> float:
    r"""How much more free energy a Gaussian with these moments has than the best one, in units of its best temperature.

    :math:`\min_T\mathrm{KL}(N(0,M)\,\|\,N(0,TH^{-1}))=\tfrac12(d\ln\tfrac{\operatorname{tr}HM}d-\ln\det HM)`:
    the logarithm of arithmetic over geometric mean of the eigenvalues of HM, times d/2.
    """
    product = task.hessian @ moments
    d = len(product)
    return float((d * np.log(np.trace(product) / d) - np.linalg.slogdet(product)[1]) / 2)


def energy_and_entropy(task: Task, moments: Float[ndarray, "d d"]) -> tuple[float, float]:
    """Mean loss above the minimum, and the entropy of a Gaussian with these moments without its constant."""
    return excess(task, moments), float(np.linalg.slogdet(moments)[1] / 2)
