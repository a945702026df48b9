# %% setup
import math

# %% adamw_run / no-bias-correction
# says: You left out bias correction. m and v start at zero, so after t steps they are too small by 1 − β₁ᵗ and 1 − β₂ᵗ.
# hint: 1
def adamw_run(grads, w0, lr, beta1, beta2, eps, decay):
    w, m, v = np.array(w0, dtype=float), np.zeros_like(w0), np.zeros_like(w0)
    for g in grads:
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        w = (1 - lr * decay) * w - lr * m / (np.sqrt(v) + eps)
    return w

# %% adamw_run / penalty-in-gradient
# says: You added the decay to the gradient. That is L2 regularisation inside Adam: it goes through m and v. Decoupled decay does not.
# hint: 2
def adamw_run(grads, w0, lr, beta1, beta2, eps, decay):
    w, m, v = np.array(w0, dtype=float), np.zeros_like(w0), np.zeros_like(w0)
    for t, g in enumerate(grads, start=1):
        g = g + decay * w
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        w = w - lr * m / (1 - beta1**t) / (np.sqrt(v / (1 - beta2**t)) + eps)
    return w

# %% adamw_run / eps-inside-root
# says: You put ε under the square root. Adam adds it to the root, where it compares with |g| and not with g².
# hint: 2
def adamw_run(grads, w0, lr, beta1, beta2, eps, decay):
    w, m, v = np.array(w0, dtype=float), np.zeros_like(w0), np.zeros_like(w0)
    for t, g in enumerate(grads, start=1):
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        w = (1 - lr * decay) * w - lr * m / (1 - beta1**t) / np.sqrt(v / (1 - beta2**t) + eps)
    return w

# %% adamw_run / decay-without-rate
# says: You shrink the weights by 1 − decay. The decay is multiplied by the learning rate: 1 − lr · decay.
# hint: 3
def adamw_run(grads, w0, lr, beta1, beta2, eps, decay):
    w, m, v = np.array(w0, dtype=float), np.zeros_like(w0), np.zeros_like(w0)
    for t, g in enumerate(grads, start=1):
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        w = (1 - decay) * w - lr * m / (1 - beta1**t) / (np.sqrt(v / (1 - beta2**t)) + eps)
    return w

# %% adamw_run / counts-from-zero
# says: You corrected with t + 1 in place of t: the first step has t = 1, not 2.
# hint: 2
def adamw_run(grads, w0, lr, beta1, beta2, eps, decay):
    w, m, v = np.array(w0, dtype=float), np.zeros_like(w0), np.zeros_like(w0)
    for t, g in enumerate(grads, start=2):
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        w = (1 - lr * decay) * w - lr * m / (1 - beta1**t) / (np.sqrt(v / (1 - beta2**t)) + eps)
    return w

# %% adamw_run / decay-of-the-new-weights
# says: You shrink the weights after the Adam step. The factor 1 − lr · decay belongs to the old weights only, not to the step.
# hint: 3
def adamw_run(grads, w0, lr, beta1, beta2, eps, decay):
    w, m, v = np.array(w0, dtype=float), np.zeros_like(w0), np.zeros_like(w0)
    for t, g in enumerate(grads, start=1):
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        w = (1 - lr * decay) * (w - lr * m / (1 - beta1**t) / (np.sqrt(v / (1 - beta2**t)) + eps))
    return w

# %% adamw_run / writes-into-w0
# says: You changed the array that you were given: `w -= …` writes into w0. Start from a copy, np.array(w0).
# hint: 3
def adamw_run(grads, w0, lr, beta1, beta2, eps, decay):
    w, m, v = w0, np.zeros_like(w0), np.zeros_like(w0)
    for t, g in enumerate(grads, start=1):
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        w -= lr * decay * w + lr * m / (1 - beta1**t) / (np.sqrt(v / (1 - beta2**t)) + eps)
    return w

# %% adamw_run / eps-before-correction
# says: You add ε to √v and correct afterwards. ε is added to the corrected root √v̂, which matters while both are of one size.
# hint: 2
def adamw_run(grads, w0, lr, beta1, beta2, eps, decay):
    w = np.array(w0, dtype=float)
    m, v = np.zeros_like(w), np.zeros_like(w)
    for t, g in enumerate(grads, 1):
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        w = (1 - lr * decay) * w - lr * np.sqrt(1 - beta2**t) / (1 - beta1**t) * m / (np.sqrt(v) + eps)
    return w

# %% adamw_run / swapped-betas
# says: You exchanged the two constants: β₁ belongs to the average of the gradients, β₂ to that of their squares.
# hint: 2
def adamw_run(grads, w0, lr, beta1, beta2, eps, decay):
    w, m, v = np.array(w0, dtype=float), np.zeros_like(w0), np.zeros_like(w0)
    for t, g in enumerate(grads, start=1):
        m = beta2 * m + (1 - beta2) * g
        v = beta1 * v + (1 - beta1) * g**2
        w = (1 - lr * decay) * w - lr * m / (1 - beta2**t) / (np.sqrt(v / (1 - beta1**t)) + eps)
    return w

# %% adamw_run / correction-without-power
# says: You divide by 1 − β in every step. The correction is 1 − βᵗ: it fades as t grows.
# hint: 2
def adamw_run(grads, w0, lr, beta1, beta2, eps, decay):
    w, m, v = np.array(w0, dtype=float), np.zeros_like(w0), np.zeros_like(w0)
    for g in grads:
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        w = (1 - lr * decay) * w - lr * m / (1 - beta1) / (np.sqrt(v / (1 - beta2)) + eps)
    return w

# %% adamw_run / keeps-the-corrected
# says: You carry the corrected averages on to the next step. Keep m and v as they are; m̂ and v̂ are for this step alone.
# hint: 2
def adamw_run(grads, w0, lr, beta1, beta2, eps, decay):
    w, m, v = np.array(w0, dtype=float), np.zeros_like(w0), np.zeros_like(w0)
    for t, g in enumerate(grads, start=1):
        m = (beta1 * m + (1 - beta1) * g) / (1 - beta1**t)
        v = (beta2 * v + (1 - beta2) * g**2) / (1 - beta2**t)
        w = (1 - lr * decay) * w - lr * m / (np.sqrt(v) + eps)
    return w

# %% adamw_run / v-not-corrected
# says: You corrected m only. v starts at zero as well.
# hint: 2
def adamw_run(grads, w0, lr, beta1, beta2, eps, decay):
    w, m, v = np.array(w0, dtype=float), np.zeros_like(w0), np.zeros_like(w0)
    for t, g in enumerate(grads, start=1):
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        w = (1 - lr * decay) * w - lr * m / (1 - beta1**t) / (np.sqrt(v) + eps)
    return w

# %% adamw_run / no-epsilon
# says: You left out ε, or did not pass it on. Where it is as large as the gradients it shortens the step.
# hint: 2
def adamw_run(grads, w0, lr, beta1, beta2, eps, decay):
    w, m, v = np.array(w0, dtype=float), np.zeros_like(w0), np.zeros_like(w0)
    for t, g in enumerate(grads, start=1):
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        w = (1 - lr * decay) * w - lr * m / (1 - beta1**t) / (np.sqrt(v / (1 - beta2**t)) + 1e-8)
    return w

