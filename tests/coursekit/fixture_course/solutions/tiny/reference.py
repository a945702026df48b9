# %% setup
import math

# %% half_time
def exponent(s, a0):
    return s / a0 - 1  # the ratio at the start


def half_time(s, a0):
    # separation of variables
    return math.log(exponent(s, a0)) / (2 * s)

# %% momentum
class Momentum:
    def __init__(self, lr, beta):
        self.lr, self.beta = lr, beta
        self.v = 0.0

    def step(self, w, g):
        self.v = self.beta * self.v + g
        return w - self.lr * self.v

# %% order
strengths = [1.0, 4.0, 2.0]
order = sorted(range(3), key=lambda i: -strengths[i])

# %% meaning
# Each mode waits near a saddle, a plateau of the loss, until it has grown enough
# to matter; then it is learned quickly, and the loss falls by one step.
