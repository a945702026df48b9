# %% descend / start-left-out
# says: The first entry is the start, before any step.
# hint: 2
def descend(start, rate, steps, curvature):
    return start * (1 - rate * curvature) ** np.arange(1, steps + 1)

# %% descend / curvature-left-out
# says: The gradient of c w²/2 is c w: you left out the curvature.
# hint: 1
def descend(start, rate, steps, curvature):
    return start * (1 - rate) ** np.arange(steps + 1)

# %% descend / uphill
# says: You go up the gradient; descent subtracts it.
# hint: 3
def descend(start, rate, steps, curvature):
    return start * (1 + rate * curvature) ** np.arange(steps + 1)

# %% factor_after / gradient-flow
# says: The exponential is the limit of tiny steps; these steps are finite.
# hint: 1
def factor_after(t, rate, curvature):
    return math.exp(-rate * curvature * t)

# %% factor_after / times-t
# says: The factors of the steps are multiplied, not added up.
# hint: 2
def factor_after(t, rate, curvature):
    return 1 - t * rate * curvature

# %% factor_after / one-too-many
# says: You count one step too many: after 0 steps the factor is 1.
# hint: 3
def factor_after(t, rate, curvature):
    return (1 - rate * curvature) ** (t + 1)

# %% largest_rate / fastest
# says: That is the fastest rate, not the largest: beyond it descent overshoots, and still converges.
# hint: 3
def largest_rate(curvature):
    return 1 / curvature

# %% largest_rate / upside-down
# says: A more curved loss needs a smaller rate: you turned the ratio round.
# hint: 2
def largest_rate(curvature):
    return curvature / 2

# %% largest_rate / curvature-left-out
# says: The limit of 2 is for curvature 1.
# hint: 2
def largest_rate(curvature):
    return 2.0

# %% steps_needed / rounded-down
# says: You rounded down: after that many steps the distance is still above the tolerance.
# hint: 3
def steps_needed(tolerance, rate, curvature):
    return math.floor(math.log(tolerance) / math.log(abs(1 - rate * curvature)))

# %% steps_needed / gradient-flow
# says: You took ηc for −log(1 − ηc), which is right for tiny rates only.
# hint: 1
def steps_needed(tolerance, rate, curvature):
    return math.ceil(-math.log(tolerance) / (rate * curvature))

# %% steps_needed / one-too-many
# says: One step fewer is enough.
# hint: 3
def steps_needed(tolerance, rate, curvature):
    return math.ceil(math.log(tolerance) / math.log(abs(1 - rate * curvature))) + 1

# %% settled_variance / small-rate
# says: You left out a term of the square (1 − ηc)²: this is the limit of small rates.
# hint: 3
def settled_variance(rate, noise, curvature):
    return rate * noise**2 / (2 * curvature)

# %% settled_variance / noise-not-squared
# says: A variance goes with the square of the noise's standard deviation.
# hint: 2
def settled_variance(rate, noise, curvature):
    return rate * noise / (curvature * (2 - rate * curvature))

# %% settled_variance / last-step-only
# says: That is the noise of the last step alone; what earlier steps left counts, too.
# hint: 1
def settled_variance(rate, noise, curvature):
    return (rate * noise) ** 2

# %% best_rate / largest-only
# says: You made the most curved parameter fast; the least curved one is now the slowest.
# hint: 2
def best_rate(curvatures):
    return 1 / curvatures.max()

# %% best_rate / mean
# says: The mean of all curvatures does not matter, only the extremes do.
# hint: 2
def best_rate(curvatures):
    return 1 / curvatures.mean()

# %% best_rate / at-the-limit
# says: At this rate the most curved parameter swings for ever.
# hint: 3
def best_rate(curvatures):
    return 2 / curvatures.max()

# %% four_rates / curvature-left-out
# says: You compared the rates themselves with 1 and 2, not their product with the curvature.
# hint: 1
four_rates = ["falls", "falls", "falls", "swings"]

# %% four_rates / no-swinging
# says: Overshooting is not diverging: a factor between −1 and 0 comes closer with every step.
# hint: 3
four_rates = ["falls", "arrives", "diverges", "diverges"]

# %% four_rates / sign-left-out
# says: You looked at the size of the factor and not at its sign.
# hint: 2
four_rates = ["falls", "arrives", "falls", "diverges"]