# %% adamw_run / writes-into-grads
# says: You change the array that you were given: `g *= …` writes into a row of grads. Make a new array.
# hint: 3
def adamw_run(grads, w0, lr, beta1, beta2, eps, decay):
    w, m, v = np.array(w0, dtype=float), np.zeros_like(w0), np.zeros_like(w0)
    for t, g in enumerate(grads, start=1):
        v = beta2 * v + (1 - beta2) * g**2
        g *= 1 - beta1
        m = beta1 * m + g
        w = (1 - lr * decay) * w - lr * m / (1 - beta1**t) / (np.sqrt(v / (1 - beta2**t)) + eps)
    return w

# %% longest_step / always-one
# says: You took the learning rate for the bound. That is the step under a constant gradient; a growing one gives a longer step.
# hint: 1
def longest_step(beta1, beta2):
    return 1.0

# %% longest_step / one-spike
# says: You looked at a single gradient after a long pause. Gradients that grow in the right way give a still longer step.
# hint: 2
def longest_step(beta1, beta2):
    return (1 - beta1) / math.sqrt(1 - beta2)

# %% longest_step / two-cases
# says: You took the larger of two special cases, a constant gradient and one spike. Neither is the worst: let the gradients grow.
# hint: 2
def longest_step(beta1, beta2):
    return max(1.0, (1 - beta1) / math.sqrt(1 - beta2))

# %% longest_step / forgets-root
# says: You gave the square: the sum of the series bounds m²/v, so the answer is its root.
# hint: 3
def longest_step(beta1, beta2):
    if beta1**2 >= beta2:
        return math.inf
    return (1 - beta1) ** 2 / ((1 - beta2) * (1 - beta1**2 / beta2))

# %% longest_step / beta1-not-squared
# says: The series has the ratio β₁²/β₂, not β₁/β₂: the weights w_i are squared.
# hint: 3
def longest_step(beta1, beta2):
    if beta1 >= beta2:
        return math.inf
    return (1 - beta1) / math.sqrt((1 - beta2) * (1 - beta1 / beta2))

# %% longest_step / beta1-above-beta2
# says: There is a bound as long as β₁² < β₂; β₁ may be larger than β₂.
# hint: 3
def longest_step(beta1, beta2):
    if beta1 >= beta2:
        return math.inf
    return (1 - beta1) / math.sqrt((1 - beta2) * (1 - beta1**2 / beta2))

# %% longest_step / without-prefactor
# says: You left out 1 − β₁, the weight of the latest gradient in m.
# hint: 1
def longest_step(beta1, beta2):
    if beta1**2 >= beta2:
        return math.inf
    return 1 / math.sqrt((1 - beta2) * (1 - beta1**2 / beta2))

# %% longest_step / cut-off
# says: You cut the series off. It runs over all past gradients, and where β₁² ≥ β₂ it has no finite sum.
# hint: 3
def longest_step(beta1, beta2):
    return math.sqrt(sum(((1 - beta1) * beta1**i) ** 2 / ((1 - beta2) * beta2**i) for i in range(1000)))

# %% longest_step / difference-for-ratio
# says: The sum of a geometric series is 1/(1 − ratio), and the ratio is β₁²/β₂; you have β₂ − β₁².
# hint: 3
def longest_step(beta1, beta2):
    if beta1**2 >= beta2:
        return math.inf
    return (1 - beta1) / math.sqrt((1 - beta2) * (beta2 - beta1**2))

# %% same_path / adam-is-invariant
# says: You took Adam for invariant to a diagonal change of the parameters. It is invariant to scaling of the gradient; mapping its step back multiplies by D.
# hint: 2
same_path = {"gd_loss": False, "adam_loss": True, "fisher_loss": False, "adam_permutation": True, "adam_diagonal": True, "fisher_diagonal": True, "root_diagonal": False, "adam_rotation": False, "gd_rotation": True}

# %% same_path / fisher-of-the-loss
# says: You let the Fisher matrix grow with the loss. It belongs to the model's probabilities: 100 times the loss gives 100 times the step g/f.
# hint: 3
same_path = {"gd_loss": False, "adam_loss": True, "fisher_loss": True, "adam_permutation": True, "adam_diagonal": False, "fisher_diagonal": True, "root_diagonal": False, "adam_rotation": False, "gd_rotation": True}

# %% same_path / rotation
# says: You exchanged the two under a rotation: gradient descent does not notice it, Adam does, because it divides along the axes.
# hint: 1
same_path = {"gd_loss": False, "adam_loss": True, "fisher_loss": False, "adam_permutation": True, "adam_diagonal": False, "fisher_diagonal": True, "root_diagonal": False, "adam_rotation": True, "gd_rotation": False}

# %% same_path / root-is-enough
# says: You took the root of the Fisher diagonal for invariant. By φ the diagonal is D²f and its root D√f: it cancels the D of the gradient, but not the D of mapping back.
# hint: 2
same_path = {"gd_loss": False, "adam_loss": True, "fisher_loss": False, "adam_permutation": True, "adam_diagonal": False, "fisher_diagonal": True, "root_diagonal": True, "adam_rotation": False, "gd_rotation": True}

# %% same_path / adam-under-rotation
# says: Adam divides along the axes. A rotation mixes the axes, and Adam notices.
# hint: 1
same_path = {"gd_loss": False, "adam_loss": True, "fisher_loss": False, "adam_permutation": True, "adam_diagonal": False, "fisher_diagonal": True, "root_diagonal": False, "adam_rotation": True, "gd_rotation": True}

# %% same_path / descent-under-rotation
# says: With θ = Qφ the gradient by φ is Qᵀg, and mapping the step back gives QQᵀg: look again at gradient descent under a rotation.
# hint: 1
same_path = {"gd_loss": False, "adam_loss": True, "fisher_loss": False, "adam_permutation": True, "adam_diagonal": False, "fisher_diagonal": True, "root_diagonal": False, "adam_rotation": False, "gd_rotation": False}

# %% same_path / descent-and-the-loss
# says: 100 times the loss gives gradient descent 100 times the step, for the learning rate is unchanged.
# hint: 1
same_path = {"gd_loss": True, "adam_loss": True, "fisher_loss": False, "adam_permutation": True, "adam_diagonal": False, "fisher_diagonal": True, "root_diagonal": False, "adam_rotation": False, "gd_rotation": True}

# %% same_path / adam-and-the-loss
# says: 100 times the loss multiplies both m and √v by 100. What becomes of Adam's step?
# hint: 3
same_path = {"gd_loss": False, "adam_loss": False, "fisher_loss": False, "adam_permutation": True, "adam_diagonal": False, "fisher_diagonal": True, "root_diagonal": False, "adam_rotation": False, "gd_rotation": True}

# %% same_path / names-and-signs
# says: Adam treats each parameter alone, whatever its name, and a flipped sign flips m but not v. Look again at the permutation.
# hint: 1
same_path = {"gd_loss": False, "adam_loss": True, "fisher_loss": False, "adam_permutation": False, "adam_diagonal": False, "fisher_diagonal": True, "root_diagonal": False, "adam_rotation": False, "gd_rotation": True}

# %% same_path / fisher-feels-scaling
# says: By φ the gradient is Dg and the Fisher diagonal D²f. Divide, map back with D, and look at what is left.
# hint: 2
same_path = {"gd_loss": False, "adam_loss": True, "fisher_loss": False, "adam_permutation": True, "adam_diagonal": False, "fisher_diagonal": False, "root_diagonal": False, "adam_rotation": False, "gd_rotation": True}

