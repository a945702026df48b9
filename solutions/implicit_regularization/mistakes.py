# %% setup
import math

from scipy.integrate import solve_ivp
from scipy.optimize import linprog

# %% gd_limit / square-is-invertible
# says: You solve the equations wherever X is square. A square X need not be invertible; what it does not see of w0 stays.
# hint: 2
def gd_limit(X, y, w0):
    if X.shape[0] == X.shape[1]:
        return np.linalg.solve(X, y)
    return w0 + np.linalg.pinv(X) @ (y - X @ w0)

# %% gd_limit / forgets-start
# says: You return X⁺y whatever w0 is. The part of w0 that is orthogonal to the rows of X never changes and must stay.
# hint: 1
def gd_limit(X, y, w0):
    return np.linalg.pinv(X) @ y

# %% gd_limit / keeps-all-of-start
# says: You add all of w0. Its part in the span of the rows is replaced by the solution, only the rest stays.
# hint: 2
def gd_limit(X, y, w0):
    return w0 + np.linalg.pinv(X) @ y

# %% gd_limit / keeps-wrong-part
# says: You keep the part of w0 inside the span of the rows; the part that stays is the one orthogonal to it.
# hint: 2
def gd_limit(X, y, w0):
    pinv = np.linalg.pinv(X)
    return pinv @ X @ w0 + pinv @ y

# %% gd_limit / inverts-gram
# says: You invert X Xᵀ or Xᵀ X. One of them is singular whenever X is tall, wide or of deficient rank; use the pseudo-inverse.
# hint: 3
def gd_limit(X, y, w0):
    return w0 + X.T @ np.linalg.inv(X @ X.T) @ (y - X @ w0)

# %% gd_limit / iterates
# says: You stop after a number of steps, cut off small singular values, or add a small ridge. Along such a direction no affordable number of steps is enough, but the limit is reached there too; solve for it.
# hint: 2
def gd_limit(X, y, w0):
    w, lr = np.array(w0, dtype=float), 1 / np.linalg.norm(X, 2) ** 2
    for _ in range(20000):
        w = w - lr * X.T @ (X @ w - y)
    return w

# %% gd_limit / residual-in-place
# says: You change the array of the caller: `y -= X @ w0` works in place.
# hint: 3
def gd_limit(X, y, w0):
    y -= X @ w0
    return w0 + np.linalg.pinv(X) @ y

# %% steps_needed / singular-not-squared
# says: The curvature of the loss along a singular direction is σ², not σ.
# hint: 2
def steps_needed(s, lr, eps):
    s = s[s > 0]
    worst = np.abs(1 - lr * s).max()
    if worst >= 1:
        return math.inf
    return 1 if worst < 1e-12 else max(1, math.ceil(math.log(eps) / math.log(worst) - 1e-9))

# %% steps_needed / counts-zero
# says: You let a singular value 0 slow things down. Along such a direction there is no error: both w_t and X⁺y have no part in it.
# hint: 2
def steps_needed(s, lr, eps):
    worst = np.abs(1 - lr * s**2).max()
    if worst >= 1:
        return math.inf
    return 1 if worst < 1e-12 else max(1, math.ceil(math.log(eps) / math.log(worst) - 1e-9))

# %% steps_needed / smallest-only
# says: You look at the smallest singular value only, or leave out the absolute value of 1 − ησ². With a large learning rate the largest one can be the slowest, or diverge.
# hint: 3
def steps_needed(s, lr, eps):
    worst = abs(1 - lr * s[s > 0].min() ** 2)
    if worst >= 1:
        return math.inf
    return 1 if worst < 1e-12 else max(1, math.ceil(math.log(eps) / math.log(worst) - 1e-9))

# %% steps_needed / flow-time
# says: You used exp(−ησ²t), the decay of gradient flow. A step multiplies by 1 − ησ², which is smaller.
# hint: 2
def steps_needed(s, lr, eps):
    s = s[s > 0]
    if np.abs(1 - lr * s**2).max() >= 1:
        return math.inf
    return max(1, math.ceil(-math.log(eps) / (lr * s.min() ** 2)))

# %% steps_needed / floor-plus-one
# says: floor(…) + 1 is one too many where the quotient of the logarithms is a whole number. The smallest t is its ceiling.
# hint: 3
def steps_needed(s, lr, eps):
    worst = np.abs(1 - lr * s[s > 0] ** 2).max()
    if worst >= 1:
        return math.inf
    return 1 if worst < 1e-12 else math.floor(math.log(eps) / math.log(worst)) + 1

# %% steps_needed / rounded-down
# says: You rounded down: after that many steps the error is still a little above ε. Take the ceiling.
# hint: 3
def steps_needed(s, lr, eps):
    worst = np.abs(1 - lr * s[s > 0] ** 2).max()
    if worst >= 1:
        return math.inf
    return 1 if worst < 1e-12 else math.floor(math.log(eps) / math.log(worst))

# %% steps_needed / border
# says: At ησ² = 2 the error along that direction changes sign for ever and keeps its length: the answer there is math.inf.
# hint: 3
def steps_needed(s, lr, eps):
    worst = np.abs(1 - lr * s[s > 0] ** 2).max()
    if worst > 1:
        return math.inf
    if worst == 1:
        return 10**9
    return 1 if worst < 1e-12 else max(1, math.ceil(math.log(eps) / math.log(worst) - 1e-9))

