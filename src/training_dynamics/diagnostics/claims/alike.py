"""What the chapter asserts about faults that look alike, and about single readings."""

from __future__ import annotations

from coursekit.claim import Measured, claim
from training_dynamics.diagnostics import alike, cost

SHORT = {"steps": (100, 150), "width": (24, 32)}


@claim(
    "diagnostics.sgd_updates",
    "The first step of SGD changes each layer by the rate times its gradient.",
    verdict="holds",
    vary={"width": (24, 48)},
)
def sgd_updates(seed: int, width: int = 24) -> Measured:
    """Largest relative difference over layers between the change that the log measured and rate times gradient."""
    return Measured(alike.first_sgd_step(seed, width), "relative", at_most=1e-3)


@claim(
    "diagnostics.log_cost",
    "Over a thousand steps or more the log adds a few per cent to the operations that torch carries out.",
    verdict="holds",
    seeds=None,
    vary={"steps": (1000, 2000), "depth": (2, 8), "optimizer": ("sgd", "adam")},
)
def log_cost(steps: int = 1000, depth: int = 2, optimizer: str = "sgd") -> Measured:
    """Operations of a training with the log, views among them, over those without, less one."""
    return Measured(100 * cost.added(steps, depth, optimizer), "per cent more", at_most=6)


@claim(
    "diagnostics.dying_or_spike",
    "A spike of 500 times the rate throws the loss at least ten times as high as a layer that dies.",
    verdict="holds",
    vary=SHORT,
)
def dying_or_spike(seed: int, steps: int = 100, width: int = 32) -> Measured:
    """Least of the largest losses of four ReLU runs with a spike (rate times 500), over the greatest of four that die."""
    return Measured(alike.dying_or_spike(seed, steps, width), "times as high", at_least=10)


@claim(
    "diagnostics.which_layer",
    "Where one layer is dead or dies, the rules name the fault, and the layer with it.",
    verdict="holds",
    vary={"steps": (100, 150), "depth": (3, 5)},
)
def which_layer(seed: int, steps: int = 100, depth: int = 3) -> Measured:
    """Share of ReLU runs, each hidden layer in turn dead or dying, that are given another name or another layer."""
    return Measured(1 - alike.layer_named(seed, steps, depth)[1], "named or placed wrongly", at_most=0.2)


@claim(
    "diagnostics.adam_updates",
    "Adam's first step changes each layer by the rate times the root of its number of weights, whatever the gradient's size.",
    verdict="holds-if",
    condition="hardly any weight has a gradient of zero",
    vary={"width": (24, 48), "times": (0.01, 1.0, 100.0)},
)
def adam_updates(seed: int, width: int = 24, times: float = 1.0) -> Measured:
    """Largest relative difference over layers between change and prediction; gradients ``times`` as long as they are."""
    return Measured(alike.first_adam_step(seed, width, times), "relative", at_most=0.1)


@claim(
    "diagnostics.layer_factor",
    "On average each further sigmoid layer leaves less than half of the ratio of first to last gradient.",
    source="pascanu2013difficulty",
    verdict="holds",
    vary={"width": (32, 64), "depths": ((5, 10), (4, 8))},
)
def layer_factor(seed: int, width: int = 32, depths: tuple[int, int] = (5, 10)) -> Measured:
    """First over last gradient at the start: the factor for each layer more, a geometric mean between two depths."""
    return Measured(alike.layer_factor(seed, width, depths), "for each layer", at_most=0.5)


@claim(
    "diagnostics.norm_shows_vanishing",
    "The norm of the gradient shows that gradients vanish.",
    verdict="fails",
    instead="The last layers keep the whole norm within a factor of ten of a healthy run's; those of single layers show it.",
    vary={"width": (32, 64), "depth": (6, 8)},
)
def norm_shows_vanishing(seed: int, width: int = 32, depth: int = 8) -> Measured:
    """Whole gradient of a deep sigmoid network at the start, over that of a healthy network."""
    return Measured(alike.norms(seed, width, depth)[0], "of the healthy norm", at_least=0.1)


@claim(
    "diagnostics.nan_means_rate",
    "NaN means that the rate is too high.",
    verdict="fails",
    instead="A loss scale that is too large loses the run in one step at a hundredth of the rate as well.",
    vary={"log2_scale": (23, 26), "width": (24, 32)},
)
def nan_means_rate(seed: int, log2_scale: int = 23, width: int = 24) -> Measured:
    """Least rate, of five down to a ten-thousandth, down to which half precision loses every run in one step."""
    return Measured(alike.lost_down_to(seed, log2_scale, width), "of the usual rate", at_most=0.01)