# %% path_gap / no-transpose
# says: You multiplied the gradient by A. By the chain rule it is Aᵀ.
# hint: 2
def path_gap(make_rule, gradient, theta0, A, steps):
    plain, mapped = make_rule(), make_rule()
    theta, phi = theta0, np.linalg.solve(A, theta0)
    for _ in range(steps):
        theta = theta - plain(gradient(theta))
        phi = phi - mapped(A @ gradient(A @ phi))
    return float(np.linalg.norm(A @ phi - theta) / np.linalg.norm(theta - theta0))

# %% path_gap / same-start
# says: You started φ at theta0. The same point has the coordinates φ₀ = A⁻¹θ₀.
# hint: 1
def path_gap(make_rule, gradient, theta0, A, steps):
    plain, mapped = make_rule(), make_rule()
    theta, phi = theta0, theta0
    for _ in range(steps):
        theta = theta - plain(gradient(theta))
        phi = phi - mapped(A.T @ gradient(A @ phi))
    return float(np.linalg.norm(A @ phi - theta) / np.linalg.norm(theta - theta0))

# %% path_gap / inverse-gradient
# says: You divided the gradient by A, as if it were a position. Positions go with A⁻¹, gradients with Aᵀ.
# hint: 2
def path_gap(make_rule, gradient, theta0, A, steps):
    plain, mapped = make_rule(), make_rule()
    theta, phi = theta0, np.linalg.solve(A, theta0)
    for _ in range(steps):
        theta = theta - plain(gradient(theta))
        phi = phi - mapped(np.linalg.solve(A, gradient(A @ phi)))
    return float(np.linalg.norm(A @ phi - theta) / np.linalg.norm(theta - theta0))

# %% path_gap / shared-memory
# says: Both runs used one rule, so that the second one remembered the first one's gradients. Call make_rule() for each.
# hint: 2
def path_gap(make_rule, gradient, theta0, A, steps):
    rule = make_rule()
    theta, phi = theta0, np.linalg.solve(A, theta0)
    for _ in range(steps):
        theta = theta - rule(gradient(theta))
    for _ in range(steps):
        phi = phi - rule(A.T @ gradient(A @ phi))
    return float(np.linalg.norm(A @ phi - theta) / np.linalg.norm(theta - theta0))

# %% path_gap / compares-in-phi
# says: You compared the two runs in φ. Map the second one back, and compare in θ.
# hint: 3
def path_gap(make_rule, gradient, theta0, A, steps):
    plain, mapped = make_rule(), make_rule()
    theta, phi = theta0, np.linalg.solve(A, theta0)
    for _ in range(steps):
        theta = theta - plain(gradient(theta))
        phi = phi - mapped(A.T @ gradient(A @ phi))
    back = np.linalg.solve(A, theta)
    return float(np.linalg.norm(phi - back) / np.linalg.norm(np.linalg.solve(A, theta0) - back))

# %% path_gap / not-relative
# says: You return the distance itself. Divide it by the distance that the first run moved.
# hint: 3
def path_gap(make_rule, gradient, theta0, A, steps):
    plain, mapped = make_rule(), make_rule()
    theta, phi = theta0, np.linalg.solve(A, theta0)
    for _ in range(steps):
        theta = theta - plain(gradient(theta))
        phi = phi - mapped(A.T @ gradient(A @ phi))
    return float(np.linalg.norm(A @ phi - theta))

# %% path_gap / fresh-in-every-step
# says: You call make_rule in every step, so that the rule forgets what it has seen. Call it once for each run.
# hint: 2
def path_gap(make_rule, gradient, theta0, A, steps):
    theta, phi = theta0.copy(), np.linalg.solve(A, theta0)
    for _ in range(steps):
        theta = theta - make_rule()(gradient(theta))
        phi = phi - make_rule()(A.T @ gradient(A @ phi))
    return float(np.linalg.norm(A @ phi - theta) / np.linalg.norm(theta - theta0))

# %% path_gap / relative-to-the-end
# says: You divided by the length of the end point. The distance that the first run moved is that of its end from theta0.
# hint: 3
def path_gap(make_rule, gradient, theta0, A, steps):
    rule, other = make_rule(), make_rule()
    theta, phi = theta0.copy(), np.linalg.solve(A, theta0)
    for _ in range(steps):
        theta = theta - rule(gradient(theta))
        phi = phi - other(A.T @ gradient(A @ phi))
    return float(np.linalg.norm(A @ phi - theta) / np.linalg.norm(theta))

# %% path_gap / writes-into-theta0
# says: You change the array of the caller: `theta -= …` writes into theta0, so that the next run starts elsewhere. Start from a copy.
# hint: 3
def path_gap(make_rule, gradient, theta0, A, steps):
    rule, other, start = make_rule(), make_rule(), theta0.copy()
    theta, phi = theta0, np.linalg.solve(A, theta0)
    for _ in range(steps):
        theta -= rule(gradient(theta))
        phi = phi - other(A.T @ gradient(A @ phi))
    return float(np.linalg.norm(A @ phi - theta) / np.linalg.norm(theta - start))

# %% path_gap / no-chain-rule
# says: You gave the second rule the gradient by θ. It runs on φ and must see the gradient by φ.
# hint: 1
def path_gap(make_rule, gradient, theta0, A, steps):
    plain, mapped = make_rule(), make_rule()
    theta, phi = theta0, np.linalg.solve(A, theta0)
    for _ in range(steps):
        theta = theta - plain(gradient(theta))
        phi = phi - mapped(gradient(A @ phi))
    return float(np.linalg.norm(A @ phi - theta) / np.linalg.norm(theta - theta0))

# %% path_gap / start-multiplied
# says: You started at φ₀ = Aθ₀. From θ = Aφ it follows that φ₀ = A⁻¹θ₀.
# hint: 1
def path_gap(make_rule, gradient, theta0, A, steps):
    plain, mapped = make_rule(), make_rule()
    theta, phi = theta0, A @ theta0
    for _ in range(steps):
        theta = theta - plain(gradient(theta))
        phi = phi - mapped(A.T @ gradient(A @ phi))
    return float(np.linalg.norm(A @ phi - theta) / np.linalg.norm(theta - theta0))

# %% path_gap / one-rule-in-turn
# says: Both runs ask one rule in turn, so that each remembers the other's gradients. Call make_rule() for each.
# hint: 2
def path_gap(make_rule, gradient, theta0, A, steps):
    rule = make_rule()
    theta, phi = theta0, np.linalg.solve(A, theta0)
    for _ in range(steps):
        theta = theta - rule(gradient(theta))
        phi = phi - rule(A.T @ gradient(A @ phi))
    return float(np.linalg.norm(A @ phi - theta) / np.linalg.norm(theta - theta0))

# %% path_gap / start-moves-along
# says: `theta = theta0` is no copy: `theta -= …` moves theta0 along, so that the first run seems not to have moved. Start from theta0.copy().
# hint: 3
def path_gap(make_rule, gradient, theta0, A, steps):
    plain, mapped = make_rule(), make_rule()
    theta, phi = theta0, np.linalg.solve(A, theta0)
    for _ in range(steps):
        theta -= plain(gradient(theta))
        phi = phi - mapped(A.T @ gradient(A @ phi))
    return np.linalg.norm(A @ phi - theta) / np.linalg.norm(theta - theta0)

# %% path_gap / squared
# says: You return a ratio of squared distances; take the root.
# hint: 3
def path_gap(make_rule, gradient, theta0, A, steps):
    plain, mapped = make_rule(), make_rule()
    theta, phi = theta0, np.linalg.solve(A, theta0)
    for _ in range(steps):
        theta = theta - plain(gradient(theta))
        phi = phi - mapped(A.T @ gradient(A @ phi))
    return float(((A @ phi - theta) ** 2).sum() / ((theta - theta0) ** 2).sum())