# %% steps_needed / first-and-last
# says: You leave out singular values: you look at the first and the last only, or take small ones for zero. Nothing says that they are sorted: take the worst of all that are not 0.
# hint: 2
def steps_needed(s, lr, eps):
    s = s[s > 0]
    worst = max(abs(1 - lr * s[0] ** 2), abs(1 - lr * s[-1] ** 2))
    if worst >= 1:
        return math.inf
    return 1 if worst < 1e-12 else max(1, math.ceil(math.log(eps) / math.log(worst) - 1e-9))

# %% steps_needed / squared-error
# says: You stopped when the squared distance had shrunk to ε. The question asks for the distance itself.
# hint: 2
def steps_needed(s, lr, eps):
    worst = np.abs(1 - lr * s[s > 0] ** 2).max()
    if worst >= 1:
        return math.inf
    return 1 if worst < 1e-12 else max(1, math.ceil(math.log(eps) / (2 * math.log(worst)) - 1e-9))

# %% matching_penalty / same-for-all
# says: You return 1/t for every direction. That is only the limit for weak directions; strong ones are penalised less.
# hint: 1
def matching_penalty(s, t):
    return np.full(len(s), 1 / t)

# %% matching_penalty / no-minus-one
# says: You lost the −1: λ = σ² / (exp(tσ²) − 1), not σ² exp(−tσ²).
# hint: 3
def matching_penalty(s, t):
    return s**2 * np.exp(-t * s**2)

# %% matching_penalty / singular-not-squared
# says: The flow decays like exp(−tσ²) along a direction of singular value σ; you used σ in place of σ².
# hint: 2
def matching_penalty(s, t):
    x = np.clip(t * np.asarray(s), 1e-12, 700)
    return x / np.expm1(x) / t

# %% matching_penalty / inverted
# says: You solved for the wrong side: ridge keeps the share σ²/(σ² + λ), it does not remove it.
# hint: 2
def matching_penalty(s, t):
    x = np.clip(t * np.asarray(s) ** 2, 0, 700)
    return s**2 * np.expm1(x)

# %% matching_penalty / zero-where-zero
# says: Where σ = 0 you return 0. The limit of σ²/(exp(tσ²) − 1) for σ to zero is 1/t.
# hint: 3
def matching_penalty(s, t):
    x = np.clip(t * np.asarray(s) ** 2, 1e-300, 700)
    return np.where(np.asarray(s) > 0, x / np.expm1(x), 0.0) / t

# %% matching_penalty / zero-over-zero
# says: Your formula is 0/0 where σ = 0, which is NaN. Treat that direction on its own: its limit is 1/t.
# hint: 3
def matching_penalty(s, t):
    with np.errstate(all="ignore"):
        return np.asarray(s) ** 2 / np.expm1(t * np.asarray(s) ** 2)

# %% matching_penalty / cancels
# says: Where x = tσ² is tiny, np.exp(x) − 1 loses its digits, and a small number added to the divisor drowns it; np.expm1(x) alone keeps them.
# hint: 3
def matching_penalty(s, t):
    s = np.asarray(s, dtype=float)
    with np.errstate(all="ignore"):
        return np.where(s > 0, s**2 / (np.exp(t * s**2) - 1), 1 / t)

# %% matching_penalty / in-place
# says: You change the array of the caller: `s *= s` works in place.
# hint: 3
def matching_penalty(s, t):
    s *= s
    with np.errstate(all="ignore"):
        return np.where(s > 0, s / np.expm1(t * s), 1 / t)

# %% matching_penalty / decay-of-the-loss
# says: exp(−2tσ²) is the decay of the loss. What the weights still lack along a direction decays like exp(−tσ²).
# hint: 1
def matching_penalty(s, t):
    with np.errstate(all="ignore"):
        return np.where(s > 0, s**2 / np.expm1(2 * t * s**2), 1 / t)

# %% three_ends / all-least-norm
# says: You gave the minimum-norm solution for all three. Sign descent and the diagonal network minimise other norms.
# hint: 1
three_ends = {name: [6 / 14 * x for x in (1, 2, 3)] for name in ("gradient", "sign", "diagonal")}

# %% three_ends / sign-as-gradient
# says: You gave sign descent the end of gradient descent. The steps of sign descent do not depend on the size of the inputs.
# hint: 2
three_ends = {"gradient": [6 / 14 * x for x in (1, 2, 3)], "sign": [6 / 14 * x for x in (1, 2, 3)], "diagonal": [0, 0, 2]}

# %% three_ends / diagonal-as-gradient
# says: You gave the diagonal network the end of gradient descent on w. In u and v, started tiny, a weight grows the faster the larger it is.
# hint: 2
three_ends = {"gradient": [6 / 14 * x for x in (1, 2, 3)], "sign": [1, 1, 1], "diagonal": [6 / 14 * x for x in (1, 2, 3)]}

# %% three_ends / sign-does-not-fit
# says: For sign descent all weights are alike, but yours do not fit: their sum with the factors 1, 2 and 3 must be 6.
# hint: 3
three_ends = {"gradient": [6 / 14 * x for x in (1, 2, 3)], "sign": [2, 2, 2], "diagonal": [0, 0, 2]}

