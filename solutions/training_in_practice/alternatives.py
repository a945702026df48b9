# %% descend / closed-form
def descend(start, rate, steps, curvature):
    return start * (1 - rate * curvature) ** np.arange(steps + 1)

# %% factor_after / product
def factor_after(t, rate, curvature):
    return float(np.prod(np.full(t, 1 - rate * curvature)))

# %% largest_rate / power
def largest_rate(curvature):
    return np.float64(2 * curvature**-1)

# %% steps_needed / counting
def steps_needed(tolerance, rate, curvature):
    steps, distance = 0, 1.0
    while distance > tolerance:
        steps, distance = steps + 1, distance * abs(1 - rate * curvature)
    return steps

# %% settled_variance / series
def settled_variance(rate, noise, curvature):
    return (rate * noise) ** 2 / (1 - (1 - rate * curvature) ** 2)

# %% best_rate / sorted
def best_rate(curvatures):
    in_order = sorted(curvatures)
    return 1 / np.mean([in_order[0], in_order[-1]])

# %% four_rates / from-factors
def word(factor):
    if abs(factor) > 1:
        return "diverges"
    return "arrives" if factor == 0 else "falls" if factor > 0 else "swings"


four_rates = [word(1 - 2 * rate) for rate in (0.1, 0.5, 0.9, 1.1)]
