# %% setup
import numpy as np

# %% batchnorm_backward / statistics-constant
# says: You treated mean and variance as constants. They depend on every input of the batch, and the gradient passes through both.
# hint: 1
def batchnorm_backward(z, g, eps):
    return g / np.sqrt(z.var(0) + eps)

# %% batchnorm_backward / no-variance-term
# says: The path through the variance is missing: the part of g along z_hat must be taken out too.
# hint: 2
def batchnorm_backward(z, g, eps):
    return (g - g.mean(0)) / np.sqrt(z.var(0) + eps)

# %% batchnorm_backward / layer-axis
# says: You took the means over the units of an example; that is LayerNorm. BatchNorm takes them over the batch.
# hint: 3
def batchnorm_backward(z, g, eps):
    r = 1 / np.sqrt(z.var(1, keepdims=True) + eps)
    hat = (z - z.mean(1, keepdims=True)) * r
    return r * (g - g.mean(1, keepdims=True) - hat * (g * hat).mean(1, keepdims=True))

# %% batchnorm_backward / unbiased
# says: You divided the variance by B - 1. In training mode BatchNorm divides by B.
# hint: 2
def batchnorm_backward(z, g, eps):
    r = 1 / np.sqrt(z.var(0, ddof=1) + eps)
    hat = (z - z.mean(0)) * r
    return r * (g - g.mean(0) - hat * (g * hat).mean(0))

# %% batchnorm_backward / no-mean-term
# says: The path through the mean is missing: the mean of g must be taken out too.
# hint: 3
def batchnorm_backward(z, g, eps):
    r = 1 / np.sqrt(z.var(0) + eps)
    z_hat = r * (z - z.mean(0))
    return r * (g - z_hat * (g * z_hat).mean(0))

# %% batchnorm_backward / epsilon-outside
# says: You added epsilon to the standard deviation; it belongs to the variance, inside the root.
# hint: 2
def batchnorm_backward(z, g, eps):
    r = 1 / (z.std(0) + eps)
    z_hat = r * (z - z.mean(0))
    return r * (g - g.mean(0) - z_hat * (g * z_hat).mean(0))

# %% batchnorm_backward / in-place
# says: You change the array of the caller: `z -= ...` works in place, so that the next call sees other inputs. Make a new array.
# hint: 3
def batchnorm_backward(z, g, eps):
    z -= z.mean(0)
    r = 1 / np.sqrt((z**2).mean(0) + eps)
    z *= r
    return r * (g - g.mean(0) - z * (g * z).mean(0))

# %% batchnorm_backward / no-epsilon
# says: Epsilon is missing where it belongs: it is added to the variance, inside the root. The small difference is no rounding error.
# hint: 2
def batchnorm_backward(z, g, eps):
    r = 1 / np.sqrt(z.var(0))
    z_hat = r * (z - z.mean(0))
    return r * (g - g.mean(0) - z_hat * (g * z_hat).mean(0))

# %% batchnorm_backward / epsilon-in-one-place
# says: You divide by the bare variance in the term of the variance. There r squared stands, with epsilon in it.
# hint: 2
def batchnorm_backward(z, g, eps):
    centred, v = z - z.mean(0), z.var(0)
    return (g - g.mean(0) - centred * (g * centred).mean(0) / v) / np.sqrt(v + eps)

# %% batchnorm_backward / not-scaled
# says: The factor r is missing: the outputs change r times as fast as the inputs.
# hint: 2
def batchnorm_backward(z, g, eps):
    z_hat = (z - z.mean(0)) / np.sqrt(z.var(0) + eps)
    return g - g.mean(0) - z_hat * (g * z_hat).mean(0)

# %% batchnorm_backward / sums
# says: You took sums over the batch where means belong: each of the two paths has a factor 1/B.
# hint: 2
def batchnorm_backward(z, g, eps):
    r = 1 / np.sqrt(z.var(0) + eps)
    z_hat = r * (z - z.mean(0))
    return r * (g - g.sum(0) - z_hat * (g * z_hat).sum(0))

# %% batchnorm_backward / wrong-sign
# says: The sign of the path through the variance is turned: a larger variance makes the outputs smaller.
# hint: 2
def batchnorm_backward(z, g, eps):
    r = 1 / np.sqrt(z.var(0) + eps)
    z_hat = r * (z - z.mean(0))
    return r * (g - g.mean(0) + z_hat * (g * z_hat).mean(0))

# %% batchnorm_backward / centred-only
# says: You used the centred inputs in the term of the variance where the normalised ones belong: r is missing in one factor or in both.
# hint: 3
def batchnorm_backward(z, g, eps):
    r = 1 / np.sqrt(z.var(0) + eps)
    centred = z - z.mean(0)
    return r * (g - g.mean(0) - centred * (g * centred).mean(0))

# %% batchnorm_backward / writes-into-g
# says: You change the array of the caller: `g -= ...` works in place. Make a new array.
# hint: 3
def batchnorm_backward(z, g, eps):
    r = 1 / np.sqrt(z.var(0) + eps)
    z_hat = (z - z.mean(0)) * r
    along = (g * z_hat).mean(0)
    g -= g.mean(0)
    g -= z_hat * along
    g *= r
    return g

# %% rmsnorm_backward / layer
# says: You subtracted the mean of the gradient, as LayerNorm does. RMSNorm subtracts no mean on the way forward, so none is subtracted on the way back.
# hint: 2
def rmsnorm_backward(z, scale, g, eps):
    r = 1 / np.sqrt((z**2).mean(1, keepdims=True) + eps)
    z_hat, u = z * r, g * scale
    return r * (u - u.mean(1, keepdims=True) - z_hat * (u * z_hat).mean(1, keepdims=True)), (g * z_hat).sum(0)

# %% rmsnorm_backward / no-scale
# says: The scale is missing on the way back: the norm receives g times scale.
# hint: 1
def rmsnorm_backward(z, scale, g, eps):
    r = 1 / np.sqrt((z**2).mean(1, keepdims=True) + eps)
    z_hat = z * r
    return r * (g - z_hat * (g * z_hat).mean(1, keepdims=True)), (g * z_hat).sum(0)

