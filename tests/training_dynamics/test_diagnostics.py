"""Diagnostics: single faults and their readings, what cannot be told apart, and the explorable against its twin."""

import math

import numpy as np
import pytest
from scipy.stats import norm

from coursekit.course import current
from training_dynamics.diagnostics import alike, data, explorable as twin, faults, judged, pairs, table
from training_dynamics.toolbox.diagnose import RULES, diagnose
from training_dynamics.toolbox.readings import read

SETUP = faults.Setup(steps=60)


def test_there_is_a_rule_for_each_fault_and_each_fault_has_five_held_out_severities():
    assert set(judged.HELD_OUT) == set(judged.DEVELOPMENT) == set(judged.MILD) == {rule.name for rule in RULES}
    assert all(len(values) >= 5 for values in judged.HELD_OUT.values())
    for fault, values in judged.HELD_OUT.items():
        assert fault == "shuffled_labels" or not set(values) & set(judged.DEVELOPMENT[fault])


def test_networks_and_one_of_the_problems_are_not_those_of_development():
    assert not set(judged.NETWORKS) & set(judged.DEVELOPMENT_NETWORKS)
    assert "teacher" not in judged.DEVELOPMENT_DATA


@pytest.mark.processor
@pytest.mark.parametrize("fault", ["vanishing", "dead_relu", "exploding", "clipping", "fp16_overflow", "rate_too_low"])
def test_a_plain_fault_gets_its_name(fault):
    assert diagnose(faults.run(fault, judged.DEVELOPMENT[fault][1], SETUP, seed=77)).name == fault


@pytest.mark.processor
def test_a_layer_that_dies_after_a_healthy_start_is_told_from_one_that_is_dead_before_any_step():
    readings = read(faults.run("dying_relu", 3, faults.Setup(), seed=77))
    assert readings.dead_start < 0.3 and readings.dead_end > 0.9
    assert diagnose(readings).name == "dying_relu"


@pytest.mark.processor
@pytest.mark.parametrize("fault", ["dead_relu", "dying_relu"])
@pytest.mark.parametrize("layer", [0, 1, 2])
def test_the_layer_that_is_dead_is_named_and_those_that_fall_silent_with_it_are_not(fault, layer):
    log = faults.run(fault, 8, faults.Setup(depth=3, layer=layer), seed=77)
    found, shares = diagnose(log), log.series().dead[0 if fault == "dead_relu" else -1, 1:]
    assert (found.name, found.layer) == (fault, layer + 1)
    assert found.evidence.startswith(f"in hidden layer {layer + 1} (its units enter module {2 * layer + 2}) ")
    assert (shares[layer:] > 0.6).all() and not (shares[:layer] > 0.6).any()


@pytest.mark.processor
def test_a_healthy_run_is_healthy_and_says_so():
    found = diagnose(faults.run("healthy", 0.0, faults.Setup(), seed=77))
    assert (found.name, found.also) == ("healthy", ())


@pytest.mark.parametrize("name", ["digits", "clusters", "teacher"])
def test_a_problem_is_standardised_and_has_all_its_classes(name):
    found = data.task(name, 3)
    assert abs(found.x.mean()) < 0.01 and found.x.shape[0] == 600 and found.x_val.shape[0] == 300
    assert set(found.y.tolist()) == set(range(found.classes))


def test_another_problem_is_refused():
    with pytest.raises(ValueError, match="got 'cats'"):
        data.task("cats", 0)


def test_shuffling_keeps_the_labels_and_moves_the_share_that_is_asked_for():
    draw = faults.torch_generator(0, "test")
    order = faults._mixed(200, 0.3, draw)
    assert sorted(order.tolist()) == list(range(200))
    assert int((order != faults.torch.arange(200)).sum()) == 60


def test_inputs_dealt_out_anew_are_the_same_pairs_as_shuffled_labels():
    problem = data.task("clusters", 0)
    dealt = faults._spoiled({"unpredictable": 1.0}, problem, 0)
    inputs = {tuple(row): i for i, row in enumerate(problem.x.tolist())}
    order = [inputs[tuple(row)] for row in dealt.x.tolist()]  # x_order[i] stands beside y_i
    back = np.argsort(order)
    assert sorted(order) == list(range(600)) and order != sorted(order)
    pairs_of_labels_moved = list(zip(problem.x.tolist(), problem.y[back].tolist()))
    assert sorted(zip(dealt.x.tolist(), dealt.y.tolist())) == sorted(pairs_of_labels_moved)