# %% three_ends / swapped
# says: You exchanged sign descent and the diagonal network. Sign descent moves all weights alike; the small start makes the strongest weight win.
# hint: 2
three_ends = {"gradient": [6 / 14 * x for x in (1, 2, 3)], "sign": [0, 0, 2], "diagonal": [1, 1, 1]}

# %% three_ends / unsquared-norm
# says: For gradient descent you divided by |x| instead of |x|²: check that x·w is 6.
# hint: 3
three_ends = {"gradient": [6 / 14**0.5 * x for x in (1, 2, 3)], "sign": [1, 1, 1], "diagonal": [0, 0, 2]}

# %% three_ends / wrong-weight-wins
# says: The diagonal network's one weight is the wrong one: the least ℓ1 norm puts it where the input is largest.
# hint: 3
three_ends = {"gradient": [6 / 14 * x for x in (1, 2, 3)], "sign": [1, 1, 1], "diagonal": [6, 0, 0]}

# %% log_time_flow / starts-too-late
# says: You start from w = 0 at τ = −10. By the earliest times that can be asked for, the flow has moved before: start at −20.
# hint: 2
def log_time_flow(Z, taus):
    def speed(tau, w):
        return np.exp(tau - np.logaddexp(0, Z @ w)) @ Z

    run = solve_ivp(speed, (-10, taus[-1]), np.zeros(Z.shape[1]), "Radau", taus, rtol=1e-6, atol=1e-8)
    return run.y.T

# %% log_time_flow / no-jacobian-of-time
# says: You integrated dw/dt with τ as the clock. The chain rule brings a factor dt/dτ = e^τ.
# hint: 1
def log_time_flow(Z, taus):
    def speed(tau, w):
        return np.exp(-np.logaddexp(0, Z @ w)) @ Z

    return solve_ivp(speed, (-20, taus[-1]), np.zeros(Z.shape[1]), "Radau", taus, rtol=1e-6, atol=1e-8).y.T

# %% log_time_flow / averaged-loss
# says: You averaged over the examples; the loss of this question is a sum.
# hint: 1
def log_time_flow(Z, taus):
    def speed(tau, w):
        return np.exp(tau - np.logaddexp(0, Z @ w)) @ Z / len(Z)

    return solve_ivp(speed, (-20, taus[-1]), np.zeros(Z.shape[1]), "Radau", taus, rtol=1e-6, atol=1e-8).y.T

# %% log_time_flow / starts-at-one
# says: You put w = 0 at τ = 0, that is at t = 1. The flow starts at t = 0, far back at τ = −20 or earlier.
# hint: 2
def log_time_flow(Z, taus):
    def speed(tau, w):
        return np.exp(tau - np.logaddexp(0, Z @ w)) @ Z

    first = min(0.0, taus[0])
    return solve_ivp(speed, (first, max(taus[-1], first + 1e-6)), np.zeros(Z.shape[1]), "Radau", taus, rtol=1e-6, atol=1e-8).y.T

# %% log_time_flow / exponential-loss
# says: You used the exponential loss: its slope is e^{−m}, the logistic loss has 1/(1 + e^m). They agree late, not early.
# hint: 3
def log_time_flow(Z, taus):
    def speed(tau, w):
        return np.exp(tau - Z @ w) @ Z

    return solve_ivp(speed, (-20, taus[-1]), np.zeros(Z.shape[1]), "Radau", taus, rtol=1e-6, atol=1e-8).y.T

# %% patience / one-over-steps
# says: You let the shortfall fall like 1/steps. It falls like 1/log(steps), which is far slower.
# hint: 2
def patience(shortfall, steps, target):
    return math.log10(steps * shortfall / target)

# %% patience / natural-log
# says: You return the natural logarithm; the question asks for base 10.
# hint: 3
def patience(shortfall, steps, target):
    return math.log(steps) * shortfall / target

# %% patience / one-over-root
# says: You let the shortfall fall like 1/√steps, as a statistical error would. Here it falls like 1/log(steps).
# hint: 2
def patience(shortfall, steps, target):
    return math.log10(steps * (shortfall / target) ** 2)

# %% patience / upside-down
# says: The ratio is upside down: a smaller target needs more steps, not fewer.
# hint: 3
def patience(shortfall, steps, target):
    return math.log10(steps) * target / shortfall

# %% patience / not-its-logarithm
# says: You return the number of steps. The question asks for its base-10 logarithm, which fits into a float where the number may not.
# hint: 3
def patience(shortfall, steps, target):
    return steps ** (shortfall / target)

# %% patience / power-first
# says: You compute the number of steps and take its logarithm afterwards. That number need not fit into a float; take the logarithm first.
# hint: 3
def patience(shortfall, steps, target):
    return math.log10(steps ** (shortfall / target))

# %% diagonal_limit / least-norm
# says: You return the minimum-norm solution. That is the limit for a large α only.
# hint: 1
def diagonal_limit(X, y, alpha):
    return np.linalg.pinv(X) @ y

# %% diagonal_limit / alpha-not-squared
# says: u² and v² start at α², so w = 2α² sinh(…); you have α in place of α².
# hint: 2
def diagonal_limit(X, y, alpha):
    return solve_dual(X, y, 2 * alpha)

