"""The usual table of practical tips, each put to the test on the character model."""

from __future__ import annotations

from coursekit.claim import Measured, claim
from training_dynamics.training_in_practice import decay, studies
from training_dynamics.training_in_practice.baselines import baselines
from training_dynamics.training_in_practice.finder import ramp
from training_dynamics.training_in_practice.stopping import long_run
from training_dynamics.training_in_practice.studies import CLIPS, DECAYS, RATES, tips, warmed

BATCHES = (32, 64, 128)
TUNED = (0.01, 0.02, 0.04)
VARY = {"steps": (400, 800), "hidden": (48, 96)}


@claim(
    "training_in_practice.mlp_beats_bigram",
    "A small MLP on the last four characters beats the bigram model.",
    source="bengio2003neural",
    verdict="holds",
    vary=VARY,
)
def mlp_beats_bigram(seed: int, steps: int = 400, hidden: int = 48) -> Measured:
    """Bigram minus MLP validation loss."""
    gap = baselines(seed).bigram - tips(seed, steps, hidden).valid["base"]
    return Measured(gap, "nats a character", at_least=0.1)


@claim(
    "training_in_practice.rate_range",
    "Learning rates from 0.0001 to 0.1 are fine to begin with.",
    verdict="fails",
    instead="Between the best and the worst rate of that range lies more than between the network and a bigram table.",
    vary=VARY,
)
def rate_range(seed: int, steps: int = 400, hidden: int = 48) -> Measured:
    """Worst minus best validation loss over the rates 0.0001, 0.001, 0.01 and 0.1, Adam."""
    losses = [tips(seed, steps, hidden).valid[f"rate {rate:g}"] for rate in RATES]
    return Measured(max(losses) - min(losses), "nats between the ends", at_least=0.3)


@claim(
    "training_in_practice.decay_to_zero",
    "Letting the rate fall to zero beats keeping it.",
    source="defazio2023optimal,bergsma2025straight",
    verdict="holds-if",
    condition="The peak rate is large, about the best one for a falling schedule.",
    vary=VARY,
)
def decay_to_zero(seed: int, steps: int = 400, hidden: int = 48) -> Measured:
    """Validation loss at a constant rate minus that on a linear schedule from the same rate."""
    valid = tips(seed, steps, hidden).valid
    return Measured(valid["constant"] - valid["base"], "nats gained", at_least=0, scale=0.02)


@claim(
    "training_in_practice.cosine_best",
    "The cosine is the best schedule.",
    source="bergsma2025straight",
    verdict="fails",
    instead="The cosine is at most two hundredths of a nat ahead of the better of a line and a late drop.",
    vary=VARY,
)
def cosine_best(seed: int, steps: int = 400, hidden: int = 48) -> Measured:
    """How far the cosine is ahead of the better one of linear and warm-up-stable-decay; negative where it is behind."""
    valid = tips(seed, steps, hidden).valid
    ahead = min(valid["base"], valid["wsd"]) - valid["cosine"]
    return Measured(ahead, "nats ahead", at_most=0.02, scale=0.01)


@claim(
    "training_in_practice.warmup",
    "Adam needs a warm-up.",
    source="kalra2024why",
    verdict="fails",
    instead="This model at its good rate gains nothing by one. What it buys elsewhere is a larger rate.",
    vary=VARY,
)
def warmup(seed: int, steps: int = 400, hidden: int = 48) -> Measured:
    """Validation loss without minus that with 30 steps of warm-up."""
    valid = tips(seed, steps, hidden).valid
    return Measured(valid["base"] - valid["warmup"], "nats gained", at_most=0.03, scale=0.01)


@claim(
    "training_in_practice.warmup_rescues",
    "With a warm-up a rate that is far too large becomes usable.",
    verdict="fails",
    instead="A rate of twenty or fifty times the good one ends far behind it here, with a warm-up too.",
    vary={"rate": (0.4, 1.0), "steps": (30, 100), "hidden": (48, 96)},
)
def warmup_rescues(seed: int, rate: float = 0.4, steps: int = 30, hidden: int = 48) -> Measured:
    """Validation loss at that peak rate after a warm-up minus that of the base recipe, whose rate is 0.02."""
    return Measured(warmed(seed, rate, steps, hidden), "nats behind", at_least=0.15)