@pytest.mark.processor
def test_labels_drawn_by_chance_leave_the_loss_at_chance_and_true_ones_do_not():
    setup = faults.Setup(steps=60)
    drawn, true = read(alike.labels_by_chance(setup, 77)), read(faults.run("healthy", 0.0, setup, 77))
    assert drawn.val > 0.95 and true.val < 0.5


def test_the_order_of_a_sorted_loader_goes_through_the_classes_one_by_one():
    sorted_labels = data.task("digits", 0).y.sort().values
    batches = faults._batches({"wrong_order": 1.0}, faults.Setup(), data.task("digits", 0), 0)
    seen = [data.task("digits", 0).y[next(batches)] for _ in range(3)]
    assert [batch.tolist() for batch in seen] == [sorted_labels[32 * k : 32 * k + 32].tolist() for k in range(3)]


@pytest.mark.parametrize("shift, examples", [(0.0, 1), (1.0, 8), (2.0, 32)])
def test_the_share_of_silent_units_is_a_power_of_the_normal_distribution(shift, examples):
    z = np.random.default_rng(0).standard_normal((200_000, examples)) - shift
    assert (z <= 0).all(1).mean() == pytest.approx(alike.silent_share(shift, examples), abs=0.005)
    assert alike.silent_share(shift, examples) == pytest.approx(math.exp(examples * norm.logcdf(shift)))


def test_a_loss_scale_halves_at_once_and_doubles_after_many_good_steps():
    assert alike.next_scale(8.0, 3, False) == (4.0, 0)
    assert alike.next_scale(8.0, 3, True) == (8.0, 4)
    assert alike.next_scale(8.0, 49, True) == (16.0, 0)


@pytest.mark.processor
def test_a_static_scale_that_overflows_takes_no_step_and_a_dynamic_one_comes_down():
    dynamic, scales = alike.half_precision(0, True, log2_scale=26, steps=40)
    static, _ = alike.half_precision(0, False, log2_scale=26, steps=40)
    assert scales[-1] < scales[0] and dynamic[-5:].mean() < 0.6 * dynamic[0]
    assert static[-5:].mean() > 0.8 * static[0]


def test_confusion_counts_every_run_once():
    runs = _three_runs()
    table = judged.confusion(runs)
    assert table.sum() == 3 and table[judged.NAMES.index("vanishing"), judged.NAMES.index("healthy")] == 1
    assert judged.misnamed(runs) == pytest.approx(1 / 3)


def test_three_panels_hold_every_severity_and_a_few_more_every_network_on_every_problem(monkeypatch):
    def judge(fault, severity, network, setup, seed):
        return judged.Judged(fault, severity, network, setup.data, None, fault)

    monkeypatch.setattr(judged, "_judged", judge)
    runs = [one for seed in range(4) for one in judged.faulty.__wrapped__(seed)]
    three = runs[: 3 * judged.EACH * len(judged.HELD_OUT)]
    for fault, values in judged.HELD_OUT.items():
        assert {one.severity for one in three if one.truth == fault} == set(values)
        assert len({(one.network, one.data) for one in runs if one.truth == fault}) == 4


@pytest.mark.slow
@pytest.mark.parametrize("fault", judged.HELD_OUT)
def test_every_fault_is_named_over_all_severities_networks_and_problems(fault):
    runs = [one for seed in (0, 1) for network in (0, 1) for one in judged.product(seed, fault, network)]
    assert len({(one.severity, one.network, one.data) for one in runs}) == 20
    assert judged.misnamed(runs) <= (0.25 if fault == "wrong_order" else 0.1)


def test_a_pair_of_faults_leaves_the_marks_of_both():
    both = faults.run_with({"clipping": 0.01, "mismatched_split": 0.9}, faults.Setup(steps=20), 5).series()
    cut, split = (
        faults.run(f, v, faults.Setup(steps=20), 5).series() for f, v in (("clipping", 0.01), ("mismatched_split", 0.9))
    )
    assert both.loss == pytest.approx(cut.loss) and both.gradient == pytest.approx(cut.gradient)
    assert both.val[0] != pytest.approx(cut.val[0], rel=1e-3) and both.loss[-1] != pytest.approx(
        split.loss[-1], rel=1e-3
    )


