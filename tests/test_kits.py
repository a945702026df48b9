"""Students' kits of the course: the library and the checks, and nothing that gives an answer away."""

import pytest
from kit_search import assert_no_answer

from coursekit.assignments.kit import modules
from coursekit.assignments.parse import topics
from coursekit.assignments.schema import AssignmentError
from coursekit.course import current


@pytest.mark.parametrize("topic", topics())
def test_the_kit_gives_no_answer_away(topic):
    assert_no_answer(current().root, topic)


def test_of_the_course_the_kit_holds_the_library_alone():
    own = {name for name in modules(current()) if name.startswith("training_dynamics.")}
    assert "training_dynamics.toolbox.data" in own
    assert all(f"{name}.".startswith("training_dynamics.toolbox.") for name in own)


@pytest.mark.parametrize("module", ["training_dynamics.adam.update", "training_dynamics.lab.optimizers"])
def test_a_module_of_a_topic_or_of_the_lab_is_refused(monkeypatch, module):
    monkeypatch.setattr("coursekit.assignments.kit.ROOTS", ("coursekit.cli", module))
    with pytest.raises(AssignmentError, match=f"the kit would hold {module.rpartition('.')[0]}"):
        modules(current())
