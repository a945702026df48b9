# %% descend
def descend(start, rate, steps, curvature):
    path = [start]
    for _ in range(steps):
        path.append(path[-1] - rate * curvature * path[-1])
    return np.array(path)

# %% factor_after
def factor_after(t, rate, curvature):
    return (1 - rate * curvature) ** t

# %% largest_rate
def largest_rate(curvature):
    return 2 / curvature

# %% steps_needed
def steps_needed(tolerance, rate, curvature):
    return math.ceil(math.log(tolerance) / math.log(abs(1 - rate * curvature)))

# %% settled_variance
def settled_variance(rate, noise, curvature):
    return rate * noise**2 / (curvature * (2 - rate * curvature))

# %% best_rate
def best_rate(curvatures):
    return 2 / (curvatures.min() + curvatures.max())

# %% four_rates
four_rates = ["falls", "arrives", "swings", "diverges"]

# %% lower_at_the_end
# The rate decides both how fast the distance to the minimum shrinks and how large the variance is that noise leaves.
# For small rates the first is proportional to the rate and so is the second.  So a large rate is right while the
# distance is larger than what noise leaves; when the loss stops falling, a smaller rate takes the rest away.