# %% rmsnorm_backward / scale-in-one-term
# says: The scale is missing in one of the two terms: both g's in the formula stand for g times scale.
# hint: 3
def rmsnorm_backward(z, scale, g, eps):
    r = 1 / np.sqrt((z**2).mean(1, keepdims=True) + eps)
    z_hat = z * r
    return r * (g * scale - z_hat * (g * z_hat).mean(1, keepdims=True)), (g * z_hat).sum(0)

# %% rmsnorm_backward / mean-over-batch
# says: The gradient of the scale is averaged over the batch; the statement asks for the sum.
# hint: 3
def rmsnorm_backward(z, scale, g, eps):
    r = 1 / np.sqrt((z**2).mean(1, keepdims=True) + eps)
    z_hat, u = z * r, g * scale
    return r * (u - z_hat * (u * z_hat).mean(1, keepdims=True)), (g * z_hat).mean(0)

# %% rmsnorm_backward / centred
# says: You centred z and the gradient: that is LayerNorm. RMSNorm takes m = 0.
# hint: 2
def rmsnorm_backward(z, scale, g, eps):
    centred, u = z - z.mean(1, keepdims=True), g * scale
    r = 1 / np.sqrt((centred**2).mean(1, keepdims=True) + eps)
    z_hat = centred * r
    return r * (u - u.mean(1, keepdims=True) - z_hat * (u * z_hat).mean(1, keepdims=True)), (g * z_hat).sum(0)

# %% rmsnorm_backward / batch-axis
# says: You took the mean square over the batch. RMSNorm takes it over the units of one example.
# hint: 1
def rmsnorm_backward(z, scale, g, eps):
    r = 1 / np.sqrt((z**2).mean(0) + eps)
    z_hat, u = z * r, g * scale
    return r * (u - z_hat * (u * z_hat).mean(0)), (g * z_hat).sum(0)

# %% rmsnorm_backward / statistics-constant
# says: You treated r as a constant. It depends on every unit of the example, and the gradient passes through it too.
# hint: 2
def rmsnorm_backward(z, scale, g, eps):
    r = 1 / np.sqrt((z**2).mean(1, keepdims=True) + eps)
    return r * g * scale, (g * z * r).sum(0)

# %% rmsnorm_backward / sum-over-units
# says: You took a sum over the units where their mean belongs, in the term with the norm itself.
# hint: 3
def rmsnorm_backward(z, scale, g, eps):
    r = 1 / np.sqrt((z**2).mean(1, keepdims=True) + eps)
    z_hat, u = z * r, g * scale
    return r * (u - z_hat * (u * z_hat).sum(1, keepdims=True)), (g * z_hat).sum(0)

# %% rmsnorm_backward / sum-of-squares
# says: You normalised by the sum of squares. RMSNorm takes their mean over the units.
# hint: 1
def rmsnorm_backward(z, scale, g, eps):
    r = 1 / np.sqrt((z**2).sum(1, keepdims=True) + eps)
    z_hat, u = z * r, g * scale
    return r * (u - z_hat * (u * z_hat).sum(1, keepdims=True)), (g * z_hat).sum(0)

# %% rmsnorm_backward / scale-afterwards
# says: You multiplied by scale after the way back through the norm. The gradient meets the scale first.
# hint: 1
def rmsnorm_backward(z, scale, g, eps):
    r = 1 / np.sqrt((z**2).mean(1, keepdims=True) + eps)
    z_hat = z * r
    return scale * r * (g - z_hat * (g * z_hat).mean(1, keepdims=True)), (g * z_hat).sum(0)

# %% rmsnorm_backward / inputs-for-outputs
# says: The gradient of the scale has the inputs z in it. The scale multiplies z_hat.
# hint: 3
def rmsnorm_backward(z, scale, g, eps):
    r = 1 / np.sqrt((z**2).mean(1, keepdims=True) + eps)
    z_hat, u = z * r, g * scale
    return r * (u - z_hat * (u * z_hat).mean(1, keepdims=True)), (g * z).sum(0)

# %% rmsnorm_backward / scaled-twice
# says: Your gradient of the scale has the scale in it. y is linear in the scale: its derivative is z_hat.
# hint: 3
def rmsnorm_backward(z, scale, g, eps):
    r = 1 / np.sqrt((z**2).mean(1, keepdims=True) + eps)
    z_hat, u = z * r, g * scale
    return r * (u - z_hat * (u * z_hat).mean(1, keepdims=True)), (u * z_hat).sum(0)

# %% rmsnorm_backward / epsilon-outside
# says: You added epsilon to the root; it belongs to the mean square, inside the root. The small difference is no rounding error.
# hint: 3
def rmsnorm_backward(z, scale, g, eps):
    r = 1 / (np.sqrt((z**2).mean(1, keepdims=True)) + eps)
    z_hat, u = z * r, g * scale
    return r * (u - z_hat * (u * z_hat).mean(1, keepdims=True)), (g * z_hat).sum(0)

# %% rmsnorm_backward / no-epsilon
# says: Epsilon is missing where it belongs: it is added to the mean square, inside the root.
# hint: 3
def rmsnorm_backward(z, scale, g, eps):
    r = 1 / np.sqrt((z**2).mean(1, keepdims=True))
    z_hat, u = z * r, g * scale
    return r * (u - z_hat * (u * z_hat).mean(1, keepdims=True)), (g * z_hat).sum(0)

# %% rmsnorm_backward / in-place
# says: You change the array of the caller: `g *= ...` or `z *= ...` works in place. Make a new array.
# hint: 3
def rmsnorm_backward(z, scale, g, eps):
    r = 1 / np.sqrt((z**2).mean(1, keepdims=True) + eps)
    z_hat = z * r
    dscale = (g * z_hat).sum(0)
    g *= scale
    return r * (g - z_hat * (g * z_hat).mean(1, keepdims=True)), dscale

# %% evaluation_mode / batch-statistics
# says: You normalised z by its own batch. In evaluation mode the running averages take their place.
# hint: 1
def evaluation_mode(batches, z, momentum, eps):
    return (z - z.mean(0)) / np.sqrt(z.var(0) + eps)