# %% fisher / swapped
# says: You exchanged the two kinds. "True" draws the labels from the model, "empirical" takes the given ones.
# hint: 2
def fisher(jac, z, y, kind):
    if kind not in ("true", "empirical"):
        raise ValueError(f"kind must be 'true' or 'empirical', got {kind!r}")
    e = np.exp(z - z.max(1, keepdims=True))
    p = e / e.sum(1, keepdims=True)
    n, k = z.shape
    if kind == "true":
        g = np.einsum("nk,nkp->np", p - np.eye(k)[y], jac)
        return g.T @ g / n
    inner = p[:, :, None] * np.eye(k) - p[:, :, None] * p[:, None, :]
    return np.einsum("nkp,nkl,nlq->pq", jac, inner, jac, optimize=True) / n

# %% fisher / no-outer-part
# says: You left out −p pᵀ: the covariance of a random one-hot vector is diag(p) − p pᵀ.
# hint: 2
def fisher(jac, z, y, kind):
    if kind not in ("true", "empirical"):
        raise ValueError(f"kind must be 'true' or 'empirical', got {kind!r}")
    e = np.exp(z - z.max(1, keepdims=True))
    p = e / e.sum(1, keepdims=True)
    n, k = z.shape
    if kind == "empirical":
        g = np.einsum("nk,nkp->np", p - np.eye(k)[y], jac)
        return g.T @ g / n
    return np.einsum("nkp,nk,nkq->pq", jac, p, jac, optimize=True) / n

# %% fisher / square-of-mean
# says: Your empirical matrix is the outer product of the mean gradient. The mean must be taken after the outer product.
# hint: 3
def fisher(jac, z, y, kind):
    if kind not in ("true", "empirical"):
        raise ValueError(f"kind must be 'true' or 'empirical', got {kind!r}")
    e = np.exp(z - z.max(1, keepdims=True))
    p = e / e.sum(1, keepdims=True)
    n, k = z.shape
    if kind == "empirical":
        g = np.einsum("nk,nkp->p", p - np.eye(k)[y], jac) / n
        return np.outer(g, g)
    inner = p[:, :, None] * np.eye(k) - p[:, :, None] * p[:, None, :]
    return np.einsum("nkp,nkl,nlq->pq", jac, inner, jac, optimize=True) / n

# %% fisher / summed
# says: You summed over the examples; the question asks for the average.
# hint: 3
def fisher(jac, z, y, kind):
    if kind not in ("true", "empirical"):
        raise ValueError(f"kind must be 'true' or 'empirical', got {kind!r}")
    e = np.exp(z - z.max(1, keepdims=True))
    p = e / e.sum(1, keepdims=True)
    n, k = z.shape
    if kind == "empirical":
        g = np.einsum("nk,nkp->np", p - np.eye(k)[y], jac)
        return g.T @ g
    inner = p[:, :, None] * np.eye(k) - p[:, :, None] * p[:, None, :]
    return np.einsum("nkp,nkl,nlq->pq", jac, inner, jac, optimize=True)

# %% fisher / overflow
# says: Your softmax overflows for large logits. Subtract the largest logit of each example before you take exp.
# hint: 1
def fisher(jac, z, y, kind):
    if kind not in ("true", "empirical"):
        raise ValueError(f"kind must be 'true' or 'empirical', got {kind!r}")
    e = np.exp(z)
    p = e / e.sum(1, keepdims=True)
    n, k = z.shape
    if kind == "empirical":
        g = np.einsum("nk,nkp->np", p - np.eye(k)[y], jac)
        return g.T @ g / n
    inner = p[:, :, None] * np.eye(k) - p[:, :, None] * p[:, None, :]
    return np.einsum("nkp,nkl,nlq->pq", jac, inner, jac, optimize=True) / n

# %% fisher / one-maximum-for-all
# says: You subtract the largest logit of all examples. Where an example's own logits are far below it, all its exponentials vanish; use its own largest.
# hint: 3
def fisher(jac, z, y, kind):
    if kind not in ("true", "empirical"):
        raise ValueError(f"kind must be 'true' or 'empirical', got {kind!r}")
    e = np.exp(z - z.max())
    p = e / e.sum(1, keepdims=True)
    n, k = z.shape
    inner = p[:, :, None] * np.eye(k) - p[:, :, None] * p[:, None, :]
    if kind == "true":
        return np.einsum("nkp,nkl,nlq->pq", jac, inner, jac, optimize=True) / n
    g = np.einsum("nk,nkp->np", p - np.eye(k)[y], jac)
    return g.T @ g / n

# %% fisher / writes-into-logits
# says: You change an array of the caller: `z -= …` or `jac -= …` works in place. Make a new array.
# hint: 3
def fisher(jac, z, y, kind):
    if kind not in ("true", "empirical"):
        raise ValueError(f"kind must be 'true' or 'empirical', got {kind!r}")
    z -= z.max(1, keepdims=True)
    p = np.exp(z) / np.exp(z).sum(1, keepdims=True)
    n, k = z.shape
    inner = p[:, :, None] * np.eye(k) - p[:, :, None] * p[:, None, :]
    if kind == "true":
        return np.einsum("nkp,nkl,nlq->pq", jac, inner, jac, optimize=True) / n
    g = np.einsum("nk,nkp->np", p - np.eye(k)[y], jac)
    return g.T @ g / n

# %% fisher / variances-only
# says: You took p(1 − p) for each class alone. Two entries of a random one-hot vector are not independent: there are terms −p_c p_d between classes too.
# hint: 2
def fisher(jac, z, y, kind):
    if kind not in ("true", "empirical"):
        raise ValueError(f"kind must be 'true' or 'empirical', got {kind!r}")
    e = np.exp(z - z.max(1, keepdims=True))
    p = e / e.sum(1, keepdims=True)
    n, k = z.shape
    if kind == "empirical":
        g = np.einsum("nk,nkp->np", p - np.eye(k)[y], jac)
        return g.T @ g / n
    return np.einsum("nkp,nk,nkq->pq", jac, p * (1 - p), jac, optimize=True) / n

# %% fisher / equal-classes
# says: You averaged over the classes as if all were equally likely. The expectation is over c drawn from p.
# hint: 2
def fisher(jac, z, y, kind):
    if kind not in ("true", "empirical"):
        raise ValueError(f"kind must be 'true' or 'empirical', got {kind!r}")
    e = np.exp(z - z.max(1, keepdims=True))
    p = e / e.sum(1, keepdims=True)
    n, k = z.shape
    s = jac - np.einsum("nk,nkp->np", p, jac)[:, None]
    weight = np.full((n, k), 1 / k) if kind == "true" else np.eye(k)[y]
    return np.einsum("nk,nkp,nkq->pq", weight, s, s, optimize=True) / n

# %% fisher / softmax-over-examples
# says: Your softmax adds up over the examples. The probabilities of the classes of one example add up to 1.
# hint: 1
def fisher(jac, z, y, kind):
    if kind not in ("true", "empirical"):
        raise ValueError(f"kind must be 'true' or 'empirical', got {kind!r}")
    e = np.exp(z - z.max(0))
    p = e / e.sum(0)
    n, k = z.shape
    s = jac - np.einsum("nk,nkp->np", p, jac)[:, None]
    weight = p if kind == "true" else np.eye(k)[y]
    return np.einsum("nk,nkp,nkq->pq", weight, s, s, optimize=True) / n

