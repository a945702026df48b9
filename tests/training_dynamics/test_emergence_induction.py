"""Induction heads: the task, its scores and the network against slow versions, and the exact reduction against autograd."""

import numpy as np
import pytest
import torch

from training_dynamics.emergence import induction, three_numbers
from training_dynamics.emergence.copying import (
    Copying,
    followers,
    foreseeable,
    prefix_matching,
    previous_token,
)


def drawn(task, n=50, seed=0):
    return task.draw(n, torch.Generator().manual_seed(seed))


def test_where_the_next_token_is_foreseeable_it_stood_a_block_ago():
    tokens, period = drawn(Copying())
    known = foreseeable(tokens, period)
    assert 6 <= period.min() < period.max() <= 12
    for row, p, places in zip(tokens.tolist(), period[:, 0].tolist(), known):
        assert places.sum() == len(row) - 1 - p
        for t in torch.nonzero(places)[:, 0].tolist():
            assert row[t] == row[t - p]
            assert row[t + 1] == row[t + 1 - p]


def test_the_share_of_sequences_that_repeat_is_the_one_asked_for():
    tokens, period = drawn(Copying(repeated=0.3), n=2000)
    repeats = period[:, 0] < 24
    assert 0.25 < repeats.float().mean() < 0.35
    assert not foreseeable(tokens, period)[~repeats].any()
    shifted = (tokens[:, 12:] == tokens[:, :-12]).float().mean(1)
    assert shifted[~repeats].mean() < 0.1  # one in sixteen by chance


def test_a_permuted_block_holds_every_token_once():
    tokens, period = drawn(Copying(vocabulary=10, permuted=True))
    assert (period == 10).all()
    assert (tokens[:, :10].sort(1).values == torch.arange(10)).all()
    assert (tokens[:, 10:] == tokens[:, :-10]).all()


def test_followers_are_found_as_by_looking_at_each_pair_of_places():
    tokens = torch.randint(4, (3, 9), generator=torch.Generator().manual_seed(1))
    found = followers(tokens)
    for n, row in enumerate(tokens.tolist()):
        for t in range(9):
            for s in range(9):
                assert bool(found[n, t, s]) == (1 <= s <= t and row[s - 1] == row[t])


def test_the_score_is_the_attention_to_followers_where_there_are_any():
    tokens = torch.tensor([[4, 7, 4, 1]])
    attention = torch.tensor([[[1.0, 0, 0, 0], [0.5, 0.5, 0, 0], [0.2, 0.7, 0.1, 0], [0.1, 0.2, 0.3, 0.4]]])
    assert prefix_matching(attention, tokens) == pytest.approx(0.7)
    assert previous_token(attention) == pytest.approx((0.5 + 0.7 + 0.3) / 3)


def slow_logits(network, tokens):
    x = [network.embed[token] for token in tokens]
    for head in network.heads:
        moved = []
        for t, query in enumerate(x):
            scores = [query @ head.match @ x[s] / len(query) ** 0.5 + head.distance[t - s] for s in range(t + 1)]
            weights = torch.stack(scores).softmax(0)
            moved.append(query + sum(w * (x[s] @ head.carry) for s, w in enumerate(weights)))
        x = moved
    return torch.stack(x) @ network.unembed


def test_the_network_computes_what_it_says_place_by_place():
    task = Copying(vocabulary=5, context=7, shortest=2, longest=3)
    network = induction.start(3, task, width=6, layers=2)
    for head in network.heads:
        head.distance.copy_(torch.linspace(1, -1, 7))
    tokens, _ = drawn(task, n=2)
    logits, _ = network(tokens)
    for row, found in zip(tokens, logits):
        assert found.numpy() == pytest.approx(slow_logits(network, row.tolist()).numpy(), abs=1e-5)


def by_hand(vocabulary, context, strength=60.0):
    """An induction head in the course's network: own token in the first half of a vector, token before in the second."""
    one, nothing = torch.eye(vocabulary), torch.zeros(vocabulary, vocabulary)

    def block(a, b, c, d):
        return torch.cat([torch.cat([a, b], 1), torch.cat([c, d], 1)])

    near = torch.where(torch.arange(context) == 1, strength, 0.0)
    first = induction.Head(block(nothing, nothing, nothing, nothing), near, block(nothing, one, nothing, nothing))
    match = strength * block(-0.5 * one, one, nothing, nothing)
    second = induction.Head(match, torch.zeros(context), block(5 * one, nothing, nothing, nothing))
    embed = torch.cat([one, nothing], 1)
    return induction.Network(embed, (first, second), torch.cat([one, nothing]))