# %% evaluation_mode / biased
# says: You remembered the variance divided by B; the running variance uses the unbiased one, divided by B - 1.
# hint: 2
def evaluation_mode(batches, z, momentum, eps):
    mean, variance = np.zeros(z.shape[1]), np.ones(z.shape[1])
    for batch in batches:
        mean = (1 - momentum) * mean + momentum * batch.mean(0)
        variance = (1 - momentum) * variance + momentum * batch.var(0)
    return (z - mean) / np.sqrt(variance + eps)

# %% evaluation_mode / momentum-turned
# says: Momentum is turned round: it is the weight of the new batch, not of what is remembered.
# hint: 3
def evaluation_mode(batches, z, momentum, eps):
    mean, variance = np.zeros(z.shape[1]), np.ones(z.shape[1])
    for batch in batches:
        mean = momentum * mean + (1 - momentum) * batch.mean(0)
        variance = momentum * variance + (1 - momentum) * batch.var(0, ddof=1)
    return (z - mean) / np.sqrt(variance + eps)

# %% evaluation_mode / from-zero
# says: Your running variance starts at 0. It starts at 1, so that a fresh layer leaves its inputs nearly alone.
# hint: 1
def evaluation_mode(batches, z, momentum, eps):
    mean, variance = np.zeros(z.shape[1]), np.zeros(z.shape[1])
    for batch in batches:
        mean = (1 - momentum) * mean + momentum * batch.mean(0)
        variance = (1 - momentum) * variance + momentum * batch.var(0, ddof=1)
    return (z - mean) / np.sqrt(variance + eps)

# %% evaluation_mode / from-the-first-batch
# says: Your running averages start with the first batch. They start at 0 and 1, and the first batch moves them only a little.
# hint: 1
def evaluation_mode(batches, z, momentum, eps):
    mean, var = (batches[0].mean(0), batches[0].var(0, ddof=1)) if batches else (0.0, 1.0)
    for batch in batches[1:]:
        mean = (1 - momentum) * mean + momentum * batch.mean(0)
        var = (1 - momentum) * var + momentum * batch.var(0, ddof=1)
    return (z - mean) / np.sqrt(var + eps)

# %% evaluation_mode / pooled
# says: You pooled all batches. Running averages weigh late batches more than early ones.
# hint: 3
def evaluation_mode(batches, z, momentum, eps):
    if not batches:
        return z / np.sqrt(1 + eps)
    seen = np.concatenate(batches)
    return (z - seen.mean(0)) / np.sqrt(seen.var(0, ddof=1) + eps)

# %% evaluation_mode / no-epsilon
# says: Epsilon is missing where it belongs: it is added to the running variance, inside the root, also where no batch was seen.
# hint: 3
def evaluation_mode(batches, z, momentum, eps):
    mean, variance = np.zeros(z.shape[1]), np.ones(z.shape[1])
    for batch in batches:
        mean = (1 - momentum) * mean + momentum * batch.mean(0)
        variance = (1 - momentum) * variance + momentum * batch.var(0, ddof=1)
    return (z - mean) / np.sqrt(variance)

# %% evaluation_mode / epsilon-outside
# says: You added epsilon to the standard deviation; it belongs to the variance, inside the root.
# hint: 3
def evaluation_mode(batches, z, momentum, eps):
    mean, variance = np.zeros(z.shape[1]), np.ones(z.shape[1])
    for batch in batches:
        mean = (1 - momentum) * mean + momentum * batch.mean(0)
        variance = (1 - momentum) * variance + momentum * batch.var(0, ddof=1)
    return (z - mean) / (np.sqrt(variance) + eps)

# %% evaluation_mode / last-batch
# says: You took the last batch alone. The layer remembers all of them, each with its weight.
# hint: 1
def evaluation_mode(batches, z, momentum, eps):
    mean, variance = (batches[-1].mean(0), batches[-1].var(0, ddof=1)) if batches else (0.0, 1.0)
    return (z - mean) / np.sqrt(variance + eps)

# %% evaluation_mode / deviations-from-the-running-mean
# says: You measured each batch's variance from the running mean. It is taken around the batch's own mean.
# hint: 3
def evaluation_mode(batches, z, momentum, eps):
    mean, variance = np.zeros(z.shape[1]), np.ones(z.shape[1])
    for batch in batches:
        mean = (1 - momentum) * mean + momentum * batch.mean(0)
        variance = (1 - momentum) * variance + momentum * ((batch - mean) ** 2).sum(0) / (len(batch) - 1)
    return (z - mean) / np.sqrt(variance + eps)

# %% evaluation_mode / fixed-momentum
# says: You did not pass momentum on. 0.1 is PyTorch's default, but the layer has its own.
# hint: 3
def evaluation_mode(batches, z, momentum, eps):
    mean, variance = np.zeros(z.shape[1]), np.ones(z.shape[1])
    for batch in batches:
        mean = 0.9 * mean + 0.1 * batch.mean(0)
        variance = 0.9 * variance + 0.1 * batch.var(0, ddof=1)
    return (z - mean) / np.sqrt(variance + eps)

# %% evaluation_mode / in-place
# says: You change the arrays of the caller: `batch -= ...` or `z -= ...` works in place, so that the next reader finds other numbers. Make new arrays.
# hint: 3
def evaluation_mode(batches, z, momentum, eps):
    mean, variance = np.zeros(z.shape[1]), np.ones(z.shape[1])
    for batch in batches:
        center = batch.mean(0)
        batch -= center
        mean = (1 - momentum) * mean + momentum * center
        variance = (1 - momentum) * variance + momentum * (batch**2).sum(0) / (len(batch) - 1)
    return (z - mean) / np.sqrt(variance + eps)

# %% evaluation_mode / untouched-without-batches
# says: With no batch yet the variance is 1, and the layer still divides by the root of 1 + eps: z is not left as it is.
# hint: 1
def evaluation_mode(batches, z, momentum, eps):
    mean, variance = np.zeros(z.shape[1]), np.ones(z.shape[1])
    for batch in batches:
        mean = (1 - momentum) * mean + momentum * batch.mean(0)
        variance = (1 - momentum) * variance + momentum * batch.var(0, ddof=1)
    return (z - mean) / np.sqrt(variance + eps) if batches else z

