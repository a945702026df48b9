# %% half_time / numpy-float32
def half_time(s, a0):
    return np.float32(np.log(s / a0 - 1) / (2 * s))

# %% momentum / velocity-first
class Momentum:
    def __init__(self, lr, beta):
        self.lr, self.beta, self.v = lr, beta, None

    def step(self, w, g):
        self.v = g.copy() if self.v is None else self.beta * self.v + g
        return np.array([a - self.lr * b for a, b in zip(w, self.v)])

# %% order / by-hand
order = (1, 2, 0)