def test_a_head_written_down_by_hand_copies_and_has_the_highest_score_and_needs_its_first_half():
    task = Copying(vocabulary=40, context=24, permuted=False)
    tokens, period = drawn(task)
    network = by_hand(40, 24)
    accuracy, _, prefix, previous = induction.judge(network, tokens, period)
    assert accuracy > 0.8  # a token that comes twice in a block has two followers
    assert prefix > 0.95
    assert previous == pytest.approx(1, abs=1e-6)
    assert induction.judge(network, tokens, period, without_previous=True)[0] < 0.2


def transformer_loss(numbers, pairs):
    """The loss of the three numbers by a plain transformer on one-hot tokens, for each pair that may be asked."""
    alpha, beta, gamma = numbers
    places = 2 * pairs + 1
    before = torch.diag(torch.ones(places - 1, dtype=torch.float64), -1)
    later = torch.triu(torch.ones(places, places, dtype=torch.bool), 1)
    losses = []
    for k in range(pairs):
        tokens = torch.eye(2 * pairs, dtype=torch.float64)[[*range(2 * pairs), 2 * k]]
        read = (alpha * before).masked_fill(later, -torch.inf).softmax(-1) @ tokens
        attention = (beta * read @ tokens[-1]).softmax(0)
        losses.append(((gamma * attention @ tokens - tokens[2 * k + 1]) ** 2).sum() / 2)
    return torch.stack(losses).mean()


@pytest.mark.parametrize("pairs", [2, 5])
@pytest.mark.parametrize("numbers", [(0.0, 0.0, 0.0), (0.7, 1.3, 0.8), (3.0, 4.0, 1.5)])
def test_the_three_numbers_descend_the_loss_of_a_transformer(pairs, numbers):
    asked = torch.tensor(numbers, dtype=torch.float64, requires_grad=True)
    loss = transformer_loss(asked, pairs)
    loss.backward()
    found, down, _ = three_numbers.descent(np.array(numbers), pairs)
    assert found == pytest.approx(loss.item(), rel=1e-12)
    assert down == pytest.approx(-asked.grad.numpy(), rel=1e-10, abs=1e-14)


def test_copying_starts_as_the_chapter_derives():
    for pairs in (3, 20):
        for gamma in (0.0, 0.6):
            _, down, attention = three_numbers.descent(np.array([0.0, 0.0, gamma]), pairs)
            assert attention == pytest.approx(1 / (2 * pairs + 1), rel=1e-12)
            expected = 1 / (2 * pairs + 1) - gamma * (2 * pairs + 3) / (2 * pairs + 1) ** 2
            assert down[2] == pytest.approx(expected, rel=1e-10)


def test_matching_starts_at_the_rate_that_the_chapter_derives_up_to_lower_orders():
    pairs = 2000
    _, down, _ = three_numbers.descent(np.array([0.0, 0.0, 1.0]), pairs)
    assert down[0] == 0
    assert down[1] == pytest.approx(np.log(pairs) / (4 * pairs**2), rel=0.2)


def test_growth_ends_when_half_of_the_attention_is_right_and_never_falls_back():
    run = three_numbers.growth(6)
    assert run.attention[-1] == pytest.approx(0.5, abs=1e-9)
    assert run.reached("attention", 0.6) == np.inf
    assert run.times[0] < run.reached("attention", 0.3) < run.times[-1]
    assert (np.diff(run.match) >= 0).all()


def test_wrong_values_are_refused_with_the_rule():
    with pytest.raises(ValueError, match="1 <= shortest <= longest < context"):
        Copying(shortest=7, longest=6)
    with pytest.raises(ValueError, match="repeated must be between 0 and 1, got 1.5"):
        Copying(repeated=1.5)
    with pytest.raises(ValueError, match="pairs must be >= 2, got 1"):
        three_numbers.growth(1)