# %% batch_of_two / unbiased
# says: Those outputs come from the variance divided by B - 1; in training mode it is divided by B.
# hint: 2
outputs = [[-0.5**0.5, 0.5**0.5], [0.5**0.5, -0.5**0.5]]
gradient = 0.0
variances = [2.0, 3.0, 3.75]

# %% batch_of_two / order-turned
# says: The sizes are right but the signs are turned: the smaller of the two numbers of a column lies below their mean.
# hint: 1
outputs = [[1.0, -1.0], [-1.0, 1.0]]
gradient = 0.0
variances = [2.0, 3.0, 3.75]

# %% batch_of_two / gradient-left
# says: With two examples the outputs are plus and minus one whatever the inputs: nothing can pass back.
# hint: 2
outputs = [[-1.0, 1.0], [1.0, -1.0]]
gradient = 30**0.5
variances = [2.0, 3.0, 3.75]

# %% batch_of_two / no-bias
# says: The variance around the batch's own mean is too small on average: by the factor 1 - 1/B.
# hint: 3
outputs = [[-1.0, 1.0], [1.0, -1.0]]
gradient = 0.0
variances = [4.0, 4.0, 4.0]

# %% batch_of_two / over-units
# says: You normalised each row over its units. BatchNorm takes mean and variance of each column, over the batch.
# hint: 1
outputs = [[1.0, -1.0], [1.0, -1.0]]
gradient = 0.0
variances = [2.0, 3.0, 3.75]

# %% batch_of_two / variance-of-the-mean
# says: 4/B is the variance of the batch's mean. Asked for is the expected variance within the batch.
# hint: 2
outputs = [[-1.0, 1.0], [1.0, -1.0]]
gradient = 0.0
variances = [2.0, 1.0, 0.25]

# %% batch_of_two / correction-turned
# says: You made the variance larger. Around the batch's own mean the values scatter less than around the true one.
# hint: 2
outputs = [[-1.0, 1.0], [1.0, -1.0]]
gradient = 0.0
variances = [8.0, 16 / 3, 64 / 15]

# %% batch_of_two / mean-path-only
# says: You took out the mean of the gradient, but not the path through the variance. Here it takes the rest.
# hint: 2
outputs = [[-1.0, 1.0], [1.0, -1.0]]
gradient = 34**0.5
variances = [2.0, 3.0, 3.75]

# %% batch_of_two / order-of-negatives
# says: One column is turned. Which of its two numbers is the smaller one, with its sign?
# hint: 1
outputs = [[-1.0, -1.0], [1.0, 1.0]]
gradient = 0.0
variances = [2.0, 3.0, 3.75]

# %% batch_of_two / not-divided
# says: You subtracted the mean only. Divide by the standard deviation of the two numbers, too.
# hint: 1
outputs = [[-1.0, 0.25], [1.0, -0.25]]
gradient = 0.0
variances = [2.0, 3.0, 3.75]

# %% rescaled_run / first-power
# says: The rate must grow by c squared: one factor because the weight is c times as long, one because the gradient is c times as short.
# hint: 2
def rescaled_run(eta, lam, c):
    return c * eta, lam / c

# %% rescaled_run / decay-kept
# says: The rate is right, but with the old decay the weights shrink by another factor a step; the product of rate and decay must stay.
# hint: 3
def rescaled_run(eta, lam, c):
    return c**2 * eta, lam

# %% rescaled_run / turned
# says: It is the other way round: longer weights need a larger rate.
# hint: 1
def rescaled_run(eta, lam, c):
    return eta / c**2, lam * c**2

# %% rescaled_run / unchanged
# says: You kept rate and decay. The gradient at c w is shorter, and the same rate turns a longer weight less.
# hint: 2
def rescaled_run(eta, lam, c):
    return eta, lam

# %% rescaled_run / decay-over-c
# says: The rate is right. The decay must make up for all of it: the product of rate and decay stays.
# hint: 3
def rescaled_run(eta, lam, c):
    return c**2 * eta, lam / c

# %% rescaled_run / decay-grows
# says: The rate is right, but the decay goes the wrong way: the weights would shrink by far more in each step.
# hint: 3
def rescaled_run(eta, lam, c):
    return c**2 * eta, c**2 * lam

# %% rescaled_run / divides-by-decay
# says: You divide by lam. It may be 0, and then the new decay is 0 too.
# hint: 3
def rescaled_run(eta, lam, c):
    return c**2 * eta, 1 / (c**2 / lam)

# %% equilibrium / leading-order
# says: Those are the results to leading order in the product of rate and decay; the exact ones are asked for.
# hint: 3
def equilibrium(eta, lam, slope):
    return (eta * slope**2 / (2 * lam)) ** 0.25, (2 * eta * lam) ** 0.5

# %% equilibrium / square-root
# says: That is the square of the length: the gradient's own length falls with the weight's, which makes it a fourth root.
# hint: 2
def equilibrium(eta, lam, slope):
    shrink = 1 - eta * lam
    return ((eta * slope) ** 2 / (1 - shrink**2)) ** 0.5, float(np.arccos(shrink))

# %% equilibrium / constant-gradient
# says: You took the gradient's length for slope; it is slope over the length of w.
# hint: 1
def equilibrium(eta, lam, slope):
    shrink = 1 - eta * lam
    length = eta * slope / (1 - shrink**2) ** 0.5
    return length, float(np.arccos(shrink))

# %% equilibrium / sine
# says: You took the step over the old length for the tangent of the angle. The decay shortens the weight first: the tangent is the step over the shortened length.
# hint: 2
def equilibrium(eta, lam, slope):
    shrink = 1 - eta * lam
    return ((eta * slope) ** 2 / (1 - shrink**2)) ** 0.25, float(np.arctan((1 - shrink**2) ** 0.5))

# %% equilibrium / angle-to-leading-order
# says: The length is exact, the angle is not: sqrt(2 eta lambda) is its leading order.
# hint: 3
def equilibrium(eta, lam, slope):
    return ((eta * slope) ** 2 / (1 - (1 - eta * lam) ** 2)) ** 0.25, np.sqrt(2 * eta * lam)

# %% equilibrium / degrees
# says: The angle is in degrees; radians are asked for.
# hint: 3
def equilibrium(eta, lam, slope):
    return ((eta * slope) ** 2 / (1 - (1 - eta * lam) ** 2)) ** 0.25, np.degrees(np.arccos(1 - eta * lam))