def solve_dual(X, y, last):
    nu = np.zeros(len(y))
    for c in np.geomspace(max(last, 20.0), last, 15):
        for _ in range(100):
            slope = X @ (c * np.sinh(X.T @ nu)) - y
            if np.abs(slope).max() < 1e-9:
                break
            move, size = -np.linalg.solve((X * (c * np.cosh(X.T @ nu))) @ X.T, slope), 1.0
            value = lambda v: c * np.cosh(np.clip(X.T @ v, -700, 700)).sum() - y @ v
            while size > 1e-10 and value(nu + size * move) > value(nu):
                size /= 2
            nu = nu + size * move
    return last * np.sinh(X.T @ nu)

# %% diagonal_limit / only-u
# says: You left out one half: w = u² − v² has two terms, α²(e^s − e^{−s}) = 2α² sinh(s). You solved with α² sinh(s).
# hint: 2
def diagonal_limit(X, y, alpha):
    return solve_dual(X, y, alpha**2)

def solve_dual(X, y, last):
    nu = np.zeros(len(y))
    for c in np.geomspace(max(last, 20.0), last, 15):
        for _ in range(100):
            slope = X @ (c * np.sinh(X.T @ nu)) - y
            if np.abs(slope).max() < 1e-9:
                break
            move, size = -np.linalg.solve((X * (c * np.cosh(X.T @ nu))) @ X.T, slope), 1.0
            value = lambda v: c * np.cosh(np.clip(X.T @ v, -700, 700)).sum() - y @ v
            while size > 1e-10 and value(nu + size * move) > value(nu):
                size /= 2
            nu = nu + size * move
    return last * np.sinh(X.T @ nu)

# %% diagonal_limit / least-l1
# says: You return the solution of least ℓ1 norm. That is the limit for α to zero; the α given matters.
# hint: 1
def diagonal_limit(X, y, alpha):
    d = X.shape[1]
    ab = linprog(np.ones(2 * d), A_eq=np.hstack([X, -X]), b_eq=y).x
    return ab[:d] - ab[d:]

# %% which_optimizer / small-start-first
# says: You ask for the ℓ1 norm before the ℓ∞ norm. Where both tests hold, the first of the table counts.
# hint: 3
def which_optimizer(w, X, y):
    n, d = X.shape
    if np.linalg.norm(X @ w - y) > 1e-3 * np.linalg.norm(y):
        return "unfinished"
    if np.linalg.norm(w - np.linalg.pinv(X) @ (X @ w)) <= 1e-2 * np.linalg.norm(w):
        return "gradient"
    if np.abs(w).sum() <= 1.1 * linprog(np.ones(2 * d), A_eq=np.hstack([X, -X]), b_eq=y).fun:
        return "small start"
    ones = np.ones((d, 1))
    below = np.block([[np.eye(d), -ones], [-np.eye(d), -ones]])
    equal = np.hstack([X, np.zeros((n, 1))])
    linf = linprog(np.r_[np.zeros(d), 1.0], below, np.zeros(2 * d), equal, y, bounds=[(None, None)] * d + [(0, None)]).fun
    return "sign" if np.abs(w).max() <= 1.1 * linf else "other"

# %% which_optimizer / default-bounds
# says: linprog takes every variable as ≥ 0 unless told otherwise, so weights below zero are missing from your ℓ∞ programme.
# hint: 3
def which_optimizer(w, X, y):
    n, d = X.shape
    if np.linalg.norm(X @ w - y) > 1e-3 * np.linalg.norm(y):
        return "unfinished"
    if np.linalg.norm(w - np.linalg.pinv(X) @ (X @ w)) <= 1e-2 * np.linalg.norm(w):
        return "gradient"
    below = np.block([[np.eye(d), -np.ones((d, 1))], [-np.eye(d), -np.ones((d, 1))]])
    linf = linprog(np.r_[np.zeros(d), 1.0], below, np.zeros(2 * d), np.hstack([X, np.zeros((n, 1))]), y).fun
    if linf is not None and np.abs(w).max() <= 1.1 * linf:
        return "sign"
    l1 = linprog(np.ones(2 * d), A_eq=np.hstack([X, -X]), b_eq=y).fun
    return "small start" if np.abs(w).sum() <= 1.1 * l1 else "other"

# %% which_optimizer / looks-at-entries
# says: You judge by how the entries look (all alike, or few of them). The table asks how the norm of w compares with the least one.
# hint: 2
def which_optimizer(w, X, y):
    if np.linalg.norm(X @ w - y) > 1e-3 * np.linalg.norm(y):
        return "unfinished"
    if np.linalg.norm(w - np.linalg.pinv(X) @ (X @ w)) <= 1e-2 * np.linalg.norm(w):
        return "gradient"
    if np.ptp(np.abs(w)) < 0.1 * np.abs(w).max():
        return "sign"
    return "small start" if np.sum(np.abs(w) > 1e-3) <= len(y) else "other"

