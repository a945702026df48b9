"""Configuration of nbgrader: the classroom's folders, the gradebook, and what students see in place of a solution."""

import os
from pathlib import Path

from coursekit.course import at
from coursekit.notebooks.marks import CODE_STUB, TEXT_STUB

c = get_config()  # noqa: F821  (given by traitlets)

course = at(Path(__file__).resolve().parent)
classroom = Path(os.environ.get("COURSE_CLASSROOM", course.classroom)).resolve()

c.CourseDirectory.root = str(classroom)
c.CourseDirectory.course_id = course.id
c.CourseDirectory.source_directory = "source"
c.CourseDirectory.release_directory = "release"
c.CourseDirectory.submitted_directory = "submitted"
c.CourseDirectory.autograded_directory = "autograded"
c.CourseDirectory.feedback_directory = "feedback"
c.CourseDirectory.db_url = f"sqlite:///{classroom / 'gradebook.db'}"

c.ClearSolutions.code_stub = {"python": CODE_STUB}
c.ClearSolutions.text_stub = TEXT_STUB
c.Execute.timeout = 120
c.LimitOutput.max_lines = 200
c.LimitOutput.max_traceback = 40