@claim(
    "training_in_practice.clip_improves",
    "Clip the gradient's norm at 1 to 5; it improves training.",
    verdict="fails",
    instead="In a healthy run the norm rarely reaches 1, and clipping does nothing.",
    vary=VARY,
)
def clip_improves(seed: int, steps: int = 400, hidden: int = 48) -> Measured:
    """Largest change of the validation loss by clipping at 1 or at 5, either way."""
    valid = tips(seed, steps, hidden).valid
    change = max(abs(valid[f"clip {clip:g}"] - valid["base"]) for clip in CLIPS[1:])
    return Measured(change, "nats either way", at_most=0.02)


@claim(
    "training_in_practice.clip_rescues",
    "Clipping the gradient's norm saves a run.",
    source="pascanu2013difficulty",
    verdict="holds-if",
    condition="The rate is too large: SGD with momentum at ten times a good one, and a clip so low that it shortens every step.",
    vary={"steps": (300, 600), "hidden": (24, 48, 96)},
)
def clip_rescues(seed: int, steps: int = 300, hidden: int = 48) -> Measured:
    """Validation loss at ten times the good rate without clipping minus that with clipping at 0.1."""
    found = studies.clipped_sgd(seed, steps, hidden)
    return Measured(
        found["large"] - found["large, clipped"], "nats saved", at_least=0.3, infinite="it overflows without clipping"
    )


@claim(
    "training_in_practice.adam_ignores_clip",
    "A clip of 0.01, active in every step, starves training.",
    verdict="fails",
    instead="Under Adam a common factor of all gradients cancels: the run hardly changes.",
    vary=VARY,
)
def adam_ignores_clip(seed: int, steps: int = 400, hidden: int = 48) -> Measured:
    """Change of the validation loss by clipping at 0.01, where each gradient is some eighty times longer."""
    valid = tips(seed, steps, hidden).valid
    return Measured(abs(valid["clip 0.01"] - valid["base"]), "nats either way", at_most=0.03)


@claim(
    "training_in_practice.weight_decay",
    "A weight decay of 0.0001 to 0.01 regularises.",
    source="loshchilov2019decoupled",
    verdict="fails",
    instead="Decoupled decay acts over 1/(ηλ) steps: here at least 5,000, so a run of hundreds does not notice it.",
    vary=VARY,
)
def weight_decay(seed: int, steps: int = 400, hidden: int = 48) -> Measured:
    """Largest gain in validation loss by decoupled decay of 0.0001 or 0.01."""
    valid = tips(seed, steps, hidden).valid
    return Measured(
        valid["base"] - min(valid[f"decay {d:g}"] for d in DECAYS), "nats gained", at_most=0.015, scale=0.005
    )


@claim(
    "training_in_practice.decay_acts",
    "Decoupled weight decay regularises.",
    source="loshchilov2019decoupled",
    verdict="holds-if",
    condition="The run is nearly twice as long as 1/(ηλ) and has something to overfit: λ = 0.3, 600 steps at a rate of 0.01.",
    vary={"names": (200, 300), "hidden": (48, 96)},
)
def decay_acts(seed: int, names: int = 300, hidden: int = 48) -> Measured:
    """Validation loss of the last weights without decay minus that with a decay of 0.3."""
    return Measured(decay.gains(seed, 600, names, hidden)[-1], "nats gained", at_least=0.15)


@claim(
    "training_in_practice.decay_short",
    "Where there are few names, decoupled weight decay gains in runs of any length.",
    verdict="fails",
    instead="In a run of half of 1/(ηλ) the same decay gains a tenth of a nat at most.",
    vary={"names": (200, 300), "hidden": (48, 96)},
)
def decay_short(seed: int, names: int = 300, hidden: int = 48) -> Measured:
    """The same gain after 150 steps, 0.45 of the decay's time."""
    return Measured(decay.gains(seed, 150, names, hidden)[-1], "nats gained", at_most=0.1, scale=0.02)


