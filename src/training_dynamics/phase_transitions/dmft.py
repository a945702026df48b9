r"""Dynamical mean-field theory of the smallest wide network: two linear layers in the mean-field scaling.

:math:`f(x)=\tfrac1{\gamma N}\sum_i a_i\,w_i\cdot x` from standard normal weights (less its value at the start),
rates :math:`\gamma^2N`.  A unit sees the others only through the errors :math:`\Delta=y-f`: with :math:`h_i=Xw_i`
and :math:`K=XX^\top`, :math:`\dot h_i=\gamma\,a_iK\Delta` and :math:`\dot a_i=\gamma\,h_i\cdot\Delta`.  In the limit
:math:`f=\langle a h\rangle/\gamma`, which closes the loop (Bordelon and Pehlevan 2022).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy import ndarray
from scipy.integrate import solve_ivp

from training_dynamics.toolbox.seeds import numpy_generator


@dataclass(frozen=True)
class Task:
    """Inputs, one example a row, and targets."""

    x: Float[ndarray, "p d"]
    y: Float[ndarray, " p"]

    @property
    def kernel(self) -> Float[ndarray, "p p"]:
        """Inner products of the inputs."""
        return self.x @ self.x.T


def task(seed: int, examples: int = 3, inputs: int = 5, white: bool = False) -> Task:
    """Random inputs of length about 1 (orthonormal if ``white``) and a target vector of length 1."""
    rng = numpy_generator(seed, "phase_transitions wide task", examples, inputs)
    x = rng.standard_normal((examples, inputs)) / inputs**0.5
    y = rng.standard_normal(examples)
    return Task(np.linalg.qr(x.T)[0].T if white else x, y / np.linalg.norm(y))


@dataclass(frozen=True)
class Loop:
    """Fixed point of the loop: outputs, the kernel H = <h h^T> and G = <a a> at each time, and the residual a round."""

    times: Float[ndarray, " t"]
    f: Float[ndarray, "t p"]
    H: Float[ndarray, "t p p"]
    G: Float[ndarray, " t"]
    residuals: Float[ndarray, " rounds"]


def iterate(given: Task, gamma: float, times: Float[ndarray, " t"], rounds: int = 60, tolerance: float = 1e-9) -> Loop:
    """Solve the self-consistent loop by damped iteration.

    Kernels guessed for all times give the errors, these move one unit, and its averages are the kernels.  The first
    guess is the lazy limit, kernels that stand still.  Half of each correction is taken.
    """
    t, p = len(times), len(given.y)
    H, G = np.repeat(given.kernel[None], t, 0), np.ones(t)
    residuals = []
    for _ in range(rounds):
        errors = _errors(given, H, G, times)
        moments = _second_moments(given, gamma, errors, times)
        new_H, new_G = moments[:, :p, :p], moments[:, p, p]
        residuals.append(float(max(np.abs(new_H - H).max(), np.abs(new_G - G).max())))
        if residuals[-1] < tolerance:
            break
        H, G = (H + new_H) / 2, (G + new_G) / 2
    return Loop(times, given.y - errors, H, G, np.array(residuals))


def _errors(given: Task, H: Float[ndarray, "t p p"], G: Float[ndarray, " t"], times: Float[ndarray, " t"]) -> ndarray:
    """The errors D under given kernels, dD = -(H + G K) D, by the midpoint rule."""
    one, errors = np.eye(len(given.y)), [given.y]
    kernels = H + G[:, None, None] * given.kernel
    for dt, kernel in zip(np.diff(times), (kernels[1:] + kernels[:-1]) / 2, strict=True):
        errors.append(np.linalg.solve(one + dt / 2 * kernel, (one - dt / 2 * kernel) @ errors[-1]))
    return np.array(errors)


def _second_moments(given: Task, gamma: float, errors: Float[ndarray, "t p"], times: Float[ndarray, " t"]) -> ndarray:
    """<z z^T> for one unit's z = (h, a), driven by the errors: the midpoint rule, second order in the time step."""
    p = len(given.y)
    one, start = np.eye(p + 1), np.eye(p + 1)
    start[:p, :p] = given.kernel
    carried, found = one, [start]
    for dt, error in zip(np.diff(times), (errors[1:] + errors[:-1]) / 2, strict=True):
        M = np.zeros((p + 1, p + 1))
        M[:p, p], M[p, :p] = gamma * given.kernel @ error, gamma * error
        carried = np.linalg.solve(one - dt / 2 * M, (one + dt / 2 * M) @ carried)
        found.append(carried @ start @ carried.T)
    return np.array(found)


def order_parameters(given: Task, gamma: float, times: Float[ndarray, " t"]) -> Loop:
    """The same without a loop: in the linear network equal-time averages close among themselves.

    df = (H + G K) D, dH = gamma^2 (K D f^T + f D^T K), dG = 2 gamma^2 f.D with D = y - f.
    """
    p, K = len(given.y), given.kernel

    def speed(_: float, s: Float[ndarray, " s"]) -> Float[ndarray, " s"]:
        f, H, G = s[:p], s[p:-1].reshape(p, p), s[-1]
        push = K @ (given.y - f)
        df = H @ (given.y - f) + G * push
        dH = gamma**2 * (np.outer(push, f) + np.outer(f, push))
        return np.concatenate([df, dH.ravel(), [2 * gamma**2 * f @ (given.y - f)]])

    state = np.concatenate([np.zeros(p), K.ravel(), [1.0]])
    s = solve_ivp(speed, (0, times[-1]), state, t_eval=times, rtol=1e-9, atol=1e-11).y.T
    return Loop(times, s[:, :p], s[:, p:-1].reshape(-1, p, p), s[:, -1], np.zeros(0))


def network(
    seed: int, given: Task, gamma: float, width: int, times: Float[ndarray, " t"]
) -> tuple[Float[ndarray, "t p"], Float[ndarray, " t"]]:
    """A real network of finite width under gradient flow (fourth-order steps): outputs, and its average of a^2."""
    rng = numpy_generator(seed, "phase_transitions wide weights", width)
    w, a = rng.standard_normal((width, given.x.shape[1])), rng.standard_normal(width)

    def out(w: ndarray, a: ndarray) -> ndarray:
        return a @ (w @ given.x.T) / (gamma * width)

    first = out(w, a)

    def speed(w: ndarray, a: ndarray) -> tuple[ndarray, ndarray]:
        error = given.y - (out(w, a) - first)
        return gamma * np.outer(a, error @ given.x), gamma * (w @ given.x.T @ error)

    outputs, squares = [out(w, a) - first], [float(a @ a) / width]
    for dt in np.diff(times):
        k1 = speed(w, a)
        k2 = speed(w + dt / 2 * k1[0], a + dt / 2 * k1[1])
        k3 = speed(w + dt / 2 * k2[0], a + dt / 2 * k2[1])
        k4 = speed(w + dt * k3[0], a + dt * k3[1])
        w, a = (v + dt / 6 * (p + 2 * q + 2 * r + s) for v, p, q, r, s in zip((w, a), k1, k2, k3, k4, strict=True))
        outputs.append(out(w, a) - first)
        squares.append(float(a @ a) / width)
    return np.array(outputs), np.array(squares)
