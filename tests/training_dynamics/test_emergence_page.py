"""The explorable on emergence: what the page trains against the same network trained by Python."""

import numpy as np
import pytest

from training_dynamics.emergence import addition, explorable as twin, warning


@pytest.mark.parametrize(("seed", "fraction", "decay"), [(1, 0.8, 1.0), (2, 0.7, 0.0)])
def test_the_page_trains_as_python_does_from_the_same_start(explorable, seed, fraction, decay):
    script, steps = explorable("emergence"), 40
    layers = {name: np.array(list(script(f"start({seed})")[name].values())) for name in ("first", "second")}
    first, second = layers["first"].reshape(2 * twin.P, twin.HIDDEN), layers["second"].reshape(twin.HIDDEN, twin.P)
    trained = script(f"split({seed}, {fraction})")
    page = script(f"train(TD.emergence.start({seed}), TD.emergence.split({seed}, {fraction}), {decay}, {steps})")
    python = twin.picture(first, second, trained, decay, steps)
    assert page["steps"] == python.steps.tolist()
    assert page["train"] == pytest.approx(python.train_accuracy, abs=1e-12)
    assert page["test"] == pytest.approx(python.test_accuracy, abs=1e-12)
    assert page["first"] == pytest.approx(python.weights.first.ravel(), rel=1e-6, abs=1e-8)
    assert page["second"] == pytest.approx(python.weights.second.ravel(), rel=1e-6, abs=1e-8)


def test_the_page_reads_frequencies_as_python_does(explorable):
    script = explorable("emergence")
    first = np.array(list(script("start(5)")["first"].values())).reshape(2 * twin.P, twin.HIDDEN)
    assert script.array("concentrations(TD.emergence.start(5).first)") == pytest.approx(
        addition.concentrations(first), rel=1e-10
    )


def test_the_page_trains_on_the_share_of_pairs_that_is_asked_for(explorable):
    for fraction in (0.5, 0.8):
        trained = explorable("emergence")(f"split(3, {fraction})")
        assert sum(trained) == int(fraction * twin.P**2)
        assert len(trained) == twin.P**2


@pytest.mark.processor
def test_the_page_s_network_generalises_late_with_decay_and_not_at_all_without(explorable):
    with_decay, without = (explorable("emergence")(f"run(1, 0.8, {decay})") for decay in (1, 0))
    late = with_decay["steps"][next(i for i, v in enumerate(with_decay["test"]) if v >= 0.95)]
    assert late >= 2 * with_decay["memory"]["step"]
    assert max(without["test"]) < 0.8


def test_the_page_refuses_what_makes_no_sense(explorable):
    with pytest.raises(Exception, match="fraction must be between 0 and 1, got 1"):
        explorable("emergence")("split(1, 1)")
    with pytest.raises(Exception, match="decay must be >= 0, got -1"):
        explorable("emergence")("train(TD.emergence.start(1), TD.emergence.split(1, 0.5), -1)")


def page_run(script, seed, last, steps=900):
    """One run of the alarm page, and the same from the page's own numbers by Python."""
    noise = script.value(
        f"(() => {{const n = ExplorableMath.normals({seed}); return Array.from({{length: {2 * steps}}}, n)}})()"
    )
    page = script(f"ramp({seed}, {last}, {steps})")
    return page, twin.noisy_chain(np.array(noise).reshape(steps, 2), last)


@pytest.mark.parametrize(("seed", "last"), [(3, 1.4), (4, 0.5)])
def test_the_alarm_page_runs_and_measures_as_python_does(explorable, seed, last):
    script = explorable("emergence_alarm")
    page, python = page_run(script, seed, last)
    assert page["order"] == pytest.approx(python.order[0], rel=1e-8, abs=1e-12)
    assert page["gradient"] == pytest.approx(python.gradient[0], rel=1e-8, abs=1e-12)
    for name, ours in (("variance", "variance"), ("gradient", "gradient norm")):
        found = script.array(f"signal(TD.emergence_alarm.ramp({seed}, {last}, 900), '{name}')")
        assert found == pytest.approx(warning.signal(python, ours)[0], rel=1e-6, abs=1e-14)


def test_the_alarm_page_counts_hits_false_alarms_and_leads_as_python_does(explorable):
    script = explorable("emergence_alarm")
    kinds = {"calibrate": 1.4, "quiet": 1.4, "through": 0.5}
    runs = {kind: script(f"collect(2, '{kind}', {last}, 'variance')") for kind, last in kinds.items()}
    values = {kind: np.array([run["values"] for run in found]) for kind, found in runs.items()}
    onset = np.array([np.inf if run["onset"] is None else run["onset"] for run in runs["through"]])
    level = warning.threshold(values["calibrate"])
    assert script("threshold(TD.emergence_alarm.collect(2, 'calibrate', 1.4, 'variance'))") == pytest.approx(
        level, rel=1e-10
    )
    calls = [f"TD.emergence_alarm.collect(2, '{kind}', {kinds[kind]}, 'variance')" for kind in ("quiet", "through")]
    for factor in (0.7, 1.0, 2.5):
        found = script(f"report({calls[0]}, {calls[1]}, {float(level) * factor!r})")
        leads = onset - warning.alarms(values["through"], level * factor)
        assert found["hits"] == (leads > 0).sum() > 0
        assert found["falseAlarms"] == np.isfinite(warning.alarms(values["quiet"], level * factor)).sum()
        assert found["lead"] == pytest.approx(np.median(leads[leads > 0]))


def test_the_alarm_page_refuses_what_makes_no_sense(explorable):
    with pytest.raises(Exception, match="last must be above 0 and at most 2, got 3"):
        explorable("emergence_alarm")("ramp(1, 3)")