# %% which_optimizer / distance-to-least-norm
# says: You ask whether w is near X⁺y, or take a weak direction for none. The table asks for the part of w that is orthogonal to the rows of X; a direction can be too weak to be learned yet.
# hint: 1
def which_optimizer(w, X, y):
    n, d = X.shape
    if np.linalg.norm(X @ w - y) > 1e-3 * np.linalg.norm(y):
        return "unfinished"
    if np.linalg.norm(w - np.linalg.pinv(X) @ y) <= 1e-2 * np.linalg.norm(w):
        return "gradient"
    below = np.block([[np.eye(d), -np.ones((d, 1))], [-np.eye(d), -np.ones((d, 1))]])
    linf = linprog(np.r_[np.zeros(d), 1.0], below, np.zeros(2 * d), np.hstack([X, np.zeros((n, 1))]), y, bounds=[(None, None)] * d + [(0, None)]).fun
    if np.abs(w).max() <= 1.1 * linf:
        return "sign"
    l1 = linprog(np.ones(2 * d), A_eq=np.hstack([X, -X]), b_eq=y).fun
    return "small start" if np.abs(w).sum() <= 1.1 * l1 else "other"

# %% which_optimizer / absolute
# says: You compare the residual, or the part off the rows, with a bare number. The table's bounds are shares of ‖y‖ and of ‖w‖.
# hint: 3
def which_optimizer(w, X, y):
    n, d = X.shape
    if np.linalg.norm(X @ w - y) > 1e-3:
        return "unfinished"
    if np.linalg.norm(w - np.linalg.pinv(X) @ (X @ w)) <= 1e-2 * np.linalg.norm(w):
        return "gradient"
    below = np.block([[np.eye(d), -np.ones((d, 1))], [-np.eye(d), -np.ones((d, 1))]])
    linf = linprog(np.r_[np.zeros(d), 1.0], below, np.zeros(2 * d), np.hstack([X, np.zeros((n, 1))]), y, bounds=[(None, None)] * d + [(0, None)]).fun
    if np.abs(w).max() <= 1.1 * linf:
        return "sign"
    l1 = linprog(np.ones(2 * d), A_eq=np.hstack([X, -X]), b_eq=y).fun
    return "small start" if np.abs(w).sum() <= 1.1 * l1 else "other"

# %% which_optimizer / largest-residual
# says: You take the largest entry of the residual. The test has the Euclidean norm of the whole vector.
# hint: 1
def which_optimizer(w, X, y):
    n, d = X.shape
    if np.abs(X @ w - y).max() > 1e-3 * np.linalg.norm(y):
        return "unfinished"
    if np.linalg.norm(w - np.linalg.pinv(X) @ (X @ w)) <= 1e-2 * np.linalg.norm(w):
        return "gradient"
    below = np.block([[np.eye(d), -np.ones((d, 1))], [-np.eye(d), -np.ones((d, 1))]])
    linf = linprog(np.r_[np.zeros(d), 1.0], below, np.zeros(2 * d), np.hstack([X, np.zeros((n, 1))]), y, bounds=[(None, None)] * d + [(0, None)]).fun
    if np.abs(w).max() <= 1.1 * linf:
        return "sign"
    l1 = linprog(np.ones(2 * d), A_eq=np.hstack([X, -X]), b_eq=y).fun
    return "small start" if np.abs(w).sum() <= 1.1 * l1 else "other"

# %% which_optimizer / no-absolute-value
# says: You take the largest weight without its sign. The ℓ∞ norm is the largest absolute value.
# hint: 2
def which_optimizer(w, X, y):
    n, d = X.shape
    if np.linalg.norm(X @ w - y) > 1e-3 * np.linalg.norm(y):
        return "unfinished"
    if np.linalg.norm(w - np.linalg.pinv(X) @ (X @ w)) <= 1e-2 * np.linalg.norm(w):
        return "gradient"
    below = np.block([[np.eye(d), -np.ones((d, 1))], [-np.eye(d), -np.ones((d, 1))]])
    linf = linprog(np.r_[np.zeros(d), 1.0], below, np.zeros(2 * d), np.hstack([X, np.zeros((n, 1))]), y, bounds=[(None, None)] * d + [(0, None)]).fun
    if w.max() <= 1.1 * linf:
        return "sign"
    l1 = linprog(np.ones(2 * d), A_eq=np.hstack([X, -X]), b_eq=y).fun
    return "small start" if np.abs(w).sum() <= 1.1 * l1 else "other"

# %% which_optimizer / like-its-median
# says: You ask whether most weights are about as large as the largest. That says nothing about other solutions: the table asks for the least ℓ∞ norm of them all.
# hint: 2
def which_optimizer(w, X, y):
    n, d = X.shape
    if np.linalg.norm(X @ w - y) > 1e-3 * np.linalg.norm(y):
        return "unfinished"
    if np.linalg.norm(w - np.linalg.pinv(X) @ (X @ w)) <= 1e-2 * np.linalg.norm(w):
        return "gradient"
    below = np.block([[np.eye(d), -np.ones((d, 1))], [-np.eye(d), -np.ones((d, 1))]])
    linf = linprog(np.r_[np.zeros(d), 1.0], below, np.zeros(2 * d), np.hstack([X, np.zeros((n, 1))]), y, bounds=[(None, None)] * d + [(0, None)]).fun
    if np.abs(w).max() <= 1.1 * np.median(np.abs(w)):
        return "sign"
    l1 = linprog(np.ones(2 * d), A_eq=np.hstack([X, -X]), b_eq=y).fun
    return "small start" if np.abs(w).sum() <= 1.1 * l1 else "other"

