r"""Shampoo and SOAP in their ideal form: the averages over gradients are exact expectations, nothing is accumulated.

Gradients are random matrices with a covariance that is a sum of Kronecker products: :math:`G=\sum_k A_k Z_k B_k` with
independent normal :math:`Z_k`, so that :math:`E[GG^\top]` and all variances have closed forms.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from training_dynamics.optimizers.norms import Matrix
from training_dynamics.toolbox.seeds import numpy_generator


@dataclass(frozen=True)
class Source:
    """Where gradients come from: pairs ``(A, B)`` of symmetric matrices, ``G = sum A Z B``."""

    pairs: tuple[tuple[Matrix, Matrix], ...]

    @property
    def left(self) -> Matrix:
        """``E[G G^T] = sum A^2 tr(B^2)``."""
        return sum((a @ a * np.sum(b * b) for a, b in self.pairs), np.zeros(()))

    @property
    def right(self) -> Matrix:
        """``E[G^T G] = sum B^2 tr(A^2)``."""
        return sum((b @ b * np.sum(a * a) for a, b in self.pairs), np.zeros(()))

    def variances(self, u: Matrix, v: Matrix) -> Matrix:
        """The variance of every entry of ``U^T G V``."""
        rows = [(np.sum((u.T @ a) ** 2, 1), np.sum((b @ v) ** 2, 0)) for a, b in self.pairs]
        return sum((np.outer(r, c) for r, c in rows), np.zeros(()))


def power(matrix: Matrix, exponent: float) -> Matrix:
    """A power of a symmetric positive definite matrix."""
    values, vectors = np.linalg.eigh(matrix)
    return (vectors * values**exponent) @ vectors.T


def ideal_shampoo(g: Matrix, source: Source) -> Matrix:
    r""":math:`L^{-1/2}GR^{-1/2}\sqrt{\operatorname{tr}L}`: with the power 1/2 that a Kronecker product asks for."""
    left, right = source.left, source.right
    return power(left, -0.5) @ g @ power(right, -0.5) * np.sqrt(np.trace(left))


def ideal_soap(g: Matrix, source: Source) -> Matrix:
    """Adam in the eigenbases of L and R: each entry of ``U^T G V`` over the root of its variance.  Source: Vyas et al. 2025."""
    u, v = np.linalg.eigh(source.left)[1], np.linalg.eigh(source.right)[1]
    return u @ ((u.T @ g @ v) / np.sqrt(source.variances(u, v))) @ v.T


def random_source(seed: int, terms: int, shape: tuple[int, int] = (6, 9)) -> tuple[Matrix, Source]:
    """A gradient, and a source with ``terms`` Kronecker products of random positive definite matrices."""
    rng = numpy_generator(seed, "optimizers whitening", terms)

    def definite(n: int) -> Float[ndarray, "n n"]:
        q = np.linalg.qr(rng.standard_normal((n, n)))[0]
        return (q * 10 ** rng.uniform(-1, 1, n)) @ q.T

    pairs = tuple((definite(shape[0]), definite(shape[1])) for _ in range(terms))
    return rng.standard_normal(shape), Source(pairs)


def soap_gap(seed: int, terms: int) -> float:
    """Relative distance of the two ideal steps for one gradient."""
    g, source = random_source(seed, terms)
    shampoo, soap = ideal_shampoo(g, source), ideal_soap(g, source)
    return float(np.linalg.norm(soap - shampoo) / np.linalg.norm(shampoo))