def test_the_order_in_which_two_faults_are_given_does_not_matter():
    one, other = ({"overfitting": 30, "shuffled_labels": 1.0}, {"shuffled_labels": 1.0, "overfitting": 30})
    a, b = (faults._spoiled(found, data.task("digits", 1), 1) for found in (one, other))
    assert sorted(map(len, (a.x, b.x))) == [30, 30] and a.y.tolist() == b.y.tolist()


def test_every_pair_that_can_be_had_is_there_once_and_each_fault_has_partners():
    assert len(set(map(frozenset, pairs.PAIRS))) == len(pairs.PAIRS) == 91 - len(pairs.APART)
    assert all(sum(fault in pair for pair in pairs.PAIRS) >= 10 for fault in judged.HELD_OUT)


def test_what_is_said_of_a_pair_is_one_of_the_two_or_healthy_or_a_third():
    def said(name, *also):
        return pairs.Both(("clipping", "vanishing"), name, also)

    one, none, third = said("clipping", "loss_spike"), said("healthy"), said("exploding", "clipping", "vanishing")
    assert [x.named for x in (one, none, third)] == [True, False, False]
    assert [x.third for x in (one, none, third)] == [False, False, True]
    assert [x.complete for x in (one, none, third, said("vanishing", "clipping"))] == [False, False, True, True]
    assert pairs.share((one, none), lambda x: x.named) == 0.5


def _three_runs():
    readings = read(faults.run("healthy", 0.0, faults.Setup(steps=3), 0))
    names = [("vanishing", "healthy"), ("clipping", "clipping"), ("healthy", "healthy")]
    return tuple(judged.Judged(truth, 1.0, 0, "digits", readings, said) for truth, said in names)


def same(a, b):
    """Whether two readings agree; what one has as nan the other has as null."""
    return (b is None and not math.isfinite(a)) or (b is not None and math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-12))


def test_the_page_reads_the_stored_traces_as_python_does(explorable):
    script = explorable("diagnostics")
    for fault, runs in script.data["runs"].items():
        for number, trace in enumerate(runs):
            python, page = twin.stored(trace), script(f"readings('{fault}', {number})")
            assert all(same(getattr(python, name), value) for name, value in page.items()), (fault, number)


def test_the_page_gives_the_name_that_the_toolbox_gives_and_it_is_the_right_one(explorable):
    script = explorable("diagnostics")
    for fault, runs in script.data["runs"].items():
        for number, trace in enumerate(runs):
            found = twin.named(trace)
            assert script(f"broken('{fault}', {number})") == (
                [] if found.name == "healthy" else [found.name, *found.also]
            )
        assert script(f"diagnose('{fault}', 2)") == fault


def test_the_page_holds_the_limits_of_the_toolbox(explorable):
    stored = explorable("diagnostics").data
    assert stored["limits"] == vars(twin.Limits()) and stored["order"] == [rule.name for rule in RULES]


def test_the_page_refuses_what_is_not_stored(explorable):
    with pytest.raises(Exception, match="fault must be one of .*, got gremlins"):
        explorable("diagnostics")("diagnose('gremlins', 1)")
    with pytest.raises(Exception, match="severity must be 0, 1 or 2, got 7"):
        explorable("diagnostics")("diagnose('clipping', 7)")


def test_the_table_of_the_page_says_what_the_code_does():
    page = (current().root / "book" / "diagnostics_rules.md").read_text(encoding="utf-8").splitlines()
    assert [line for line in page if line in table.rows()] == table.rows()
    assert table.condition("vanishing") == "first ÷ last gradient < 0.01"
    assert table.condition("dying_relu") == (
        "silent at the end > 0.6 and not silent at first > 0.8 and not largest loss > 3"
    )
    assert table.condition("rate_too_high") == (
        "largest of the first four changes ÷ weights > 0.5 or (a loss is not finite and not (rise > 0.7 and losses before it < 0.75 × first loss))"
    )
    assert table.condition("wrong_order").startswith("(repeats > 0.5 and new batches > 0.85) or (new batches > 1.1 and")