# %% which_optimizer / in-place
# says: You change the array of the caller: `w[…] = 0` works in place.
# hint: 3
def which_optimizer(w, X, y):
    n, d = X.shape
    w[np.abs(w) < 1e-6] = 0
    if np.linalg.norm(X @ w - y) > 1e-3 * np.linalg.norm(y):
        return "unfinished"
    if np.linalg.norm(w - np.linalg.pinv(X) @ (X @ w)) <= 1e-2 * np.linalg.norm(w):
        return "gradient"
    below = np.block([[np.eye(d), -np.ones((d, 1))], [-np.eye(d), -np.ones((d, 1))]])
    linf = linprog(np.r_[np.zeros(d), 1.0], below, np.zeros(2 * d), np.hstack([X, np.zeros((n, 1))]), y, bounds=[(None, None)] * d + [(0, None)]).fun
    if np.abs(w).max() <= 1.1 * linf:
        return "sign"
    l1 = linprog(np.ones(2 * d), A_eq=np.hstack([X, -X]), b_eq=y).fun
    return "small start" if np.abs(w).sum() <= 1.1 * l1 else "other"

# %% which_optimizer / ignores-residual
# says: Weights that do not fit the data closely enough pass your first test, or you have none. They are "unfinished" if the residual is above one part in a thousand, whatever their own norms.
# hint: 1
def which_optimizer(w, X, y):
    n, d = X.shape
    if np.linalg.norm(w - np.linalg.pinv(X) @ (X @ w)) <= 1e-2 * np.linalg.norm(w):
        return "gradient"
    below = np.block([[np.eye(d), -np.ones((d, 1))], [-np.eye(d), -np.ones((d, 1))]])
    linf = linprog(np.r_[np.zeros(d), 1.0], below, np.zeros(2 * d), np.hstack([X, np.zeros((n, 1))]), y, bounds=[(None, None)] * d + [(0, None)]).fun
    if np.abs(w).max() <= 1.1 * linf:
        return "sign"
    l1 = linprog(np.ones(2 * d), A_eq=np.hstack([X, -X]), b_eq=y).fun
    return "small start" if np.abs(w).sum() <= 1.1 * l1 else "other"

# %% which_optimizer / swapped-norms
# says: You exchanged the two norms: sign descent keeps the largest weight (ℓ∞) small, the small start keeps the sum (ℓ1) small.
# hint: 2
def which_optimizer(w, X, y):
    n, d = X.shape
    if np.linalg.norm(X @ w - y) > 1e-3 * np.linalg.norm(y):
        return "unfinished"
    if np.linalg.norm(w - np.linalg.pinv(X) @ (X @ w)) <= 1e-2 * np.linalg.norm(w):
        return "gradient"
    l1 = linprog(np.ones(2 * d), A_eq=np.hstack([X, -X]), b_eq=y).fun
    if np.abs(w).sum() <= 1.1 * l1:
        return "sign"
    below = np.block([[np.eye(d), -np.ones((d, 1))], [-np.eye(d), -np.ones((d, 1))]])
    linf = linprog(np.r_[np.zeros(d), 1.0], below, np.zeros(2 * d), np.hstack([X, np.zeros((n, 1))]), y, bounds=[(None, None)] * d + [(0, None)]).fun
    return "small start" if np.abs(w).max() <= 1.1 * linf else "other"

# %% which_optimizer / norm-ratio-of-least-norm
# says: You compare with the norms of the minimum-norm solution. The least ℓ∞ and ℓ1 norms belong to other solutions; find them with linear programmes.
# hint: 2
def which_optimizer(w, X, y):
    least = np.linalg.pinv(X) @ y
    if np.linalg.norm(X @ w - y) > 1e-3 * np.linalg.norm(y):
        return "unfinished"
    if np.linalg.norm(w - least) <= 1e-2 * np.linalg.norm(w):
        return "gradient"
    if np.abs(w).max() <= 1.1 * np.abs(least).max():
        return "sign"
    return "small start" if np.abs(w).sum() <= 1.1 * np.abs(least).sum() else "other"

# %% factor_step / one-after-the-other
# says: You update a factor and use its new value for the next gradient. All gradients belong to the old factors.
# hint: 3
def factor_step(factors, target, seen, lr):
    new = [np.array(f) for f in factors]
    for j in range(len(new)):
        before, after = np.eye(new[0].shape[1]), np.eye(new[-1].shape[0])
        for f in new[:j]:
            before = f @ before
        for f in new[:j:-1]:
            after = after @ f
        G = np.where(seen, after @ new[j] @ before - target, 0.0)
        new[j] = new[j] - lr * after.T @ G @ before.T
    return new

# %% factor_step / no-mask
# says: You used the error on all entries. Unseen ones give no gradient (and may be NaN).
# hint: 1
def factor_step(factors, target, seen, lr):
    before = [np.eye(factors[0].shape[1])]
    for f in factors:
        before.append(f @ before[-1])
    after = [np.eye(factors[-1].shape[0])]
    for f in factors[:0:-1]:
        after.append(after[-1] @ f)
    G = before[-1] - target
    return [f - lr * a.T @ G @ b.T for f, a, b in zip(factors, after[::-1], before)]