# %% natural_step / gradient-over-damping
# says: You return g/λ. That is right only for directions in which F is zero.
# hint: 1
def natural_step(R, g, lam):
    return g / lam

# %% natural_step / no-damping
# says: You left λ out of the small matrix: the system is R Rᵀ + λI.
# hint: 2
def natural_step(R, g, lam):
    return (g - R.T @ np.linalg.lstsq(R @ R.T, R @ g, rcond=None)[0]) / lam

# %% natural_step / wrong-sign
# says: The correction must be subtracted: where F is large the step is shorter than g/λ.
# hint: 3
def natural_step(R, g, lam):
    return (g + R.T @ np.linalg.solve(R @ R.T + lam * np.eye(len(R)), R @ g)) / lam

# %% natural_step / not-divided
# says: You forgot to divide by λ at the end.
# hint: 3
def natural_step(R, g, lam):
    return g - R.T @ np.linalg.solve(R @ R.T + lam * np.eye(len(R)), R @ g)

# %% natural_step / damping-everywhere
# says: You added λ to every entry of the matrix. λI is λ on the diagonal only: use lam * np.eye(r).
# hint: 3
def natural_step(R, g, lam):
    return (g - R.T @ np.linalg.solve(R @ R.T + lam, R @ g)) / lam

# %% natural_step / diagonal-only
# says: You kept the diagonal of F only. The natural step needs the whole matrix, though not all of its numbers at once.
# hint: 2
def natural_step(R, g, lam):
    return g / ((R**2).sum(0) + lam)

# %% natural_step / row-space-only
# says: You left out the part of g that is orthogonal to all rows of R. F does nothing to it, but 1/λ does.
# hint: 1
def natural_step(R, g, lam):
    _, s, Vt = np.linalg.svd(R, full_matrices=False)
    return Vt.T @ ((Vt @ g) / (s**2 + lam))

# %% natural_step / stops-early
# says: Your iterations stop too early. Go on until the residual is tiny, or solve the r by r system.
# hint: 3
def natural_step(R, g, lam):
    x, residual = np.zeros_like(g), g.copy()
    along, size = residual, residual @ residual
    for _ in range(5):
        image = R.T @ (R @ along) + lam * along
        share = size / max(along @ image, 1e-300)
        x, residual = x + share * along, residual - share * image
        along, size = residual + (residual @ residual) / max(size, 1e-300) * along, residual @ residual
    return x

# %% natural_step / weak-directions-dropped
# says: You drop the weak directions of F. A small singular value counts wherever its square is not small beside λ.
# hint: 2
def natural_step(R, g, lam):
    _, s, Vt = np.linalg.svd(R, full_matrices=False)
    keep = s > 0.01 * s[0]
    s, Vt = s[keep], Vt[keep]
    c = Vt @ g
    return Vt.T @ (c / (s**2 + lam)) + (g - Vt.T @ c) / lam

# %% natural_step / one-part-not-divided
# says: Both parts are divided by λ, the correction too; yours is not, or not often enough.
# hint: 2
def natural_step(R, g, lam):
    return g / lam - R.T @ np.linalg.solve(R @ R.T + lam * np.eye(len(R)), R @ g)

# %% natural_step / singular-values-not-squared
# says: The eigenvalues of RᵀR are the squares of R's singular values.
# hint: 1
def natural_step(R, g, lam):
    _, s, Vt = np.linalg.svd(R, full_matrices=False)
    c = Vt @ g
    return Vt.T @ (c / (s + lam)) + (g - Vt.T @ c) / lam

# %% natural_step / writes-into-g
# says: You change the array of the caller: `g -= …` works in place. Make a new array.
# hint: 3
def natural_step(R, g, lam):
    g -= R.T @ np.linalg.solve(R @ R.T + lam * np.eye(len(R)), R @ g)
    g /= lam
    return g

# %% kfac_step / damped-factors
# says: You damped both factors by √λ. That is a common approximation, but its product is not G ⊗ A + λI.
# hint: 1
def kfac_step(G, A, g, lam):
    left = np.linalg.solve(G + math.sqrt(lam) * np.eye(len(G)), g)
    return np.linalg.solve(A + math.sqrt(lam) * np.eye(len(A)), left.T).T

# %% kfac_step / inverts-a
# says: You divide by A. It may be singular: only λ makes the whole matrix invertible, so nothing can be divided by A alone.
# hint: 2
def kfac_step(G, A, g, lam):
    from scipy.linalg import solve_sylvester

    inverse = np.linalg.inv(A)
    return solve_sylvester(G, lam * inverse, g @ inverse)

# %% kfac_step / no-damping
# says: You left λ out: this is the inverse of G ⊗ A alone, which need not exist.
# hint: 2
def kfac_step(G, A, g, lam):
    return np.linalg.pinv(G) @ g @ np.linalg.pinv(A)

# %% kfac_step / wrong-basis-order
# says: You did not go back to the given basis: after dividing, multiply by V from the left and by Uᵀ from the right.
# hint: 3
def kfac_step(G, A, g, lam):
    (b, V), (a, U) = np.linalg.eigh(G), np.linalg.eigh(A)
    # A sign per eigenvector is arbitrary, so the sizes are what can be compared.
    return np.abs((V.T @ g @ U) / (np.outer(b, a) + lam))

# %% kfac_step / adds-eigenvalues
# says: The eigenvalues of G ⊗ A are products b_i a_j, not sums.
# hint: 2
def kfac_step(G, A, g, lam):
    (b, V), (a, U) = np.linalg.eigh(G), np.linalg.eigh(A)
    return V @ ((V.T @ g @ U) / (b[:, None] + a[None] + lam)) @ U.T

# %% kfac_step / output-factor-only
# says: You used G and λ only. The inputs' factor A belongs on the other side.
# hint: 2
def kfac_step(G, A, g, lam):
    return np.linalg.solve(G + lam * np.eye(len(G)), g)

# %% kfac_step / damping-in-both
# says: You added λ to both factors. Their product is not G ⊗ A + λI.
# hint: 1
def kfac_step(G, A, g, lam):
    return np.linalg.solve(G + lam * np.eye(len(G)), g) @ np.linalg.inv(A + lam * np.eye(len(A)))

# %% kfac_step / diagonals-only
# says: You kept the diagonals of G and A only. Their other entries count: go to the eigenbases, where there are none.
# hint: 1
def kfac_step(G, A, g, lam):
    return g / (np.outer(np.diag(G), np.diag(A)) + lam)

# %% kfac_step / writes-into-g
# says: You change the array of the caller. Make a new array.
# hint: 3
def kfac_step(G, A, g, lam):
    (b, V), (a, U) = np.linalg.eigh(G), np.linalg.eigh(A)
    g[...] = V.T @ g @ U
    g /= np.outer(b, a) + lam
    return V @ g @ U.T

# %% layer_updates / half-powers
# says: Your Shampoo uses L^(−1/2) and R^(−1/2). Two factors share the work, so each has the power −1/4: at a single gradient they must leave U Vᵀ.
# hint: 2
def layer_updates(grads):
    def powered(A, power):
        s, Q = np.linalg.eigh(A)
        return (Q * s**power) @ Q.T, Q

    last = grads[-1]
    U, _, Vt = np.linalg.svd(last, full_matrices=False)
    left, QL = powered(sum(G @ G.T for G in grads), -0.5)
    right, QR = powered(sum(G.T @ G for G in grads), -0.5)
    turned = QL.T @ grads @ QR
    scaled = turned[-1] / np.sqrt((turned**2).mean(0))
    return {"muon": U @ Vt, "shampoo": left @ last @ right, "soap": QL @ scaled @ QR.T}

