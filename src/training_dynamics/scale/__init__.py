"""Scale: ``units`` (a parabola in full), ``symmetry`` (which settings are one run), ``rules`` (parametrisations, the spectral
condition), ``networks`` (ReLU nets on digits), ``coordinates`` (the check), ``sweeps`` (U-curves), ``linear`` (best rates of deep
linear networks), ``sharpness``, ``depth``, ``longer`` (decay and batches), ``laws`` (power-law spectra).
"""