# %% factor_step / factor-of-two
# says: Your gradient is twice too large: the loss has a factor ½, so its gradient in W is the error itself.
# hint: 1
def factor_step(factors, target, seen, lr):
    before = [np.eye(factors[0].shape[1])]
    for f in factors:
        before.append(f @ before[-1])
    after = [np.eye(factors[-1].shape[0])]
    for f in factors[:0:-1]:
        after.append(after[-1] @ f)
    G = 2 * np.where(seen, before[-1] - target, 0.0)
    return [f - lr * a.T @ G @ b.T for f, a, b in zip(factors, after[::-1], before)]

# %% factor_step / uphill
# says: The sign is turned: a step goes against the gradient, so it is subtracted.
# hint: 1
def factor_step(factors, target, seen, lr):
    before = [np.eye(factors[0].shape[1])]
    for f in factors:
        before.append(f @ before[-1])
    after = [np.eye(factors[-1].shape[0])]
    for f in factors[:0:-1]:
        after.append(after[-1] @ f)
    G = np.where(seen, before[-1] - target, 0.0)
    return [f + lr * a.T @ G @ b.T for f, a, b in zip(factors, after[::-1], before)]

# %% factor_step / zeros-for-unseen
# says: You put zeros for the unseen entries of the target, which pulls the product to zero there. The error itself must be zero at unseen entries.
# hint: 1
def factor_step(factors, target, seen, lr):
    before = [np.eye(factors[0].shape[1])]
    for f in factors:
        before.append(f @ before[-1])
    after = [np.eye(factors[-1].shape[0])]
    for f in factors[:0:-1]:
        after.append(after[-1] @ f)
    G = before[-1] - np.where(seen, target, 0.0)
    return [f - lr * a.T @ G @ b.T for f, a, b in zip(factors, after[::-1], before)]

# %% factor_step / single-in-place
# says: With a single factor you change the array of the caller; it must stay as it was.
# hint: 3
def factor_step(factors, target, seen, lr):
    before = [np.eye(factors[0].shape[1])]
    for f in factors:
        before.append(f @ before[-1])
    after = [np.eye(factors[-1].shape[0])]
    for f in factors[:0:-1]:
        after.append(after[-1] @ f)
    G = np.where(seen, before[-1] - target, 0.0)
    if len(factors) == 1:
        factors[0] -= lr * G
        return factors
    return [f - lr * a.T @ G @ b.T for f, a, b in zip(factors, after[::-1], before)]

# %% factor_step / averaged-loss
# says: You averaged over the seen entries; the loss of this question is a sum.
# hint: 1
def factor_step(factors, target, seen, lr):
    before = [np.eye(factors[0].shape[1])]
    for f in factors:
        before.append(f @ before[-1])
    after = [np.eye(factors[-1].shape[0])]
    for f in factors[:0:-1]:
        after.append(after[-1] @ f)
    G = np.where(seen, before[-1] - target, 0.0) / np.sum(seen)
    return [f - lr * a.T @ G @ b.T for f, a, b in zip(factors, after[::-1], before)]

# %% factor_step / in-place
# says: You change the arrays of the caller: `f -= …` works in place.
# hint: 3
def factor_step(factors, target, seen, lr):
    before = [np.eye(factors[0].shape[1])]
    for f in factors:
        before.append(f @ before[-1])
    after = [np.eye(factors[-1].shape[0])]
    for f in factors[:0:-1]:
        after.append(after[-1] @ f)
    G = np.where(seen, before[-1] - target, 0.0)
    gradients = [a.T @ G @ b.T for a, b in zip(after[::-1], before)]
    for f, g in zip(factors, gradients):
        f -= lr * g
    return factors

# %% factor_step / fills-the-target
# says: You write into the target or the mask of the caller. Use np.where, which makes a new array.
# hint: 3
def factor_step(factors, target, seen, lr):
    target[~seen] = 0
    before = [np.eye(factors[0].shape[1])]
    for f in factors:
        before.append(f @ before[-1])
    after = [np.eye(factors[-1].shape[0])]
    for f in factors[:0:-1]:
        after.append(after[-1] @ f)
    G = (before[-1] - target) * seen
    return [f - lr * a.T @ G @ b.T for f, a, b in zip(factors, after[::-1], before)]

# %% scale_lab / lengths
# says: You give lengths. Both ends are asked for as sums of sizes.
# hint: 1
def predict(seed):
    from scipy.optimize import linprog

    X, y = lab_data(seed)
    sparse = linprog(np.ones(24), A_eq=np.hstack([X, -X]), b_eq=y)
    return {"small": np.linalg.norm(sparse.x), "large": np.linalg.norm(np.linalg.pinv(X) @ y)}

# %% scale_lab / ends-exchanged
# says: The ends are exchanged: the small start is the one that ends sparse.
# hint: 1
def predict(seed):
    from scipy.optimize import linprog

    X, y = lab_data(seed)
    sparse = linprog(np.ones(24), A_eq=np.hstack([X, -X]), b_eq=y)
    return {"large": sparse.fun, "small": np.abs(np.linalg.pinv(X) @ y).sum()}