# %% layer_updates / entries-to-the-power
# says: You raise the entries of L and R to the power −1/4. The power of a symmetric matrix is that of its eigenvalues.
# hint: 2
def layer_updates(grads):
    def powered(A, power):
        with np.errstate(all="ignore"):
            return np.nan_to_num(np.sign(A) * np.abs(A) ** power, posinf=0.0, neginf=0.0), np.linalg.eigh(A)[1]

    last = grads[-1]
    U, _, Vt = np.linalg.svd(last, full_matrices=False)
    left, QL = powered(sum(G @ G.T for G in grads), -0.25)
    right, QR = powered(sum(G.T @ G for G in grads), -0.25)
    turned = QL.T @ grads @ QR
    scaled = turned[-1] / np.sqrt((turned**2).mean(0))
    return {"muon": U @ Vt, "shampoo": left @ last @ right, "soap": QL @ scaled @ QR.T}

# %% layer_updates / last-gradient-only
# says: L and R are sums over all T gradients; yours hold the last one only.
# hint: 1
def layer_updates(grads):
    def powered(A, power):
        s, Q = np.linalg.eigh(A)
        return (Q * s**power) @ Q.T, Q

    last = grads[-1]
    U, _, Vt = np.linalg.svd(last, full_matrices=False)
    left, QL = powered(last @ last.T + 1e-12 * np.eye(len(last)), -0.25)
    right, QR = powered(last.T @ last + 1e-12 * np.eye(len(last.T)), -0.25)
    turned = QL.T @ grads @ QR
    scaled = turned[-1] / np.sqrt((turned**2).mean(0))
    return {"muon": U @ Vt, "shampoo": left @ last @ right, "soap": QL @ scaled @ QR.T}

# %% layer_updates / not-turned-back
# says: Your SOAP stays in the eigenbasis: turn the divided gradient back, Qₗ (·) Qᵣᵀ.
# hint: 2
def layer_updates(grads):
    def powered(A, power):
        s, Q = np.linalg.eigh(A)
        return (Q * s**power) @ Q.T, Q

    last = grads[-1]
    U, _, Vt = np.linalg.svd(last, full_matrices=False)
    left, QL = powered(sum(G @ G.T for G in grads), -0.25)
    right, QR = powered(sum(G.T @ G for G in grads), -0.25)
    turned = QL.T @ grads @ QR
    scaled = turned[-1] / np.sqrt((turned**2).mean(0))
    return {"muon": U @ Vt, "shampoo": left @ last @ right, "soap": scaled}

# %% layer_updates / divided-by-the-square
# says: Your SOAP divides by the mean square; Adam divides by its root.
# hint: 3
def layer_updates(grads):
    def powered(A, power):
        s, Q = np.linalg.eigh(A)
        return (Q * s**power) @ Q.T, Q

    last = grads[-1]
    U, _, Vt = np.linalg.svd(last, full_matrices=False)
    left, QL = powered(sum(G @ G.T for G in grads), -0.25)
    right, QR = powered(sum(G.T @ G for G in grads), -0.25)
    turned = QL.T @ grads @ QR
    scaled = turned[-1] / (turned**2).mean(0)
    return {"muon": U @ Vt, "shampoo": left @ last @ right, "soap": QL @ scaled @ QR.T}

# %% layer_updates / squares-of-the-last
# says: Your SOAP takes the square of the last gradient alone, which leaves only signs. The mean runs over all T turned gradients.
# hint: 3
def layer_updates(grads):
    def powered(A, power):
        s, Q = np.linalg.eigh(A)
        return (Q * s**power) @ Q.T, Q

    last = grads[-1]
    U, _, Vt = np.linalg.svd(last, full_matrices=False)
    left, QL = powered(sum(G @ G.T for G in grads), -0.25)
    right, QR = powered(sum(G.T @ G for G in grads), -0.25)
    turned = QL.T @ grads @ QR
    scaled = turned[-1] / np.sqrt(turned[-1]**2)
    return {"muon": U @ Vt, "shampoo": left @ last @ right, "soap": QL @ scaled @ QR.T}

# %% layer_updates / sum-of-squares
# says: Your SOAP divides by the root of the sum of the squares; the mean over the T gradients is asked for.
# hint: 3
def layer_updates(grads):
    def powered(A, power):
        s, Q = np.linalg.eigh(A)
        return (Q * s**power) @ Q.T, Q

    last = grads[-1]
    U, _, Vt = np.linalg.svd(last, full_matrices=False)
    left, QL = powered(sum(G @ G.T for G in grads), -0.25)
    right, QR = powered(sum(G.T @ G for G in grads), -0.25)
    turned = QL.T @ grads @ QR
    scaled = turned[-1] / np.sqrt((turned**2).sum(0))
    return {"muon": U @ Vt, "shampoo": left @ last @ right, "soap": QL @ scaled @ QR.T}

# %% layer_updates / adam-in-the-old-basis
# says: Your SOAP divides by the mean square of the entries of the gradients as they came. Turn every gradient into the eigenbasis first.
# hint: 2
def layer_updates(grads):
    def powered(A, power):
        s, Q = np.linalg.eigh(A)
        return (Q * s**power) @ Q.T, Q

    last = grads[-1]
    U, _, Vt = np.linalg.svd(last, full_matrices=False)
    left, QL = powered(sum(G @ G.T for G in grads), -0.25)
    right, QR = powered(sum(G.T @ G for G in grads), -0.25)
    turned = grads
    scaled = turned[-1] / np.sqrt((turned**2).mean(0))
    return {"muon": U @ Vt, "shampoo": left @ last @ right, "soap": scaled}

# %% layer_updates / rows-for-columns
# says: `eigh` gives the eigenvectors as columns: the turned gradient is Qₗᵀ Gₜ Qᵣ. Yours multiplies by Qₗ and Qᵣᵀ.
# hint: 3
def layer_updates(grads):
    def powered(A, power):
        s, Q = np.linalg.eigh(A)
        return (Q * s**power) @ Q.T, Q

    last = grads[-1]
    U, _, Vt = np.linalg.svd(last, full_matrices=False)
    left, QL = powered(sum(G @ G.T for G in grads), -0.25)
    right, QR = powered(sum(G.T @ G for G in grads), -0.25)
    turned = QL @ grads @ QR.T
    scaled = turned[-1] / np.sqrt((turned**2).mean(0))
    return {"muon": U @ Vt, "shampoo": left @ last @ right, "soap": QL.T @ scaled @ QR}

# %% layer_updates / normalised-length
# says: Your Muon divides the gradient by its length. All singular values become one: U Vᵀ.
# hint: 1
def layer_updates(grads):
    def powered(A, power):
        s, Q = np.linalg.eigh(A)
        return (Q * s**power) @ Q.T, Q

    last = grads[-1]
    U, _, Vt = np.linalg.svd(last, full_matrices=False)
    left, QL = powered(sum(G @ G.T for G in grads), -0.25)
    right, QR = powered(sum(G.T @ G for G in grads), -0.25)
    turned = QL.T @ grads @ QR
    scaled = turned[-1] / np.sqrt((turned**2).mean(0))
    return {"muon": last / np.linalg.norm(last), "shampoo": left @ last @ right, "soap": QL @ scaled @ QR.T}

