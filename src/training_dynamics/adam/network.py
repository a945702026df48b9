"""A small tanh network in closed form: gradient, Jacobian, Fisher matrices, Hessian and Kronecker factors, all in float64.

The network is ``z = W2 tanh(W1 x + b1) + b2`` with softmax cross-entropy, averaged over the examples.  Its parameters are one
vector ``theta = (W1 by rows, b1, W2 by rows, b2)``, the order of ``model.parameters()`` in torch.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from training_dynamics.toolbox.data import digits
from training_dynamics.toolbox.seeds import numpy_generator

Theta = Float[np.ndarray, " P"]
Matrix = Float[np.ndarray, "P P"]


@dataclass(frozen=True)
class Forward:
    """Hidden values ``h (n, m)``, class probabilities ``p (n, k)``, and the second layer ``w2 (k, m)``."""

    h: np.ndarray
    p: np.ndarray
    w2: np.ndarray


@dataclass(frozen=True)
class Network:
    """Inputs ``x (n, d)``, labels ``y (n,)``, ``hidden`` tanh units and ``classes`` outputs."""

    x: Float[np.ndarray, "n d"]
    y: Int[np.ndarray, " n"]
    hidden: int
    classes: int = 10

    @property
    def sizes(self) -> tuple[int, int, int, int]:
        """The numbers of entries of W1, b1, W2 and b2."""
        d = self.x.shape[1]
        return self.hidden * d, self.hidden, self.classes * self.hidden, self.classes

    def parts(self, theta: Theta) -> list[np.ndarray]:
        """``[W1 (m, d), b1 (m,), W2 (k, m), b2 (k,)]``; raises ValueError for a theta of another length."""
        if theta.shape != (sum(self.sizes),):
            raise ValueError(f"theta must have shape ({sum(self.sizes)},), got {theta.shape}")
        w1, b1, w2, b2 = np.split(theta, np.cumsum(self.sizes)[:-1])
        return [w1.reshape(self.hidden, -1), b1, w2.reshape(self.classes, -1), b2]

    def start(self, seed: int) -> Theta:
        """Weights from N(0, 1 / fan-in), biases zero."""
        rng, d = numpy_generator(seed, "adam", "start"), self.x.shape[1]
        w1 = rng.standard_normal(self.hidden * d) / np.sqrt(d)
        w2 = rng.standard_normal(self.classes * self.hidden) / np.sqrt(self.hidden)
        return np.concatenate([w1, np.zeros(self.hidden), w2, np.zeros(self.classes)])

    def forward(self, theta: Theta) -> Forward:
        """Hidden values and probabilities at theta."""
        w1, b1, w2, b2 = self.parts(theta)
        h = np.tanh(self.x @ w1.T + b1)
        z = h @ w2.T + b2
        e = np.exp(z - z.max(1, keepdims=True))
        return Forward(h, e / e.sum(1, keepdims=True), w2)

    def loss(self, theta: Theta) -> float:
        """Mean cross-entropy in nats."""
        return float(-np.log(self.forward(theta).p[np.arange(len(self.y)), self.y]).mean())

    def residual(self, p: np.ndarray) -> np.ndarray:
        """``p - onehot(y)``: the gradient of each example's loss by its logits, ``(n, k)``."""
        r = p.copy()
        r[np.arange(len(self.y)), self.y] -= 1
        return r

    def jacobian(self, theta: Theta) -> Float[np.ndarray, "n k P"]:
        """The derivative of every logit by every parameter."""
        f = self.forward(theta)
        n, k, m = len(self.x), self.classes, self.hidden
        slope = f.w2[None] * (1 - f.h**2)[:, None, :]  # (n, k, m): by the hidden pre-activations
        first = (slope[..., None] * self.x[:, None, None, :]).reshape(n, k, -1)
        eye = np.broadcast_to(np.eye(k), (n, k, k))
        second = (eye[..., None] * f.h[:, None, None, :]).reshape(n, k, k * m)
        return np.concatenate([first, slope, second, eye], axis=2)

    def gradients(self, theta: Theta) -> Float[np.ndarray, "n P"]:
        """The gradient of each example's loss, one a row."""
        return np.einsum("nk,nkp->np", self.residual(self.forward(theta).p), self.jacobian(theta), optimize=True)

    def gradient(self, theta: Theta, batch: np.ndarray | slice = slice(None)) -> Theta:
        """The gradient of the mean loss of the examples in ``batch``, by backpropagation."""
        part = Network(self.x[batch], self.y[batch], self.hidden, self.classes)
        f = part.forward(theta)
        r = part.residual(f.p) / len(part.y)
        back = (r @ f.w2) * (1 - f.h**2)
        return np.concatenate([(back.T @ part.x).ravel(), back.sum(0), (r.T @ f.h).ravel(), r.sum(0)])

    def score_root(self, theta: Theta) -> Float[np.ndarray, "nk P"]:
        """Rows R with ``R^T R = F``: ``sqrt(p_c / n)`` times the gradient of ``-log p(c | x)``, for every example and class c."""
        p, jac = self.forward(theta).p, self.jacobian(theta)
        mean = np.einsum("nk,nkp->np", p, jac, optimize=True)
        return (np.sqrt(p / len(p))[..., None] * (mean[:, None] - jac)).reshape(-1, jac.shape[2])

    def fisher(self, theta: Theta) -> Matrix:
        """The Fisher matrix ``E_x E_{c ~ p(.|x)} [s s^T]``, s the gradient of ``log p(c | x)``: labels from the *model*."""
        root = self.score_root(theta)
        return root.T @ root

    def empirical_fisher(self, theta: Theta) -> Matrix:
        """``mean of g_i g_i^T`` over the examples with their *given* labels."""
        g = self.gradients(theta)
        return g.T @ g / len(g)

    def monte_carlo_fisher(self, theta: Theta, draws: int, rng: np.random.Generator) -> Matrix:
        """The Fisher matrix with its inner expectation replaced by ``draws`` labels from the model per example."""
        p, jac = self.forward(theta).p, self.jacobian(theta)
        shares = rng.multinomial(draws, p) / draws  # (n, k): how often each class was drawn
        mean = np.einsum("nk,nkp->np", p, jac, optimize=True)
        rows = (np.sqrt(shares / len(p))[..., None] * (mean[:, None] - jac)).reshape(-1, jac.shape[2])
        return rows.T @ rows

    def gauss_newton(self, theta: Theta) -> Matrix:
        """``mean of J^T (diag p - p p^T) J``: the Hessian without the second derivatives of the network."""
        p, jac = self.forward(theta).p, self.jacobian(theta)
        inner = np.einsum("nk,kl->nkl", p, np.eye(self.classes)) - p[:, :, None] * p[:, None, :]
        weighted = np.matmul(inner, jac) / len(p)
        return jac.reshape(-1, jac.shape[2]).T @ weighted.reshape(-1, jac.shape[2])

    def hessian(self, theta: Theta) -> Matrix:
        """The exact Hessian: Gauss-Newton plus ``mean of sum_c (p - y)_c * (second derivative of logit c)``."""
        f, total = self.forward(theta), self.gauss_newton(theta)
        r = self.residual(f.p) / len(self.x)
        slope, bend = 1 - f.h**2, -2 * f.h * (1 - f.h**2)
        inputs = np.column_stack([self.x, np.ones(len(self.x))])
        hidden = np.einsum("nm,ni,nj->mij", (r @ f.w2) * bend, inputs, inputs, optimize=True)
        cross = np.einsum("nk,nm,ni->kmi", r, slope, inputs, optimize=True)
        d, (a, b, *_) = self.x.shape[1], self.sizes
        for unit in range(self.hidden):
            own = np.append(np.arange(unit * d, unit * d + d), a + unit)  # incoming weights and bias of this unit
            out = a + b + unit + self.hidden * np.arange(self.classes)  # its outgoing weights
            total[np.ix_(own, own)] += hidden[unit]
            total[np.ix_(out, own)] += cross[:, unit]
            total[np.ix_(own, out)] += cross[:, unit].T
        return total


def pooled_digits(seed: int, images: int = 300, hidden: int = 16) -> Network:
    """The network of this chapter on the first ``images`` digits of split ``seed``, averaged over 2 by 2 pixels to 4 by 4."""
    data = digits(seed, train=images)
    pixels = data.x_train.double().numpy().reshape(-1, 4, 2, 4, 2).mean((2, 4)).reshape(-1, 16)
    return Network(pixels, data.y_train.numpy(), hidden)