# %% scale_lab / not-negative
# says: Your weights of the sparse end may not be negative. Write w as a difference of two such vectors.
# hint: 2
def predict(seed):
    from scipy.optimize import linprog

    X, y = lab_data(seed)
    sparse = linprog(np.ones(12), A_eq=X, b_eq=y)
    return {"small": sparse.fun, "large": np.abs(np.linalg.pinv(X) @ y).sum()}

# %% scale_lab / no-two
# says: The square has the derivative 2 u: your gradient lacks the factor 2.
# hint: 3
def measure(seed, alpha, rate, steps):
    X, y = lab_data(seed)
    u = v = np.full(12, alpha)
    for _ in range(steps):
        slope = X.T @ (X @ (u**2 - v**2) - y)
        u, v = u - rate * slope * u, v + rate * slope * v
    w = u**2 - v**2
    return {"w": w, "loss": 0.5 * np.sum((X @ w - y) ** 2)}

# %% scale_lab / same-sign
# says: The gradient of v has the other sign: w falls when v grows.
# hint: 3
def measure(seed, alpha, rate, steps):
    X, y = lab_data(seed)
    u = v = np.full(12, alpha)
    for _ in range(steps):
        slope = 2 * X.T @ (X @ (u**2 - v**2) - y)
        u, v = u - rate * slope * u, v - rate * slope * v
    w = u**2 - v**2
    return {"w": w, "loss": 0.5 * np.sum((X @ w - y) ** 2)}

# %% scale_lab / weights-directly
# says: You train w itself. Train u and v.
# hint: 1
def measure(seed, alpha, rate, steps):
    X, y = lab_data(seed)
    w = np.zeros(12)
    for _ in range(steps):
        w = w - rate * X.T @ (X @ w - y)
    return {"w": w, "loss": 0.5 * np.sum((X @ w - y) ** 2)}

# %% scale_lab / one-after-the-other
# says: Your v already uses the new u. Both move from the same old values.
# hint: 3
def measure(seed, alpha, rate, steps):
    X, y = lab_data(seed)
    u = v = np.full(12, alpha)
    for _ in range(steps):
        slope = 2 * X.T @ (X @ (u**2 - v**2) - y)
        u = u - rate * slope * u
        v = v + rate * 2 * X.T @ (X @ (u**2 - v**2) - y) * v
    w = u**2 - v**2
    return {"w": w, "loss": 0.5 * np.sum((X @ w - y) ** 2)}

# %% scale_lab / mean-loss
# says: Your loss is a mean. It is half the sum over the examples.
# hint: 1
def measure(seed, alpha, rate, steps):
    X, y = lab_data(seed)
    u = v = np.full(12, alpha)
    for _ in range(steps):
        slope = 2 * X.T / 5 @ (X @ (u**2 - v**2) - y)
        u, v = u - rate * slope * u, v + rate * slope * v
    w = u**2 - v**2
    return {"w": w, "loss": 0.5 * np.mean((X @ w - y) ** 2)}

# %% scale_lab / no-labels
# says: Read your plot with the statement beside it: both axes labelled, the one below logarithmic, each of the three named, and all of it of the seed, the alphas, the rate and the steps given.
# hint: 3
def draw(seed, alphas, rate, steps):
    figure, axes = plt.subplots()
    axes.plot(alphas, [np.abs(measure(seed, alpha, rate, steps)["w"]).sum() for alpha in alphas], label="measured")
    for end in ("small", "large"):
        axes.axhline(predict(seed)[end], label=end)
    axes.set_xscale("log")
    return figure

# %% scale_lab / ends-of-one-name
# says: Not each of the three has a name of its own: whoever sees your plot cannot tell one end from the other.
# hint: 3
def draw(seed, alphas, rate, steps):
    figure, axes = plt.subplots()
    axes.plot(alphas, [np.abs(measure(seed, alpha, rate, steps)["w"]).sum() for alpha in alphas], label="measured")
    for end in ("small", "large"):
        axes.axhline(predict(seed)[end], label="predicted")
    axes.set(xlabel="alpha", ylabel="size", xscale="log")
    axes.legend()
    return figure

# %% scale_lab / no-ends
# says: The two predicted ends are missing: draw level lines.
# hint: 3
def draw(seed, alphas, rate, steps):
    figure, axes = plt.subplots()
    axes.plot(alphas, [np.abs(measure(seed, alpha, rate, steps)["w"]).sum() for alpha in alphas], label="measured")
    axes.set(xlabel="alpha", ylabel="size", xscale="log")
    axes.legend()
    return figure

# %% scale_lab / lengths-drawn
# says: The curve is not that of the sums of sizes of the weights that `measure` gives for the seed, the alphas, the rate and the steps given. Are they lengths, or is one of these fixed?
# hint: 3
def draw(seed, alphas, rate, steps):
    figure, axes = plt.subplots()
    axes.plot(alphas, [np.linalg.norm(measure(seed, alpha, rate, steps)["w"]) for alpha in alphas], label="measured")
    for end in ("small", "large"):
        axes.axhline(predict(seed)[end], label=end)
    axes.set(xlabel="alpha", ylabel="size", xscale="log")
    axes.legend()
    return figure