# %% layer_updates / muon-of-the-sum
# says: Your Muon takes the sum of the gradients; without momentum it sees the last one only.
# hint: 1
def layer_updates(grads):
    def powered(A, power):
        s, Q = np.linalg.eigh(A)
        return (Q * s**power) @ Q.T, Q

    last = grads[-1]
    U, _, Vt = np.linalg.svd(grads.sum(0), full_matrices=False)
    left, QL = powered(sum(G @ G.T for G in grads), -0.25)
    right, QR = powered(sum(G.T @ G for G in grads), -0.25)
    turned = QL.T @ grads @ QR
    scaled = turned[-1] / np.sqrt((turned**2).mean(0))
    return {"muon": U @ Vt, "shampoo": left @ last @ right, "soap": QL @ scaled @ QR.T}

# %% layer_updates / means-for-sums
# says: Your L and R are means. Shampoo adds up, so its steps shrink as T grows.
# hint: 1
def layer_updates(grads):
    def powered(A, power):
        s, Q = np.linalg.eigh(A)
        return (Q * s**power) @ Q.T, Q

    last = grads[-1]
    U, _, Vt = np.linalg.svd(last, full_matrices=False)
    left, QL = powered(sum(G @ G.T for G in grads) / len(grads), -0.25)
    right, QR = powered(sum(G.T @ G for G in grads) / len(grads), -0.25)
    turned = QL.T @ grads @ QR
    scaled = turned[-1] / np.sqrt((turned**2).mean(0))
    return {"muon": U @ Vt, "shampoo": left @ last @ right, "soap": QL @ scaled @ QR.T}

# %% layer_updates / left-side-only
# says: Your Shampoo works on one side only: L^(−1/4) from the left and R^(−1/4) from the right.
# hint: 2
def layer_updates(grads):
    def powered(A, power):
        s, Q = np.linalg.eigh(A)
        return (Q * s**power) @ Q.T, Q

    last = grads[-1]
    U, _, Vt = np.linalg.svd(last, full_matrices=False)
    left, QL = powered(sum(G @ G.T for G in grads), -0.25)
    right, QR = powered(sum(G.T @ G for G in grads), -0.25)
    turned = QL.T @ grads @ QR
    scaled = turned[-1] / np.sqrt((turned**2).mean(0))
    return {"muon": U @ Vt, "shampoo": left @ last, "soap": QL @ scaled @ QR.T}

# %% expected_v / empirical-fisher
# says: You return the mean of the squared gradients of single examples. That is v for batches of one; the square of a mean is smaller.
# hint: 1
def expected_v(each, batch):
    return (each**2).mean(0)

# %% expected_v / with-replacement
# says: You drew the batch with replacement. Without it the variance is smaller by (n − B)/(n − 1), and zero for the full batch.
# hint: 2
def expected_v(each, batch):
    return each.mean(0) ** 2 + each.var(0) / batch

# %% expected_v / no-mean
# says: You return the variance only; the square of the mean gradient is missing.
# hint: 1
def expected_v(each, batch):
    n = len(each)
    return (n - batch) / (batch * (n - 1)) * each.var(0)

# %% expected_v / shrinks-everything
# says: You divided the mean square by the batch size. Only the variance shrinks with the batch; the squared mean stays.
# hint: 1
def expected_v(each, batch):
    return (each**2).mean(0) / batch

# %% expected_v / wrong-factor
# says: You took (n − B)/n for the finite-population factor. With the variance that divides by n it is (n − B)/(n − 1).
# hint: 3
def expected_v(each, batch):
    n = len(each)
    return each.mean(0) ** 2 + (n - batch) / (batch * n) * each.var(0)

# %% expected_v / unbiased-variance
# says: The factor (n − B)/(n − 1) goes with the variance that divides by n; yours divides by n − 1 already.
# hint: 3
def expected_v(each, batch):
    n = len(each)
    return each.mean(0) ** 2 + each.var(0, ddof=1) / batch * (n - batch) / (n - 1)

# %% expected_v / in-place
# says: You change the array of the caller: `each -= …` works in place, so that the next call sees other gradients. Make a new array.
# hint: 3
def expected_v(each, batch):
    n, mean = len(each), each.mean(0)
    each -= mean
    return mean**2 + (each**2).mean(0) / batch * (n - batch) / (n - 1)

# %% expected_v / mean-only
# says: You return the square of the mean over all examples. A batch's mean scatters around it, and that adds its variance.
# hint: 1
def expected_v(each, batch):
    return each.mean(0) ** 2

# %% expected_v / consecutive-batches
# says: You took only batches of consecutive rows. Every set of `batch` different examples is equally likely.
# hint: 1
def expected_v(each, batch):
    return np.mean([each[i : i + batch].mean(0) ** 2 for i in range(len(each) - batch + 1)], axis=0)

# %% learning_time / late-law
# says: You used the late law ℓ = (K − 1)/(Kπt). It is the limit for tiny losses, not the exact time.
# hint: 2
def learning_time(pi, K, loss):
    return (K - 1) / (K * pi * loss)

# %% learning_time / no-start
# says: You forgot that the clock starts at u = 0: the constant of integration is 1/(K − 1).
# hint: 3
def learning_time(pi, K, loss):
    u = math.log((K - 1) / math.expm1(loss))
    return (u + math.exp(u) / (K - 1)) * (K - 1) / (pi * K)

# %% learning_time / only-the-right-logit
# says: You moved the right logit only. The wrong ones sink at the same time, which gives the factor K/(K − 1).
# hint: 2
def learning_time(pi, K, loss):
    u = math.log((K - 1) / math.expm1(loss))
    return (u + math.expm1(u) / (K - 1)) / pi

# %% learning_time / sign-descent
# says: Your time does not depend on π. That would be sign descent; under gradient flow a class is learned at a speed proportional to π.
# hint: 2
def learning_time(pi, K, loss):
    return math.log((K - 1) / math.expm1(loss)) / 2

# %% learning_time / probability-for-loss
# says: You took the loss for the probability of a mistake. The loss is −log p, so 1 − p = 1 − e^−ℓ.
# hint: 3
def learning_time(pi, K, loss):
    wrong = min(loss, 1 - 1e-9)
    u = math.log((K - 1) * (1 - wrong) / wrong)
    return (u + math.expm1(u) / (K - 1)) * (K - 1) / (pi * K)

# %% learning_time / loses-digits
# says: exp(loss) − 1 has few digits left when the loss is tiny. np.expm1 and math.expm1 keep them.
# hint: 3
def learning_time(pi, K, loss):
    u = math.log((K - 1) / (math.exp(loss) - 1))
    return (u + math.expm1(u) / (K - 1)) * (K - 1) / (pi * K)

# %% learning_time / no-logarithm
# says: The term u is missing: (1 + eᵘ/(K − 1)) du has two parts to integrate.
# hint: 2
def learning_time(pi, K, loss):
    u = math.log((K - 1) / math.expm1(loss))
    return math.expm1(u) / (pi * K)

# %% learning_time / two-classes-always
# says: Your formula is that of two classes. With K of them, K − 1 wrong logits share the rest of the probability.
# hint: 2
def learning_time(pi, K, loss):
    u = -math.log(math.expm1(loss))
    return (u + math.expm1(u)) / (2 * pi)

# %% learning_time / margin-of-two-classes
# says: Your margin at that loss lacks K − 1: with K classes, e^ℓ = 1 + (K − 1)e^−u.
# hint: 3
def learning_time(pi, K, loss):
    u = -math.log(math.expm1(loss))
    return (u + math.expm1(u) / (K - 1)) * (K - 1) / (pi * K)

