"""Training in practice, the run: schedules, clipping, patience, checkpoints, resuming, and many recipes side by side."""

from __future__ import annotations

import itertools
import math

import pytest
import torch

from training_dynamics.toolbox.names import split_names, windows
from training_dynamics.toolbox.nets import flat_parameters
from training_dynamics.toolbox.seeds import torch_generator
from training_dynamics.training_in_practice.budgets import ends, steps_to
from training_dynamics.training_in_practice.dropping import dropped
from training_dynamics.training_in_practice.network import CharMLP, Shape, loss_on
from training_dynamics.training_in_practice.resuming import differences, resumed
from training_dynamics.training_in_practice.run import Config, Run, train
from training_dynamics.training_in_practice.schedules import SCHEDULES, factor
from training_dynamics.training_in_practice.stack import Recipe, train_stack
from training_dynamics.training_in_practice.stopping import LongRun, Patience, stopped_at

SHAPE = Shape(hidden=8)


def new_run(**settings):
    names = split_names(0, 60)
    model = CharMLP(SHAPE, torch_generator(1, "test run"))
    data, valid = windows(names.train, SHAPE.context), windows(names.valid[:30], SHAPE.context)
    return Run(model, data, valid, Config(**({"steps": 12, "batch": 16, "evaluate_every": 3} | settings)))


@pytest.mark.parametrize("kind", SCHEDULES)
def test_schedules_rise_in_warm_up_begin_at_the_peak_and_never_rise_again(kind):
    rates = [factor(kind, t, 50, 10) for t in range(50)]
    assert rates[:10] == pytest.approx([(t + 1) / 10 for t in range(10)])
    assert rates[10] == 1 and all(0 < b <= a for a, b in itertools.pairwise(rates[10:]))


def test_falling_schedules_end_near_zero_and_wsd_has_its_plateau():
    assert factor("linear", 99, 100) == pytest.approx(0.01)
    assert factor("cosine", 99, 100) < 1e-3 and factor("cosine", 50, 100) == pytest.approx(0.5)
    assert factor("wsd", 79, 100) == 1 and factor("wsd", 90, 100) == pytest.approx(0.5)


