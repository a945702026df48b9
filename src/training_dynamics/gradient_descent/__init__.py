"""Gradient descent: training as a trajectory.

``quadratic`` rates and momentum in closed form · ``convex`` worst cases · ``flow`` the distance to gradient flow ·
``noise`` stationary variance, ripples, sampling · ``schedules`` the noisy quadratic · ``saddles`` signs of curvature ·
``surface`` what slices and projections hide · ``networks`` many small networks at once · ``teacher`` bad minima ·
``digits`` real data: rates, batches, generalisation · ``phases`` what a run learns first ·
``simplicity`` the same against a linear classifier · ``remedies`` smoothed labels and
shifted copies · ``explorable`` its twin in Python.
"""
