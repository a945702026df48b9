"""What the chapter asserts about induction heads in a small attention network."""

from __future__ import annotations

import math

from coursekit.claim import Measured, claim
from training_dynamics.emergence.copying import Copying
from training_dynamics.emergence.induction import TASK, Formation, judge, learn, unseen_sequences


def repeats(context: int = 24, vocabulary: int = 16, share: float = 1.0) -> Copying:
    """Sequences whose blocks are a quarter to a half of the context."""
    return Copying(vocabulary, context, context // 4, context // 2, share)


ENOUGH = 0.6  # accuracy that a network without the head does not reach


def starting(seed: int, width: int = 32, vocabulary: int = 16, context: int = 24, rate: float = 3e-3) -> int:
    """The first seed of ``seed``, ``seed + 1000``, … from which the head forms: a rare start goes astray."""
    task = repeats(context, vocabulary)
    starts = (seed + 1000 * again for again in range(10))
    return next(s for s in starts if learn(s, task, width=width, rate=rate).accuracy.max() >= ENOUGH)


def formed(seed: int, width: int = 32, vocabulary: int = 16, context: int = 24, rate: float = 3e-3) -> Formation:
    """Two layers on sequences that repeat, from a start from which the head forms."""
    task = repeats(context, vocabulary)
    return learn(starting(seed, width, vocabulary, context, rate), task, width=width, rate=rate)


@claim(
    "emergence.induction_forms",
    "A network of two attention layers learns to copy from its context what followed last time.",
    source="olsson2022induction",
    verdict="holds",
    vary={"width": (32, 64), "vocabulary": (16, 32), "context": (24, 32), "rate": (0.002, 0.003, 0.005)},
)
def induction_forms(
    seed: int, width: int = 32, vocabulary: int = 16, context: int = 24, rate: float = 0.003
) -> Measured:
    """Share of the tokens foretold wrongly on unseen sequences, where the next token can be foreseen."""
    wrong = 1 - float(formed(seed, width, vocabulary, context, rate).accuracy[-1])
    return Measured(wrong, "of the tokens wrong", at_most=0.3)


@claim(
    "emergence.most_form",
    "From nearly every start the head forms.",
    verdict="holds",
    judge="mean",
    vary={"width": (32, 64), "rate": (0.003, 0.005)},
)
def most_form(seed: int, width: int = 32, rate: float = 0.003) -> Measured:
    """Of four starts a seed, the share that is right about 60 % of the tokens within 200 steps."""
    runs = [learn(4 * seed + start, repeats(), width=width, rate=rate, until=ENOUGH) for start in range(4)]
    return Measured(
        sum(bool(run.accuracy.max() >= ENOUGH) for run in runs) / 4, "of the starts", at_least=0.85, scale=0.05
    )


@claim(
    "emergence.one_layer_later",
    "One attention layer only needs more time to do the same.",
    source="olsson2022induction",
    verdict="fails",
    instead="After twice as many steps and more it stays far below: it knows which tokens occurred, not what followed.",
    vary={"steps": (400, 1200), "width": (32, 64), "rate": (0.003, 0.01)},
)
def one_layer_later(seed: int, steps: int = 400, width: int = 32, rate: float = 0.003) -> Measured:
    """Accuracy of one layer on unseen sequences, where the next token can be foreseen."""
    run = learn(seed, layers=1, steps=steps, width=width, rate=rate, every=100)
    return Measured(float(run.accuracy[-1]), "of the tokens right", at_most=0.6, scale=0.05)


@claim(
    "emergence.induction_at_once",
    "Induction heads appear at one moment.",
    verdict="fails",
    instead="In steps, the prefix-matching score takes a quarter of all the time or more to go from 10 to 90 % of its rise.",
    vary={"width": (32, 64), "vocabulary": (16, 32), "rate": (0.002, 0.003, 0.005)},
)
def induction_at_once(seed: int, width: int = 32, vocabulary: int = 16, rate: float = 0.003) -> Measured:
    """Steps from 10 to 90 % of the rise of the prefix-matching score, over those from the start to 90 %."""
    run = formed(seed, width, vocabulary, rate=rate)
    end = run.risen("prefix", 0.9)
    return Measured((end - run.risen("prefix", 0.1)) / end, "of the time", at_least=0.25)


@claim(
    "emergence.prefix_warns",
    "The prefix-matching score rises before the accuracy does, and so gives warning.",
    verdict="fails",
    instead="Here it is half way up no earlier than a tenth of the time before, and no later than a quarter after: no warning.",
    vary={"width": (32, 64), "vocabulary": (16, 32), "rate": (0.002, 0.003, 0.005)},
)
def prefix_warns(seed: int, width: int = 32, vocabulary: int = 16, rate: float = 0.003) -> Measured:
    """By how much later the score is half way up than the accuracy, relative to the step of the latter."""
    run = formed(seed, width, vocabulary, rate=rate)
    accuracy = run.risen("accuracy")
    return Measured((run.risen("prefix") - accuracy) / accuracy, "later", at_least=-0.1, at_most=0.25, scale=0.05)


@claim(
    "emergence.previous_first",
    "First a head forms that attends to the token before, and upon it the induction head.",
    verdict="fails",
    instead="The first layer's half of the circuit is half way up after the second layer already works.",
    vary={"width": (32, 64), "vocabulary": (16, 32), "rate": (0.002, 0.003, 0.005)},
)
def previous_first(seed: int, width: int = 32, vocabulary: int = 16, rate: float = 0.003) -> Measured:
    """By how much later the attention to the token before is half way up than the prefix-matching score, relatively."""
    run = formed(seed, width, vocabulary, rate=rate)
    prefix = run.risen("prefix")
    return Measured((run.risen("previous") - prefix) / prefix, "later", at_least=0.0, scale=0.05)


@claim(
    "emergence.previous_needed",
    "The second layer works through the first one's look at the token before.",
    source="olsson2022induction",
    verdict="holds",
    vary={"width": (32, 64), "vocabulary": (16, 32), "context": (24, 32)},
)
def previous_needed(seed: int, width: int = 32, vocabulary: int = 16, context: int = 24) -> Measured:
    """Accuracy that is lost when the first layer may not attend to the token before."""
    network = formed(seed, width, vocabulary, context).network
    unseen = unseen_sequences(starting(seed, width, vocabulary, context), repeats(context, vocabulary))
    return Measured(judge(network, *unseen)[0] - judge(network, *unseen, True)[0], "accuracy lost", at_least=0.3)


@claim(
    "emergence.score_is_head",
    "A high prefix-matching score shows an induction head.",
    source="kawata2025shortcut",
    verdict="fails",
    instead=(
        "Trained on blocks of one length, the network attends to a fixed distance. Its score is high, and at other "
        "lengths it knows nothing."
    ),
    vary={"length": (7, 8, 10), "width": (32, 64), "steps": (100, 200)},
)
def score_is_head(seed: int, length: int = 8, width: int = 32, steps: int = 100) -> Measured:
    """Mean accuracy at the other lengths from 6 to 12, over the prefix-matching score at the length that it was trained on."""
    run = learn(seed, Copying(shortest=length, longest=length), width=width, steps=steps, every=50)
    others = [n for n in range(TASK.shortest, TASK.longest + 1) if n != length]
    right = [judge(run.network, *unseen_sequences(seed, Copying(shortest=n, longest=n)))[0] for n in others]
    return Measured(sum(right) / len(right) / float(run.prefix[-1]), "of the score", at_most=0.13)


@claim(
    "emergence.ability_is_head",
    "A network that foretells a repeated sequence has an induction head.",
    verdict="fails",
    instead=(
        "Where no token comes twice in a block, the next one is the token not seen for longest. The network learns that, "
        "and its prefix-matching score falls to nothing."
    ),
    vary={"vocabulary": (12, 16), "width": (32, 64), "steps": (200, 300)},
)
def ability_is_head(seed: int, vocabulary: int = 16, width: int = 32, steps: int = 200) -> Measured:
    """The prefix-matching score over the accuracy, when every block is a random order of the whole vocabulary."""
    run = learn(seed, Copying(vocabulary, permuted=True), width=width, steps=steps, every=50)
    return Measured(float(run.prefix[-1] / run.accuracy[-1]), "of the accuracy", at_most=0.1)


@claim(
    "emergence.fewer_repeats",
    "If fewer of the training sequences repeat, the head forms later, but not as much later as there are fewer of them.",
    source="chan2022distributional",
    verdict="holds",
    vary={"share": (0.2, 0.3, 0.5), "width": (32, 64), "rate": (0.003, 0.005)},
)
def fewer_repeats(seed: int, share: float = 0.3, width: int = 32, rate: float = 0.003) -> Measured:
    """Step of 60 % accuracy when a share of the sequences repeats, over that when all do."""
    start = starting(seed, width, rate=rate)
    few = learn(start, repeats(share=share), width=width, rate=rate, steps=800, until=ENOUGH)
    all_repeat = formed(seed, width, rate=rate)
    return Measured(
        few.reached("accuracy", ENOUGH) / all_repeat.reached("accuracy", ENOUGH),
        "times as many steps",
        at_least=1.1,
        at_most=1 / share,
    )


@claim(
    "emergence.square_law_trained",
    "Twice the context takes four times as long.",
    verdict="fails",
    instead="With softmax outputs and Adam, which rescales small gradients, twice the context takes about as long.",
    vary={"width": (32, 64), "rate": (0.003, 0.005), "vocabulary": (16, 32)},
)
def square_law_trained(seed: int, width: int = 32, rate: float = 0.003, vocabulary: int = 16) -> Measured:
    """The exponent x in time ~ context^x between 24 and 48 tokens, with blocks in proportion."""
    start = starting(seed, width, vocabulary, rate=rate)
    long = learn(start, repeats(48, vocabulary), width=width, rate=rate, steps=400, until=ENOUGH)
    short = formed(seed, width, vocabulary, rate=rate)
    ratio = long.reached("accuracy", ENOUGH) / short.reached("accuracy", ENOUGH)
    return Measured(math.log2(ratio), "(exponent)", at_most=0.5, scale=0.1)
