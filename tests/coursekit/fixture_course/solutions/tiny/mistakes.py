# %% setup
import math

# %% half_time / no-log-factor
# says: The time is not 1/(2s): the wait grows with the logarithm of s/a0.
# hint: 2
def half_time(s, a0):
    return 1 / (2 * s)

# %% half_time / one-weight-layer
# says: You left out the factor 2 of the growth rate 2s.
# hint: 3
def half_time(s, a0):
    return math.log(s / a0 - 1) / s

# %% half_time / time-to-full-height
# says: You dropped the -1: the ratio at the start is (s - a0)/a0, not s/a0.
# hint: 2
def half_time(s, a0):
    return math.log(s / a0) / (2 * s)

# %% half_time / endless
# says: Your loop never ends; the time has a closed form.
# hint: 2
def half_time(s, a0):
    raise OverflowError("too many steps")

# %% momentum / no-memory
# says: Your rule forgets the velocity between steps.
# hint: 1
class Momentum:
    def __init__(self, lr, beta):
        self.lr, self.beta = lr, beta

    def step(self, w, g):
        return w - self.lr * g

# %% momentum / damped-gradient
# says: The gradient is not scaled by 1 - beta in heavy-ball momentum.
# hint: 2
class Momentum:
    def __init__(self, lr, beta):
        self.lr, self.beta, self.v = lr, beta, 0.0

    def step(self, w, g):
        self.v = self.beta * self.v + (1 - self.beta) * g
        return w - self.lr * self.v

# %% momentum / in-place
# says: You change the array of the caller: `w -= ...` works in place.
# hint: 3
class Momentum:
    def __init__(self, lr, beta):
        self.lr, self.beta, self.v = lr, beta, 0.0

    def step(self, w, g):
        self.v = self.beta * self.v + g
        w -= self.lr * self.v
        return w

# %% order / ascending
# says: You listed the weakest mode first.
# hint: 1
order = [0, 2, 1]

# %% order / strengths
# says: You gave strengths, the question asks for indices.
# hint: 3
order = [4.0, 2.0, 1.0]

# %% order / ranks
# says: You gave the rank of each mode, not the modes in order.
# hint: 3
order = [2, 0, 1]