# %% equilibrium / length-to-leading-order
# says: The angle is exact, the length is not: you replaced 1 - (1 - eta lambda)^2 by 2 eta lambda.
# hint: 3
def equilibrium(eta, lam, slope):
    return (eta * slope**2 / (2 * lam)) ** 0.25, float(np.arccos(1 - eta * lam))

# %% equilibrium / lengths-in-line
# says: You set the step equal to what the decay takes away, as if both lay in one line. They are orthogonal.
# hint: 1
def equilibrium(eta, lam, slope):
    return (slope / lam) ** 0.5, float(np.arccos(1 - eta * lam))

# %% equilibrium / sine-for-angle
# says: You return the sine of the angle, or the step over the length. The angle itself is asked for.
# hint: 3
def equilibrium(eta, lam, slope):
    shrink = 1 - eta * lam
    return ((eta * slope) ** 2 / (1 - shrink**2)) ** 0.25, (1 - shrink**2) ** 0.5

# %% equilibrium / cosine-for-angle
# says: You return the cosine of the angle.
# hint: 3
def equilibrium(eta, lam, slope):
    return ((eta * slope) ** 2 / (1 - (1 - eta * lam) ** 2)) ** 0.25, 1 - eta * lam

# %% equilibrium / slope-not-squared
# says: Pythagoras adds squares: rate and slope are both squared under the root.
# hint: 1
def equilibrium(eta, lam, slope):
    return (eta * slope / (lam * (2 - eta * lam))) ** 0.25, float(np.arccos(1 - eta * lam))

# %% largest_rate / any-seed
# says: You accept a rate at which one seed trains; all of them must.
# hint: 1
def largest_rate(trains, seeds, low, high, factor):
    def good(rate):
        return any([trains(rate, seed) for seed in seeds])

    if not good(low):
        return 0.0
    if good(high):
        return float(high)
    while high / low > factor:
        middle = np.sqrt(low * high)
        low, high = (middle, high) if good(middle) else (low, middle)
    return float(low)

# %% largest_rate / arithmetic
# says: You halve the bracket on a linear scale. Rates differ by factors: test the geometric mean.
# hint: 2
def largest_rate(trains, seeds, low, high, factor):
    def good(rate):
        return all([trains(rate, seed) for seed in seeds])

    if not good(low):
        return 0.0
    if good(high):
        return float(high)
    while high / low > factor:
        middle = (low + high) / 2
        low, high = (middle, high) if good(middle) else (low, middle)
    return float(low)

# %% largest_rate / upper-end
# says: You return the upper end of the bracket, at which not every seed trains; the lower end is asked for.
# hint: 3
def largest_rate(trains, seeds, low, high, factor):
    def good(rate):
        return all([trains(rate, seed) for seed in seeds])

    if not good(low):
        return 0.0
    if good(high):
        return float(high)
    while high / low > factor:
        middle = np.sqrt(low * high)
        low, high = (middle, high) if good(middle) else (low, middle)
    return float(high)

# %% largest_rate / ends-untested
# says: You did not test the ends: a low end that fails must give 0.0, and a high end that trains must be returned.
# hint: 3
def largest_rate(trains, seeds, low, high, factor):
    while high / low > factor:
        middle = np.sqrt(low * high)
        low, high = (middle, high) if all([trains(middle, s) for s in seeds]) else (low, middle)
    return float(low)

# %% largest_rate / one-step-more
# says: You halve the bracket once before you look at it. If it is narrow enough already, nothing is to be tried but its ends.
# hint: 3
def largest_rate(trains, seeds, low, high, factor):
    def good(rate):
        return all([trains(rate, seed) for seed in seeds])

    if not good(low):
        return 0.0
    if good(high):
        return float(high)
    while True:
        middle = np.sqrt(low * high)
        low, high = (middle, high) if good(middle) else (low, middle)
        if high / low <= factor:
            return float(low)

# %% largest_rate / each-seed-alone
# says: You try more rates than allowed, as happens when each seed is bisected on its own. Try the ends and the middles, each with all seeds.
# hint: 1
def largest_rate(trains, seeds, low, high, factor):
    def of(seed):
        below, above = low, high
        if not trains(below, seed):
            return 0.0
        if trains(above, seed):
            return above
        while above / below > factor:
            middle = np.sqrt(below * above)
            below, above = (middle, above) if trains(middle, seed) else (below, middle)
        return below

    return float(min([of(seed) for seed in seeds]))

# %% largest_rate / middle-at-the-end
# says: You return the middle of the last bracket, which nobody has tried. The lower end trains.
# hint: 3
def largest_rate(trains, seeds, low, high, factor):
    def good(rate):
        return all([trains(rate, seed) for seed in seeds])

    if not good(low):
        return 0.0
    if good(high):
        return float(high)
    while high / low > factor:
        middle = np.sqrt(low * high)
        low, high = (middle, high) if good(middle) else (low, middle)
    return float(np.sqrt(low * high))

# %% largest_rate / difference
# says: You stop by the difference of the ends. Rates differ by factors: stop as soon as high / low <= factor.
# hint: 3
def largest_rate(trains, seeds, low, high, factor):
    def good(rate):
        return all([trains(rate, seed) for seed in seeds])

    if not good(low):
        return 0.0
    if good(high):
        return float(high)
    while high - low > factor - 1:
        middle = np.sqrt(low * high)
        low, high = (middle, high) if good(middle) else (low, middle)
    return float(low)

# %% largest_rate / log-against-factor
# says: You compare log(high / low) with factor. Compare the ratio itself, or take the logarithm of both.
# hint: 3
def largest_rate(trains, seeds, low, high, factor):
    def good(rate):
        return all([trains(rate, seed) for seed in seeds])

    if not good(low):
        return 0.0
    if good(high):
        return float(high)
    while np.log(high / low) > factor:
        middle = np.sqrt(low * high)
        low, high = (middle, high) if good(middle) else (low, middle)
    return float(low)