def test_a_batch_depends_on_seed_and_step_and_an_epoch_reads_no_example_twice():
    run, again = new_run(), new_run()
    seen = []
    for _ in range(len(run.train[0]) // 16):
        assert torch.equal(run.indices(), again.indices())
        seen += run.indices().tolist()
        run.losses.append(0.0)
        again.losses.append(0.0)
    assert len(seen) == len(set(seen))


def test_clipping_bounds_the_gradient_before_the_step():
    run = new_run(clip=1e-3)
    run.advance()
    assert run.norms[0] > 1e-3
    norm = math.sqrt(sum(float(p.grad.square().sum()) for p in run.model.parameters()))
    assert norm == pytest.approx(1e-3, rel=1e-3)


def test_the_run_ends_with_the_weights_of_its_best_look():
    run = train(new_run(rate=0.5, schedule="constant", steps=30))
    assert loss_on(run.model, run.valid) == min(run.evaluations)
    assert run.evaluations[-1] > min(run.evaluations)


def test_patience_ends_a_run_and_a_loss_that_is_no_number_is_never_the_best():
    run = train(new_run(rate=0.5, schedule="constant", steps=200, patience=2))
    assert run.step < 200 and run.patience.waited == 2
    rule = Patience(1)
    assert rule.see(2.0) and not rule.see(math.nan) and rule.exhausted
    assert stopped_at([3, 2, 2.5, 1, 1.5, 1.2, 0.5], 2) == (5, 3)


def test_what_patience_loses_depends_on_the_looks_and_is_nothing_with_patience_enough():
    run = LongRun(list(range(0, 70, 10)), [0.0] * 7, [5.0, 3.0, 4.0, 3.5, 2.0, 2.5, 2.6])
    assert [run.patient(p, every=10) for p in (1, 2, 3)] == [1.0, 1.0, 0.0]
    assert run.patient(1, every=20) == 0.0 and run.patient(1, every=30) == pytest.approx(0.6)  # the best look is missed
    with pytest.raises(ValueError, match="multiple of the 10 steps between evaluations, got 15"):
        run.patient(1, every=15)


@pytest.mark.parametrize("seed", [7, 8])
def test_a_run_that_goes_on_from_a_checkpoint_has_the_same_bits(seed):
    assert differences(*resumed(seed, 40)) == 0
    assert differences(*resumed(seed, 40, "optimizer")) > 0


def test_a_killed_run_goes_on_from_its_file(tmp_path):
    file, whole = tmp_path / "run.pt", train(new_run())

    def killed(steps):
        for step in steps:
            if step == 8:
                raise KeyboardInterrupt
            yield step

    with pytest.raises(KeyboardInterrupt):
        train(new_run(), killed, file, every=3)
    second = train(new_run(), checkpoint=file, every=3)
    assert second.losses == whole.losses and torch.equal(flat_parameters(second.model), flat_parameters(whole.model))
    assert [path.name for path in tmp_path.iterdir()] == ["run.pt"]


def test_dropout_silences_hidden_units_only_inside_and_keeps_what_is_read_in_the_mean():
    model, x = CharMLP(SHAPE, torch_generator(1, "test run")), torch.zeros(1, SHAPE.context, dtype=torch.long)
    whole, generator = model(x), torch_generator(2, "masks")
    with torch.no_grad(), dropped(model, 0.25, generator):
        found = model(x.expand(20_000, -1))
    assert len(found.unique(dim=0)) > 100  # of 2^8 patterns
    assert torch.allclose(found.mean(0), whole[0], atol=0.01)
    assert torch.equal(model(x), whole)


def test_all_hidden_units_silenced_leave_the_biases_of_the_output():
    model = CharMLP(SHAPE, torch_generator(1, "test run"))
    model.layers[-1].bias.data.uniform_(-1, 1, generator=torch_generator(3, "biases"))
    with dropped(model, 1 - 1e-9, torch_generator(2, "masks")):
        logits = model(torch.zeros(5, SHAPE.context, dtype=torch.long))
    assert torch.equal(logits, model.layers[-1].bias.expand(5, -1))


def test_dropout_of_a_model_whose_hidden_units_are_unknown_is_refused():
    with pytest.raises(ValueError, match="dropout must be 0 for a model other than CharMLP, got 0.5 for Linear"):
        dropped(torch.nn.Linear(2, 2), 0.5, torch_generator(0)).__enter__()


def test_a_run_with_dropout_goes_on_with_the_same_masks():
    whole, first, second = train(new_run(dropout=0.5)), new_run(dropout=0.5), new_run(dropout=0.5)
    for _ in range(5):
        first.advance()
    second.restore(first.state())
    assert train(second).losses == whole.losses != train(new_run()).losses


def test_a_run_by_its_last_weights_and_a_loss_that_is_never_reached():
    assert ends(0, 0.0, 5, 8, 60).train < math.log(27) + 0.2
    assert ends(0, 0.0, 5, 8, 60) != ends(0, 0.5, 5, 8, 60)
    assert steps_to(0, 512, 3.2, 8) <= steps_to(0, 512, 2.9, 8) < math.inf


def test_a_state_of_other_settings_is_refused_by_name():
    with pytest.raises(ValueError, match="rate = 0.02 there and 0.3 here"):
        new_run(rate=0.3).restore(new_run().state())


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: Config(steps=0), "steps must be > 0, got 0"),
        (lambda: Config(schedule="saw"), "schedule must be one of"),
        (lambda: Config(warmup=600), "warmup must be at least 0 and less than the 600 steps"),
        (lambda: Config(dropout=1.0), "dropout must be at least 0 and less than 1, got 1.0"),
        (lambda: new_run(batch=10_000), "batch must be at most the"),
        (lambda: Patience(0), "patience must be at least 1"),
        (lambda: Shape(activation="gelu"), "activation must be one of tanh, relu"),
        (lambda: train_stack(0, [Recipe()], 1, optimizer="lion"), "optimizer must be adam or sgd"),
    ],
)
def test_wrong_settings_are_refused_with_the_rule(call, words):
    with pytest.raises(ValueError, match=words):
        call()


def test_networks_side_by_side_do_not_see_each_other():
    alone = train_stack(3, [Recipe(0.01)], 5, shape=SHAPE, train=60, batch=16)
    both = train_stack(3, [Recipe(0.01), Recipe(0.1, clip=0.5)], 5, shape=SHAPE, train=60, batch=16)
    assert torch.allclose(alone.losses[:, 0], both.losses[:, 0], rtol=1e-5)


def test_a_stacked_network_begins_with_the_loss_of_the_module():
    model = CharMLP(SHAPE, torch_generator(3, "character model"))
    found = train_stack(3, [Recipe()], 1, shape=SHAPE, train=60, batch=16)
    x, y = windows(split_names(3, 60).train, SHAPE.context)
    assert found.losses[0, 0].item() == pytest.approx(loss_on(model, (x, y)), abs=0.2)


def test_decoupled_decay_shrinks_weights_that_get_no_gradient_by_its_closed_form():
    x, _ = windows(split_names(3, 12).train, SHAPE.context)
    absent = sorted(set(range(27)) - set(x.flatten().tolist()))
    found = train_stack(
        3, [Recipe(0.1, "constant", decay=0.5), Recipe(0.1, "constant")], 3, shape=SHAPE, train=12, batch=16
    )
    decayed, kept = found.parameters[0][:, absent]
    assert absent and torch.allclose(decayed, kept * 0.95**3, rtol=1e-5)