@claim(
    "diagnostics.zero_start",
    "A first step that changes a layer by half of itself shows a rate that is too high.",
    verdict="fails",
    instead="A last layer that starts at zero changes by more than that at the usual rate, and the run learns as ever.",
    vary={"optimizer": ("sgd", "adam"), "width": (24, 32)},
)
def zero_start(seed: int, optimizer: str = "sgd", width: int = 24) -> Measured:
    """Largest change over weights in the first four steps; 0 if the run does not end below half of the loss at chance."""
    found = alike.zero_head(seed, optimizer, width)
    return Measured(found.leap if found.end < 0.5 else 0.0, "of the weights", at_least=0.5)


@claim(
    "diagnostics.dynamic_scale",
    "A dynamic loss scale cures overflow: in a hundred steps the batch loss falls below 15 % of chance.",
    source="micikevicius2018mixed",
    verdict="holds",
    vary={"log2_scale": (24, 28), "width": (24, 32)},
)
def dynamic_scale(seed: int, log2_scale: int = 24, width: int = 24) -> Measured:
    """Final batch loss with a dynamic scale; the same scale left alone takes no step."""
    return Measured(alike.cured(seed, log2_scale, 100, width)[0], "of the loss at chance", at_most=0.15)


@claim(
    "diagnostics.clip_is_slow",
    "To the loss, a clip that always cuts is a lower rate.",
    verdict="holds-if",
    condition="the optimizer is SGD",
    vary={"norm": (0.005, 0.02, 0.05), "width": (24, 32), "steps": (100, 400)},
)
def clip_is_slow(seed: int, norm: float = 0.005, width: int = 24, steps: int = 100) -> Measured:
    """Mean distance between the losses of an always clipped run and of one whose rate is as much lower."""
    return Measured(alike.clipped(seed, norm, "sgd", steps, width)[0], "of the loss at chance", at_most=0.03)


@claim(
    "diagnostics.clip_slows_adam",
    "A clip that always cuts slows training.",
    verdict="fails",
    instead="Adam divides by the size of its gradients: clipped for a hundred steps, it ends at most a tenth of chance higher.",
    vary={"norm": (0.005, 0.02), "width": (24, 32)},
)
def clip_slows_adam(seed: int, norm: float = 0.005, width: int = 24) -> Measured:
    """Final loss of Adam always clipped, above that of Adam not clipped."""
    return Measured(alike.clipped(seed, norm, "adam", 100, width)[1], "of the loss at chance", at_most=0.1, scale=0.02)


@claim(
    "diagnostics.silent_is_dead",
    "A unit that is silent on a batch is dead.",
    verdict="fails",
    instead="Of units with Gaussian inputs two deviations below zero about half are silent on a batch of 32, and none on all.",
)
def silent_is_dead(seed: int) -> Measured:
    """Units silent on a batch of 32, less those silent on 5,000 examples, pre-activations two deviations below zero."""
    batch, all_of_them = alike.silent_on_a_batch(seed)
    return Measured(batch - all_of_them, "of the units", at_least=0.3)


@claim(
    "diagnostics.shuffled_or_unpredictable",
    "What looks like shuffled labels is shuffled labels.",
    verdict="fails",
    instead="Labels that were drawn by chance, each without a look at its input, get the same name in most runs.",
    vary=SHORT,
)
def shuffled_or_unpredictable(seed: int, steps: int = 100, width: int = 32) -> Measured:
    """Share of runs with labels drawn by chance, two networks on three problems, that are called shuffled."""
    return Measured(alike.drawn_called_shuffled(seed, steps, width), "of the runs", at_least=0.6)


@claim(
    "diagnostics.overflow_or_root",
    "A gradient that is not finite, beside a finite loss, has overflowed.",
    verdict="fails",
    instead="The root of zero in the loss is given the same name: look which operation made the first value that is not finite.",
    vary=SHORT,
)
def overflow_or_root(seed: int, steps: int = 100, width: int = 32) -> Measured:
    """Share of runs with a root of zero in the loss, in full precision, that are called overflow."""
    return Measured(
        alike.share_called("root_of_zero", "fp16_overflow", seed, steps, width), "of the runs", at_least=0.6
    )