# %% largest_rate / numbers-for-seeds
# says: You try the seeds 0, 1, 2, … instead of those in the list.
# hint: 1
def largest_rate(trains, seeds, low, high, factor):
    def good(rate):
        return all([trains(rate, seed) for seed in range(len(seeds))])

    if not good(low):
        return 0.0
    if good(high):
        return float(high)
    while high / low > factor:
        middle = np.sqrt(low * high)
        low, high = (middle, high) if good(middle) else (low, middle)
    return float(low)

# %% read_decay / square-root-law
# says: You inverted angle = sqrt(2 eta lambda) with the mean angle. That holds to leading order, at equilibrium, and for angles of one size.
# hint: 2
def read_decay(turns, first, last, eta):
    return float(np.mean(turns) ** 2 / (2 * eta))

# %% read_decay / settled
# says: You took the length for settled. It changed from first to last, and that belongs into the balance.
# hint: 3
def read_decay(turns, first, last, eta):
    return float((1 - np.exp(np.log(np.cos(turns)).mean())) / eta)

# %% read_decay / mean-angle
# says: You put the mean angle into the cosine. The logarithms of the cosines are what adds up over the steps.
# hint: 2
def read_decay(turns, first, last, eta):
    return float((1 - (last / first) ** (1 / len(turns)) * np.cos(np.mean(turns))) / eta)

# %% read_decay / product
# says: That is the product of rate and decay; divide by the rate.
# hint: 3
def read_decay(turns, first, last, eta):
    return float(1 - np.exp(np.log(last / first) / len(turns) + np.log(np.cos(turns)).mean()))

# %% read_decay / product-underflows
# says: The product of many cosines is too small for a float. Stay with their logarithms until these are averaged.
# hint: 3
def read_decay(turns, first, last, eta):
    return float((1 - (last / first * np.prod(np.cos(turns))) ** (1 / len(turns))) / eta)

# %% read_decay / logarithm-of-the-factor
# says: You took -log(1 - eta lambda) for eta lambda. That is its leading order; undo the logarithm with exp.
# hint: 3
def read_decay(turns, first, last, eta):
    return float(-(np.log(last / first) + np.log(np.cos(turns)).sum()) / len(turns) / eta)

# %% read_decay / mean-cosine
# says: You averaged the cosines. They multiply from step to step: average their logarithms.
# hint: 3
def read_decay(turns, first, last, eta):
    return float((1 - np.cos(turns).mean() * (last / first) ** (1 / len(turns))) / eta)

# %% read_decay / not-averaged
# says: You have the factor of the whole run. Divide its logarithm by the number of steps.
# hint: 3
def read_decay(turns, first, last, eta):
    return float((1 - np.exp(np.log(last / first) + np.log(np.cos(turns)).sum())) / eta)

# %% read_decay / length-not-averaged
# says: The change of the length came about in all steps together: divide its logarithm by their number too.
# hint: 3
def read_decay(turns, first, last, eta):
    return float((1 - last / first * np.exp(np.log(np.cos(turns)).mean())) / eta)

# %% read_decay / ratio-turned
# says: The ratio of the lengths is turned: it is last over first.
# hint: 3
def read_decay(turns, first, last, eta):
    return float((1 - np.exp(np.log(first / last) / len(turns) + np.log(np.cos(turns)).mean())) / eta)

# %% read_decay / step-too-many
# says: You counted one step too many: each angle is one step, between two weights.
# hint: 3
def read_decay(turns, first, last, eta):
    return float((1 - np.exp((np.log(last / first) + np.log(np.cos(turns)).sum()) / (len(turns) + 1))) / eta)

# %% read_decay / small-angles
# says: 1 - angle²/2 is the cosine to leading order. The answer is asked for exactly.
# hint: 2
def read_decay(turns, first, last, eta):
    return float((1 - (last / first) ** (1 / len(turns)) * np.exp(np.log(np.abs(1 - turns**2 / 2)).mean())) / eta)

# %% read_decay / in-place
# says: You change the array of the caller: with `out=turns` or `turns *= ...` the next reader finds no angles. Make a new array.
# hint: 3
def read_decay(turns, first, last, eta):
    np.log(np.cos(turns), out=turns)
    return float((1 - np.exp(np.log(last / first) / len(turns) + turns.mean())) / eta)

# %% turning_lab / leading-order
# says: That is the angle to leading order. Exactly, its cosine is 1 - eta lambda.
# hint: 1
def predict(eta, lam):
    return float(np.sqrt(2 * eta * lam))

# %% turning_lab / sine
# says: You used the sine. The side that you know lies beside the angle: cos = 1 - eta lambda.
# hint: 1
def predict(eta, lam):
    return float(np.arcsin(1 - eta * lam))

# %% turning_lab / decay-alone
# says: You left the rate out: a step shrinks the weights by the factor 1 - eta lambda.
# hint: 1
def predict(eta, lam):
    return float(np.arccos(max(1 - lam, -1)))

# %% turning_lab / through-the-length
# says: You took the length for a constant. It depends on W, too: what lies along W has to be taken off the gradient.
# hint: 2
def measure(seed, eta, lam, length, steps):
    X, y = lab_examples(seed)
    W, rng = lab_start(seed, length), np.random.default_rng(seed)
    lengths, turns = [np.linalg.norm(W)], []
    for _ in range(steps):
        batch = rng.integers(100, size=10)
        U = W / lengths[-1]
        H = np.tanh(3 * X[batch] @ U)
        r = H @ SIGNS - y[batch]
        G = 3 * X[batch].T @ (np.outer(r, SIGNS) * (1 - H**2)) / 10
        new = (1 - eta * lam) * W - eta * G / lengths[-1]
        lengths.append(np.linalg.norm(new))
        turns.append(np.arccos(np.sum(W * new) / lengths[-2] / lengths[-1]))
        W = new
    return {"lengths": np.array(lengths), "turns": np.array(turns)}

# %% turning_lab / of-the-direction
# says: Your gradient is that of the direction. Weights of twice the length have half the gradient: divide by the length.
# hint: 2
def measure(seed, eta, lam, length, steps):
    X, y = lab_examples(seed)
    W, rng = lab_start(seed, length), np.random.default_rng(seed)
    lengths, turns = [np.linalg.norm(W)], []
    for _ in range(steps):
        batch = rng.integers(100, size=10)
        U = W / lengths[-1]
        H = np.tanh(3 * X[batch] @ U)
        r = H @ SIGNS - y[batch]
        G = 3 * X[batch].T @ (np.outer(r, SIGNS) * (1 - H**2)) / 10
        new = (1 - eta * lam) * W - eta * (G - U * np.sum(U * G))
        lengths.append(np.linalg.norm(new))
        turns.append(np.arccos(np.sum(W * new) / lengths[-2] / lengths[-1]))
        W = new
    return {"lengths": np.array(lengths), "turns": np.array(turns)}

