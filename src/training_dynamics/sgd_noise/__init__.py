"""The noise of SGD: what Langevin noise minimises, and how far the noise of batches and labels is from it.

``langevin``: free energies and entropic forces of isotropic noise.  ``fibre``: the entropy of a deep linear network's fibre.
``moments``: SGD on least squares, its second moments exactly.  ``currents``: two weights that circulate.  ``symmetry``: what
noise does to conserved quantities.  ``diagonal``, ``network``: label noise in a diagonal and in a ReLU network.  ``plane``:
two weights in a box.  ``degenerate``: degenerate minima and learning coefficients.
"""