@claim(
    "training_in_practice.l2_is_decay",
    "L2 in the loss and weight decay are the same thing.",
    source="loshchilov2019decoupled",
    verdict="fails",
    instead="For plain SGD they are. Adam rescales the penalty's gradient, too: 0.01, idle as decay, cripples the model.",
    vary=VARY,
)
def l2_is_decay(seed: int, steps: int = 400, hidden: int = 48) -> Measured:
    """Validation loss with L2 of 0.01 minus that with decoupled decay of 0.01, Adam."""
    valid = tips(seed, steps, hidden).valid
    return Measured(valid["l2 0.01"] - valid["decay 0.01"], "nats apart", at_least=0.1)


@claim(
    "training_in_practice.batch_size",
    "Batches of 32, 64 and 128 end within an eighth of a nat of each other.",
    verdict="holds-if",
    condition="Each sees the same number of characters and has its own best rate; compare the range of rates.",
    vary={"steps": (150, 300), "hidden": (32, 64)},
)
def batch_size(seed: int, steps: int = 150, hidden: int = 32) -> Measured:
    """Worst minus best validation loss of the three, each the best over three rates; ``steps`` are those at 64."""
    losses = [studies.tuned(seed, steps * 64 // batch, hidden, TUNED, batch) for batch in BATCHES]
    return Measured(max(losses) - min(losses), "nats between them", at_most=0.125)


@claim(
    "training_in_practice.longer",
    "More training never hurts; it only costs time.",
    source="prechelt1998early",
    verdict="fails",
    instead="With few names the validation loss turns and climbs while the training loss still falls.",
    vary={"names": (200, 300), "hidden": (48, 96), "steps": (600, 1200)},
)
def longer(seed: int, names: int = 300, hidden: int = 48, steps: int = 600) -> Measured:
    """Validation loss at the end minus its least value along the way."""
    run = long_run(seed, names, hidden, steps)
    return Measured(run.valid[-1] - min(run.valid), "nats lost", at_least=0.05)


@claim(
    "training_in_practice.patience",
    "With a patience of 5 to 10 looks, early stopping keeps most of what running on would lose.",
    source="prechelt1998early",
    verdict="holds-if",
    condition="A patience spans 25 steps or more: on this model, looks that lie 5 to 20 steps apart.",
    vary={"patience": (5, 10), "every": (5, 10, 20), "names": (200, 300)},
)
def patience(seed: int, patience: int = 5, every: int = 10, names: int = 300) -> Measured:
    """What the weights that were kept lose against the best of the run, over what the last weights of 600 steps lose."""
    run = long_run(seed, names, every=1)
    lost = run.patient(patience, every) / (run.valid[-1] - min(run.valid))
    return Measured(lost, "of what running on loses", at_most=0.25)


@claim(
    "training_in_practice.patience_is_steps",
    "Patience is 5 to 10, however often one looks.",
    verdict="fails",
    instead="It counts looks. Five looks, one at each step, are over in a wobble, long before the best weights.",
    judge="mean",
    vary={"hidden": (48, 96), "names": (300, 400)},
)
def patience_is_steps(seed: int, hidden: int = 48, names: int = 300) -> Measured:
    """What a patience of five loses against the best of the run with a look at each step, less what it loses with each tenth."""
    run = long_run(seed, names, hidden, every=1)
    return Measured(run.patient(5, 1) - run.patient(5, 10), "nats more lost", at_least=0.04)


@claim(
    "training_in_practice.finder",
    "The learning-rate finder measures the largest stable rate, 2 over the sharpness.",
    verdict="fails",
    instead="Divergence takes time and the weights move: when the loss shows it, the ramp is past the limit at the start.",
    vary={"steps": (40, 60, 80), "hidden": (32, 64)},
)
def finder(seed: int, steps: int = 60, hidden: int = 32) -> Measured:
    """Rate at which the loss leaves four times its least value, over 2 / sharpness at the start; 60 steps over six decades."""
    found = ramp(seed, steps, hidden)
    return Measured(found.blow_up / found.limit, "times 2/sharpness", at_least=1.15)
