"""The mathematics that explorables share, against numpy and the lab."""

import json

import numpy as np
import pytest

from training_dynamics.lab.optimizers import AdamSettings, adam, zero_moments


@pytest.fixture(scope="module")
def js(explorable):
    script = explorable("adam")  # any topic: what is shared is loaded before it
    return lambda call: script.value(f"ExplorableMath.{call}")


def test_algebra_of_two_by_two(js):
    rng = np.random.default_rng(0)
    a, b, v = rng.standard_normal((2, 2)), rng.standard_normal((2, 2)), rng.standard_normal(2)
    texts = [json.dumps(part.tolist()) for part in (a, b, v)]
    assert js(f"product({texts[0]}, {texts[1]})") == pytest.approx(a @ b, abs=1e-14)
    assert js(f"transpose({texts[0]})") == a.T.tolist()
    assert js(f"times({texts[0]}, {texts[2]})") == pytest.approx(a @ v, abs=1e-14)
    assert js(f"solve2({texts[0]}, {texts[2]})") == pytest.approx(np.linalg.solve(a, v), rel=1e-12)
    assert js("rotation(Math.PI / 2)") == pytest.approx(np.array([[0, -1], [1, 0]]), abs=1e-15)


def test_cholesky_solves_a_definite_system(js):
    rng = np.random.default_rng(1)
    root, b = rng.standard_normal((7, 9)), rng.standard_normal(7)
    matrix = root @ root.T
    found = js(f"cholesky({matrix.tolist()}, {b.tolist()})")
    assert found == pytest.approx(np.linalg.solve(matrix, b), rel=1e-9)


@pytest.mark.parametrize("eps", [1e-8, 0.0])
def test_adams_directions_are_the_labs(js, eps):
    trace = np.random.default_rng(2).standard_normal((30, 3)) * [1, 0, 1e-6]
    moments, expected = zero_moments(np.zeros(3)), []
    for g in trace:
        moments, direction = adam(moments, g, AdamSettings(0.8, 0.99, eps))
        expected.append(direction)
    step = f"adam({{ beta1: 0.8, beta2: 0.99, eps: {eps} }})"
    found = js(f"adam && (() => {{ const step = ExplorableMath.{step}; return {trace.tolist()}.map(step); }})()")
    assert np.array(found) == pytest.approx(np.array(expected), rel=1e-10, abs=1e-14)


def test_normals_are_normal_and_repeat_for_a_seed(js):
    def draw(seed):
        body = f"const f = ExplorableMath.normals({seed}); return Array.from({{ length: 20000 }}, f);"
        return np.array(js(f"normals && (() => {{ {body} }})()"))

    numbers = draw(3)
    assert abs(numbers.mean()) < 0.04 and abs(numbers.std() - 1) < 0.03
    assert np.array_equal(numbers, draw(3)) and not np.allclose(numbers, draw(4))


def test_a_level_line_crosses_where_the_surface_has_that_level(js):
    line = js("contour([0, 1], [0, 1], [[0, 1], [0, 1]], 0.5)")
    assert line["x"][:2] == [0.5, 0.5] and sorted(line["y"][:2]) == [0, 1] and line["x"][2] is None
    assert js("unzip([[1, 2], [3, 4]])") == {"x": [1, 3], "y": [2, 4]}