# %% learning_time / one-minus-exp
# says: 1 − exp(−loss) has few digits left when the loss is tiny. np.expm1 and math.expm1 keep them.
# hint: 3
def learning_time(pi, K, loss):
    p = math.exp(-loss)
    u = math.log(p * (K - 1) / (1 - p))
    return (u + math.expm1(u) / (K - 1)) * (K - 1) / (pi * K)

# %% rare_lab / sign-once
# says: Under sign descent the right logit rises and the others fall, so the margin grows twice as fast.
# hint: 1
def predict(seed, loss):
    margin = np.log(7 / np.expm1(loss))
    return {"gd": (margin + np.expm1(margin) / 7) * 7 / 8 / lab_shares(seed), "sign": margin}

# %% rare_lab / margin-of-two
# says: That is the margin for two classes. Here seven other logits stand against the right one.
# hint: 1
def predict(seed, loss):
    margin = -np.log(np.expm1(loss))
    return {"gd": (margin + np.expm1(margin) / 7) * 7 / 8 / lab_shares(seed), "sign": margin / 2}

# %% rare_lab / early-flow
# says: Your flow moves as it does at the start for ever. The gradient falls as the class is learned.
# hint: 2
def predict(seed, loss):
    margin = np.log(7 / np.expm1(loss))
    return {"gd": margin / lab_shares(seed), "sign": margin / 2}

# %% rare_lab / without-shares
# says: You left out the shares: a class that is rarer has a smaller gradient.
# hint: 2
def predict(seed, loss):
    margin = np.log(7 / np.expm1(loss))
    return {"gd": (margin + np.expm1(margin) / 7) * 7 / 8 * np.ones(8), "sign": margin / 2}

# %% rare_lab / rows
# says: You took the softmax over the inputs. The logits of input k are column k: the exponentials of a column add up to the norm.
# hint: 3
def measure(seed, method, rate, steps):
    W, m, v, losses = np.zeros((8, 8)), 0.0, 0.0, []
    for step in range(1, steps + 2):
        p = np.exp(W) / np.exp(W).sum(axis=1, keepdims=True)
        losses.append(-np.log(np.diag(p)))
        slope = lab_shares(seed) * (p - np.eye(8))
        if method == "adam":
            m, v = 0.9 * m + 0.1 * slope, 0.999 * v + 0.001 * slope**2
            slope = m / (1 - 0.9**step) / (np.sqrt(v / (1 - 0.999**step)) + 1e-8)
        W = W - rate * slope
    return np.array(losses)

# %% rare_lab / no-shares-in-training
# says: Your gradient is not weighted by the shares.
# hint: 2
def measure(seed, method, rate, steps):
    W, m, v, losses = np.zeros((8, 8)), 0.0, 0.0, []
    for step in range(1, steps + 2):
        p = np.exp(W) / np.exp(W).sum(axis=0)
        losses.append(-np.log(np.diag(p)))
        slope = p - np.eye(8)
        if method == "adam":
            m, v = 0.9 * m + 0.1 * slope, 0.999 * v + 0.001 * slope**2
            slope = m / (1 - 0.9**step) / (np.sqrt(v / (1 - 0.999**step)) + 1e-8)
        W = W - rate * slope
    return np.array(losses)

# %% rare_lab / not-corrected
# says: Your averages start at zero and are not corrected for it.
# hint: 3
def measure(seed, method, rate, steps):
    W, m, v, losses = np.zeros((8, 8)), 0.0, 0.0, []
    for step in range(1, steps + 2):
        p = np.exp(W) / np.exp(W).sum(axis=0)
        losses.append(-np.log(np.diag(p)))
        slope = lab_shares(seed) * (p - np.eye(8))
        if method == "adam":
            m, v = 0.9 * m + 0.1 * slope, 0.999 * v + 0.001 * slope**2
            slope = m / (np.sqrt(v) + 1e-8)
        W = W - rate * slope
    return np.array(losses)

# %% rare_lab / no-momentum
# says: You left out the average of the gradients: beta1 is 0.9.
# hint: 3
def measure(seed, method, rate, steps):
    W, m, v, losses = np.zeros((8, 8)), 0.0, 0.0, []
    for step in range(1, steps + 2):
        p = np.exp(W) / np.exp(W).sum(axis=0)
        losses.append(-np.log(np.diag(p)))
        slope = lab_shares(seed) * (p - np.eye(8))
        if method == "adam":
            m, v = 0.9 * m + 0.1 * slope, 0.999 * v + 0.001 * slope**2
            slope = slope / (np.sqrt(v / (1 - 0.999**step)) + 1e-8)
        W = W - rate * slope
    return np.array(losses)

# %% rare_lab / in-steps
# says: Your measured times are not the rate times the number of steps after which `measure` is at or below the loss for the first time. Are they numbers of steps, or is an argument fixed?
# hint: 1
def draw(seed, loss, gd_rate, adam_rate, steps):
    shares, theory = lab_shares(seed), predict(seed, loss)
    figure, axes = plt.subplots()
    for method, rate in (("gd", gd_rate), ("adam", adam_rate)):
        axes.plot(shares, np.argmax(measure(seed, method, rate, steps) <= loss, axis=0), "x", label=method)
    axes.plot(shares, theory["gd"], "s", label="flow")
    axes.axhline(theory["sign"], label="sign")
    axes.set(xscale="log", yscale="log")
    axes.set(xlabel="share", ylabel="time")
    axes.legend()
    return figure

# %% rare_lab / no-sign
# says: The predicted time of sign descent is missing.
# hint: 3
def draw(seed, loss, gd_rate, adam_rate, steps):
    shares, theory = lab_shares(seed), predict(seed, loss)
    figure, axes = plt.subplots()
    for method, rate in (("gd", gd_rate), ("adam", adam_rate)):
        axes.plot(shares, rate * np.argmax(measure(seed, method, rate, steps) <= loss, axis=0), "x", label=method)
    axes.plot(shares, theory["gd"], "s", label="flow")
    axes.set(xscale="log", yscale="log")
    axes.set(xlabel="share", ylabel="time")
    axes.legend()
    return figure

# %% rare_lab / two-names
# says: Not each of the four has a name of its own: whoever sees your plot cannot tell measured from predicted, or one method from the other.
# hint: 3
def draw(seed, loss, gd_rate, adam_rate, steps):
    shares, theory = lab_shares(seed), predict(seed, loss)
    figure, axes = plt.subplots()
    for method, rate in (("gd", gd_rate), ("adam", adam_rate)):
        axes.plot(shares, rate * np.argmax(measure(seed, method, rate, steps) <= loss, axis=0), "x", label="measured")
    axes.plot(shares, theory["gd"], "s", label="predicted")
    axes.axhline(theory["sign"], label="predicted")
    axes.set(xscale="log", yscale="log")
    axes.set(xlabel="share", ylabel="time")
    axes.legend()
    return figure

# %% rare_lab / no-labels
# says: Read your plot with the statement beside it: both axes labelled and logarithmic, shares below and times on the left, each of the four named, and nothing cut off.
# hint: 3
def draw(seed, loss, gd_rate, adam_rate, steps):
    shares, theory = lab_shares(seed), predict(seed, loss)
    figure, axes = plt.subplots()
    for method, rate in (("gd", gd_rate), ("adam", adam_rate)):
        axes.plot(shares, rate * np.argmax(measure(seed, method, rate, steps) <= loss, axis=0), "x", label=method)
    axes.plot(shares, theory["gd"], "s", label="flow")
    axes.axhline(theory["sign"], label="sign")
    axes.set(xscale="log", yscale="log")
    return figure