# %% turning_lab / decay-without-rate
# says: Your decay is 1 - lambda. In a step of SGD it is multiplied by the rate, too.
# hint: 1
def measure(seed, eta, lam, length, steps):
    X, y = lab_examples(seed)
    W, rng = lab_start(seed, length), np.random.default_rng(seed)
    lengths, turns = [np.linalg.norm(W)], []
    for _ in range(steps):
        batch = rng.integers(100, size=10)
        U = W / lengths[-1]
        H = np.tanh(3 * X[batch] @ U)
        r = H @ SIGNS - y[batch]
        G = 3 * X[batch].T @ (np.outer(r, SIGNS) * (1 - H**2)) / 10
        new = (1 - lam) * W - eta * (G - U * np.sum(U * G)) / lengths[-1]
        lengths.append(np.linalg.norm(new))
        turns.append(np.arccos(np.sum(W * new) / lengths[-2] / lengths[-1]))
        W = new
    return {"lengths": np.array(lengths), "turns": np.array(turns)}

# %% turning_lab / decay-after
# says: You shrink the step as well. The decay acts on the old weights alone.
# hint: 1
def measure(seed, eta, lam, length, steps):
    X, y = lab_examples(seed)
    W, rng = lab_start(seed, length), np.random.default_rng(seed)
    lengths, turns = [np.linalg.norm(W)], []
    for _ in range(steps):
        batch = rng.integers(100, size=10)
        U = W / lengths[-1]
        H = np.tanh(3 * X[batch] @ U)
        r = H @ SIGNS - y[batch]
        G = 3 * X[batch].T @ (np.outer(r, SIGNS) * (1 - H**2)) / 10
        new = (1 - eta * lam) * (W - eta * (G - U * np.sum(U * G)) / lengths[-1])
        lengths.append(np.linalg.norm(new))
        turns.append(np.arccos(np.sum(W * new) / lengths[-2] / lengths[-1]))
        W = new
    return {"lengths": np.array(lengths), "turns": np.array(turns)}

# %% turning_lab / summed
# says: You summed over the batch. The loss is a mean: divide by the ten examples.
# hint: 3
def measure(seed, eta, lam, length, steps):
    X, y = lab_examples(seed)
    W, rng = lab_start(seed, length), np.random.default_rng(seed)
    lengths, turns = [np.linalg.norm(W)], []
    for _ in range(steps):
        batch = rng.integers(100, size=10)
        U = W / lengths[-1]
        H = np.tanh(3 * X[batch] @ U)
        r = H @ SIGNS - y[batch]
        G = 3 * X[batch].T @ (np.outer(r, SIGNS) * (1 - H**2))
        new = (1 - eta * lam) * W - eta * (G - U * np.sum(U * G)) / lengths[-1]
        lengths.append(np.linalg.norm(new))
        turns.append(np.arccos(np.sum(W * new) / lengths[-2] / lengths[-1]))
        W = new
    return {"lengths": np.array(lengths), "turns": np.array(turns)}

# %% turning_lab / in-degrees
# says: Your turns are in degrees. Radians are asked for.
# hint: 3
def measure(seed, eta, lam, length, steps):
    X, y = lab_examples(seed)
    W, rng = lab_start(seed, length), np.random.default_rng(seed)
    lengths, turns = [np.linalg.norm(W)], []
    for _ in range(steps):
        batch = rng.integers(100, size=10)
        U = W / lengths[-1]
        H = np.tanh(3 * X[batch] @ U)
        r = H @ SIGNS - y[batch]
        G = 3 * X[batch].T @ (np.outer(r, SIGNS) * (1 - H**2)) / 10
        new = (1 - eta * lam) * W - eta * (G - U * np.sum(U * G)) / lengths[-1]
        lengths.append(np.linalg.norm(new))
        turns.append(np.degrees(np.arccos(np.sum(W * new) / lengths[-2] / lengths[-1])))
        W = new
    return {"lengths": np.array(lengths), "turns": np.array(turns)}

# %% turning_lab / no-labels
# says: Your plot does not say what is drawn: label both axes, and name the curves.
# hint: 3
def draw(seed, eta, lam, lengths, steps):
    figure, axes = plt.subplots()
    for length in lengths:
        axes.semilogy(range(1, steps + 1), measure(seed, eta, lam, length, steps)["turns"], label=str(length))
    axes.axhline(predict(eta, lam), label="predicted")
    return figure

# %% turning_lab / no-line
# says: No level line over all steps shows the angle that predict gives.
# hint: 3
def draw(seed, eta, lam, lengths, steps):
    figure, axes = plt.subplots()
    for length in lengths:
        axes.semilogy(range(1, steps + 1), measure(seed, eta, lam, length, steps)["turns"], label=str(length))
    axes.set(xlabel="step", ylabel="angle")
    axes.legend()
    return figure

# %% turning_lab / lengths-drawn
# says: Your curves are not the turns of measure, one curve for each start. Those are angles, and not lengths or averages.
# hint: 3
def draw(seed, eta, lam, lengths, steps):
    figure, axes = plt.subplots()
    for length in lengths:
        axes.semilogy(range(steps + 1), measure(seed, eta, lam, length, steps)["lengths"], label=str(length))
    axes.axhline(predict(eta, lam), label="predicted")
    axes.set(xlabel="step", ylabel="angle")
    axes.legend()
    return figure

# %% branch_shares / inputs-as-they-are
# says: The stream begins as the norm of the inputs. Here it begins with the inputs themselves.
# hint: 3
def branch_shares(place, X, weights):
    if place not in ("pre", "post"):
        raise ValueError(place)
    norm = lambda x: x / np.sqrt((x**2).mean(1, keepdims=True))
    x, shares = X + 0.0, []
    for W in weights:
        branch = np.maximum((norm(x) if place == "pre" else x) @ W, 0)
        shares.append(np.sqrt((branch**2).mean() / (x**2).mean()))
        x = x + branch if place == "pre" else norm(x + branch)
    return np.array(shares)

