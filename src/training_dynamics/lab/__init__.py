"""What topics share and students are not given: stacks of networks, optimizers, losses, training, curvature.

``stack`` and ``flat`` run many networks side by side, ``modules`` any torch modules; ``optimizers`` holds each update once,
``losses`` one loss a network, ``training`` the loop, ``curvature`` whole spectra.
"""
