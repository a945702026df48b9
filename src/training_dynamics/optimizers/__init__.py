"""Optimizers: steepest descent under norms, Newton–Schulz, relatives of Muon, what weight decay aims at, and rivals on one task.

``norms`` and ``layer``: the frame and one step of it.  ``newton_schulz``, ``muon``, ``whitening``: how a matrix is made
orthogonal, and relatives.  ``memory``: rare facts.  ``signs``, ``decay``, ``blocks``, ``cost``: momentum, weight decay, one
rate for how many weights, and what it costs.  ``rules`` and ``rivals``: eleven rules on the character model, equally tuned.
"""