# %% branch_shares / after-adding
# says: The share is taken before the branch is added. Here the branch is compared with the stream that already holds it.
# hint: 2
def branch_shares(place, X, weights):
    if place not in ("pre", "post"):
        raise ValueError(place)
    norm = lambda x: x / np.sqrt((x**2).mean(1, keepdims=True))
    x, shares = norm(X), []
    for W in weights:
        branch = np.maximum((norm(x) if place == "pre" else x) @ W, 0)
        shares.append(np.sqrt((branch**2).mean() / ((x + branch)**2).mean()))
        x = x + branch if place == "pre" else norm(x + branch)
    return np.array(shares)

# %% branch_shares / squares
# says: These are shares of the mean square. A size is its root.
# hint: 2
def branch_shares(place, X, weights):
    if place not in ("pre", "post"):
        raise ValueError(place)
    norm = lambda x: x / np.sqrt((x**2).mean(1, keepdims=True))
    x, shares = norm(X), []
    for W in weights:
        branch = np.maximum((norm(x) if place == "pre" else x) @ W, 0)
        shares.append((branch**2).mean() / (x**2).mean())
        x = x + branch if place == "pre" else norm(x + branch)
    return np.array(shares)

# %% branch_shares / stream-normalised
# says: With pre-norm the stream itself is never normalised inside the network; only what the branch reads is. That is why it grows.
# hint: 3
def branch_shares(place, X, weights):
    if place not in ("pre", "post"):
        raise ValueError(place)
    norm = lambda x: x / np.sqrt((x**2).mean(1, keepdims=True))
    x, shares = norm(X), []
    for W in weights:
        branch = np.maximum((norm(x) if place == "pre" else x) @ W, 0)
        shares.append(np.sqrt((branch**2).mean() / (x**2).mean()))
        x = norm(x + branch)
    return np.array(shares)

# %% branch_shares / post-without-its-norm
# says: With post-norm the sum is normalised after each block. Here the stream grows as with pre-norm.
# hint: 3
def branch_shares(place, X, weights):
    if place not in ("pre", "post"):
        raise ValueError(place)
    norm = lambda x: x / np.sqrt((x**2).mean(1, keepdims=True))
    x, shares = norm(X), []
    for W in weights:
        branch = np.maximum((norm(x) if place == "pre" else x) @ W, 0)
        shares.append(np.sqrt((branch**2).mean() / (x**2).mean()))
        x = x + branch
    return np.array(shares)

# %% branch_shares / reads-the-stream
# says: With pre-norm the branch reads the norm of the stream. Here it reads the stream, so branches grow with it.
# hint: 3
def branch_shares(place, X, weights):
    if place not in ("pre", "post"):
        raise ValueError(place)
    norm = lambda x: x / np.sqrt((x**2).mean(1, keepdims=True))
    x, shares = norm(X), []
    for W in weights:
        branch = np.maximum(x @ W, 0)
        shares.append(np.sqrt((branch**2).mean() / (x**2).mean()))
        x = x + branch if place == "pre" else norm(x + branch)
    return np.array(shares)

# %% branch_shares / no-relu
# says: The branch has a ReLU. Without it about twice the mean square is added.
# hint: 3
def branch_shares(place, X, weights):
    if place not in ("pre", "post"):
        raise ValueError(place)
    norm = lambda x: x / np.sqrt((x**2).mean(1, keepdims=True))
    x, shares = norm(X), []
    for W in weights:
        branch = (norm(x) if place == "pre" else x) @ W
        shares.append(np.sqrt((branch**2).mean() / (x**2).mean()))
        x = x + branch if place == "pre" else norm(x + branch)
    return np.array(shares)

# %% branch_shares / over-the-batch
# says: RMSNorm is taken of each row, over the units of one example. Here it is taken over the batch.
# hint: 1
def branch_shares(place, X, weights):
    if place not in ("pre", "post"):
        raise ValueError(place)
    norm = lambda x: x / np.sqrt((x**2).mean(0, keepdims=True))
    x, shares = norm(X), []
    for W in weights:
        branch = np.maximum((norm(x) if place == "pre" else x) @ W, 0)
        shares.append(np.sqrt((branch**2).mean() / (x**2).mean()))
        x = x + branch if place == "pre" else norm(x + branch)
    return np.array(shares)

# %% branch_shares / any-other-place
# says: Another place than "pre" or "post" must raise ValueError.
# hint: 1
def branch_shares(place, X, weights):
    norm = lambda x: x / np.sqrt((x**2).mean(1, keepdims=True))
    x, shares = norm(X), []
    for W in weights:
        branch = np.maximum((norm(x) if place == "pre" else x) @ W, 0)
        shares.append(np.sqrt((branch**2).mean() / (x**2).mean()))
        x = x + branch if place == "pre" else norm(x + branch)
    return np.array(shares)

# %% what_speaks_against / repaired-start
# says: That a bad start is repaired fits all three explanations, so it speaks against none of them.
# hint: 2
against = ["less shift", "faster anyway", "smoother loss", "smoother loss"]
factor = 1 / 16

# %% what_speaks_against / longer-weights
# says: D is the same function with another smoothness, so smoothness per unit of weight is no property of the function.
# hint: 1
against = ["less shift", "faster anyway", "none", "none"]
factor = 1 / 16

# %% what_speaks_against / noise-for-nothing
# says: If less shift were the reason for the larger rates, they would be gone when all inputs shift more. They are not.
# hint: 1
against = ["none", "faster anyway", "none", "smoother loss"]
factor = 1 / 16

# %% what_speaks_against / one-factor
# says: The gradient of weights four times as long is four times shorter, and the Hessian has one more factor of the same kind.
# hint: 3
against = ["less shift", "faster anyway", "none", "smoother loss"]
factor = 1 / 4

# %% what_speaks_against / grows
# says: Longer weights have less curvature, not more.
# hint: 3
against = ["less shift", "faster anyway", "none", "smoother loss"]
factor = 16.0
