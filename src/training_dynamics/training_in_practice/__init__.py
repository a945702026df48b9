"""Training in practice: a character model built from a single number upwards, trained, and the usual tips put to the test.

``value`` is a scalar that differentiates itself, ``neurons`` a network of them; ``network`` is the same model in torch,
``gpt`` its rival (trained by ``muon``; ``rivals`` compares them) and ``baselines`` what both have to beat; ``speed`` sets
engine against torch.  ``signals`` follows signal and gradient through random layers,
``symmetry`` trains from equal weights.  ``run`` is a complete training function with ``schedules`` and ``stopping``;
``stack`` trains many models side by side for ``studies`` of the tips, and ``finder`` raises the rate until it breaks.
"""
