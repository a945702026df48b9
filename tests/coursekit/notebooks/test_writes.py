"""What a function's text tells of whether it writes into what it is given."""

import pytest

from coursekit.notebooks.writes import writes_into_arguments


@pytest.mark.parametrize(
    "body",
    [
        "x[0] = 1", "x[0], y = 1, 2", "x[1:] += 2", "x += 1", "x.append(3)", "x.sort()", "x.add_(1)", "x.data -= 1", "x.data[0] = 1",
        "del x[0]", "np.exp(x, out=x)", "x[0].append(1)", "x.T[0] = 1",
        "for one in x: one[0] = 1", "for n, (one, _) in enumerate(zip(x, x)): one -= 1",
    ],
)  # fmt: skip
def test_writing_is_seen(body):
    assert writes_into_arguments(f"def f(x, y=0):\n    {body}")
    assert writes_into_arguments(f"class A:\n    def f(self, *, x):\n        {body}")


@pytest.mark.parametrize(
    "body",
    ["x = x + 1", "self.x = x", "self.x[0] = x", "z = x.copy()\n        z[0] = 1", "x.next = 1", "return sorted(x)",
     "x.predict(1)", "for one in self.all: one[0] = x", "not python ("],
)  # fmt: skip
def test_what_does_not_write_is_not_taken_for_it(body):
    assert not writes_into_arguments(f"class A:\n    def f(self, x):\n        {body}")
