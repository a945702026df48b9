"""The exports of learning platforms: each notebook goes to its student, or is refused with its name; nobody is guessed."""

import json
from datetime import UTC, datetime

import pytest
from classroom_course import classroom, submission
from click.testing import CliRunner
from test_collect import GOOD_TEXT, zipped

from coursekit.classroom import handed_in
from coursekit.cli import main
from coursekit.commands import collect as collect_command
from coursekit.console import wide_console

ROSTER = """student,first_name,last_name,email,lms_id,username
jdoe,Jane,Doe,jdoe@example.org,10112,
tneil,Tara,O'Neil,t@example.org,10115,tara-o
boki,Bo,Ki,b@example.org,10117,bo_ki
am,Anne-Marie,Li,a@example.org,,
"""


@pytest.fixture
def room(tmp_path, monkeypatch):
    monkeypatch.setattr(collect_command, "wide_console", lambda: wide_console(2000))
    made = classroom(tmp_path / "room")
    made.roster.write_text(ROSTER)
    return made


def collect(room, files, *more, name="export.zip", code=None):
    """Collect a class's export with these files; the exit code, what is said, and who has a submission now."""
    path = zipped(room.root.parent / name, files if isinstance(files, dict) else dict.fromkeys(files, GOOD_TEXT))
    line = ["collect", "mini", str(path), *(more or ("--class-export",)), "--classroom", str(room.root)]
    result = CliRunner().invoke(main, line)
    assert isinstance(result.exception, SystemExit | None), result.exception
    said = "".join(result.output.replace("│", " ").split("\n")) if "refused" not in result.output else result.output
    return result.exit_code, " ".join(said.split()), room.submitters("mini")


RIGHT = {
    "moodle": [
        ("Jane Doe_45671_assignsubmission_file_/mini.ipynb", "jdoe"),
        ("Jane Doe_51234_assignsubmission_file/mini.ipynb", "jdoe"),
        ("JANE  DOE_1_assignsubmission_file_mini.ipynb", "jdoe"),
        ("Doe Jane_10115_assignsubmission_file_/mini.ipynb", "jdoe"),
        ("Team 1-Bo Ki_45676_assignsubmission_file/mini.ipynb", "boki"),
        ("Tara O'Neil_45674_assignsubmission_file_/x/mini.ipynb", "tneil"),
        ("Anne-Marie Li_4_assignsubmission_file_/mini.ipynb", "am"),
        ("Participant_45677_assignsubmission_file_/mini.ipynb", "45677"),
    ],
    "blackboard": [
        ("hw1_jdoe_attempt_2025-10-01-21-30-05_mini.ipynb", "jdoe"),
        ("Homework 1_jdoe_attempt_2025-10-01-21-30-05_mini.ipynb", "jdoe"),
        ("mini_bo_ki_attempt_2025-10-01-21-30-05_work.ipynb", "boki"),
        ("hw1_jdoe_attempt_2025-10-01-21-30-05_x_boki_attempt_2025-10-01-21-30-05_mini.ipynb", "jdoe"),
    ],
    "brightspace": [
        ("12345-67890 - Jane Doe - Oct 1, 2025 1159 PM/mini.ipynb", "jdoe"),
        ("HW1/12345-67890 - Tara O’Neil - Oct 1, 2025 105 PM/mini.ipynb", "tneil"),
    ],
    "sakai": [
        ("Homework 1/Doe, Jane(jdoe)/Submission attachment(s)/mini.ipynb", "jdoe"),
        ("Homework 1/Ki, Bo(bo_ki)/Submission attachment(s)/jdoe/mini.ipynb", "boki"),
    ],
    "teams": [
        ("Student Work/Submitted files/Jane Doe/mini/Version 2/mini.ipynb", "jdoe"),
        ("Submitted files/Jane Doe/mini/mini.ipynb", "jdoe"),
        ("Jane Doe/mini/Version 1/boki.ipynb", "jdoe"),
    ],
    "google-classroom": [("Jane Doe - mini.ipynb", "jdoe"), ("Jane Doe - Bo Ki - 1.ipynb", "jdoe")],
    "ilias": [
        ("Doe_Jane_jdoe_10112/mini.ipynb", "jdoe"),
        ("Ki_Bo_bo_ki_10117/mini.ipynb", "boki"),
        ("O'Neil_Tara_tara-o_999/mini.ipynb", "tneil"),
    ],
    "github-classroom": [
        ("mini-jdoe/mini.ipynb", "jdoe"),
        ("mini-submissions/mini-tara-o/mini.ipynb", "tneil"),
        ("Mini-Bo_Ki/mini.ipynb", "boki"),
    ],
    "nbgrader": [
        ("jdoe/mini/mini.ipynb", "jdoe"),
        ("bo_ki+mini+2025-10-01 21:30:05 UTC+x1/mini.ipynb", "boki"),
    ],
    "canvas": [("doejane_10112_204501_mini.ipynb", "jdoe"), ("sub/o_neiltara_LATE_10115_204504_mini-1.ipynb", "tneil")],
}
PAIRS = [(platform, *case) for platform, cases in RIGHT.items() for case in cases]


@pytest.mark.parametrize(("platform", "path", "student"), PAIRS)
def test_whose_a_file_of_a_platform_is(room, platform, path, student):
    code, said, there = collect(room, [path], "--platform", platform)
    assert (code, there) == (0, [student]), said
    room.submitted("mini", student).unlink()
    if not path.startswith("sub/"):
        assert collect(room, [path])[2] == [student], "the platform need not be said"


WRONG = [
    "Zoe Doe_10112_assignsubmission_file_/mini.ipynb",
    "Rose-Bo Ki_5_assignsubmission_file_/mini.ipynb",
    "Participant_10112_assignsubmission_file_/mini.ipynb",
    "hw_1_jdoe_attempt_2025-10-01-21-30-05_mini.ipynb",
    "hw1_zoe_attempt_2025-10-01-21-30-05_mini.ipynb",
    "10112-67890 - Zoe Doe - Oct 1, 2025 1159 PM/mini.ipynb",
    "HW/Doe, Jane(zoe)/Submission attachment(s)/mini.ipynb",
    "HW/Ki, Bo(jdoe)/Submission attachment(s)/mini.ipynb",
    "Student Work/Submitted files/Zoe/mini/Version 2/jdoe.ipynb",
    "Zoe Doe - mini.ipynb",
    "assignment_555_export/submission_900001/mini.ipynb",
    "Ki_Bo_jdoe_10112/mini.ipynb",
    "Ki_Bo_jdoe_10117/mini.ipynb",
    "mini-zoe/mini.ipynb",
    "mini-zoe/jdoe/mini.ipynb",
    "HW1/jdoe.ipynb",
    "HW1/doejane_10112_204501_mini.ipynb",
]


@pytest.mark.parametrize("path", WRONG)
def test_what_names_nobody_for_certain_is_refused_by_name(room, path):
    code, said, there = collect(room, [path])
    assert code == 1 and there == [] and "1 refused" in said
    assert path.split("/")[0][:20].replace("'", "") in said


def test_two_people_of_one_name_are_nobody(room):
    paths = [f"Jane Doe_{number}_assignsubmission_file_/mini.ipynb" for number in (4, 5)]
    code, said, there = collect(room, [*paths, "Bo Ki_6_assignsubmission_file_/mini.ipynb"])
    assert code == 1 and there == ["boki"] and "2 refused" in said
    assert "4 and 5 are two people on the platform" in said


def test_without_a_roster_only_ids_that_a_platform_is_sure_of_are_taken(room):
    room.roster.unlink()
    sure = ["hw1_zoe_attempt_2025-10-01-21-30-05_x.ipynb", "Ki, Bo(bo)/Submission attachment(s)/x.ipynb"]
    code, said, there = collect(room, [*sure, "Jane Doe_5_assignsubmission_file_/mini.ipynb", "mini-jdoe/mini.ipynb"])
    assert code == 1 and there == ["bo", "zoe"] and "2 refused" in said
    assert "--platform github-classroom" in said and "--worksheet" in said
    assert collect(room, ["mini-jdoe/mini.ipynb"], "--platform", "github-classroom")[2] == ["bo", "jdoe", "zoe"]


METADATA = """---
submission_900001:
  :submitters:
  - :name: Jane Doe
    :sid: '10112'
    :email: other@example.org
  :created_at: 2025-10-01 21:30:05.123456000 Z
submission_900002:
  :submitters:
  - {":name": Bo Ki, ":sid": '', ":email": b@example.org}
  - {":name": Tara, ":email": t@example.org}
  :created_at: 2025-10-02 08:00:00 +0200
submission_900003:
  :submitters: [{":name": Jane Doe, ":sid": '10117'}]
"""


def test_gradescopes_metadata_say_who_and_when(room):
    files = {f"assignment_5_export/submission_90000{n}/mini.ipynb": GOOD_TEXT for n in (1, 2, 3, 4)}
    files["assignment_5_export/submission_900004/submission_metadata.yml"] = METADATA.replace("900001", "900004")
    code, said, there = collect(room, files | {"assignment_5_export/submission_metadata.yml": METADATA})
    assert there == ["boki", "jdoe", "tneil"], "one hand-in of a group's is each member's"
    assert code == 1 and "2 refused" in said and "submission_900003" in said and "submission_900004" in said
    assert handed_in.submission_time(room, "mini", "jdoe") == datetime(2025, 10, 1, 21, 30, 5, 123456, tzinfo=UTC)
    assert handed_in.submission_time(room, "mini", "tneil") == datetime(2025, 10, 2, 6, tzinfo=UTC)
    code, said, _ = collect(room, {"submission_1/mini.ipynb": GOOD_TEXT, "submission_metadata.yml": "{"})
    assert code == 1 and "submission_metadata.yml cannot be read" in said


@pytest.mark.parametrize("text", ["{", "a: &a [*a, *a]", "- " * 5000, METADATA.replace("900001", "900004")])
def test_metadata_that_a_student_hands_in_are_nobody_elses(room, text):
    files = {f"assignment_5_export/submission_90000{n}/mini.ipynb": GOOD_TEXT for n in (1, 2)}
    files |= {"assignment_5_export/submission_900002/submission_metadata.yml": text}
    code, said, there = collect(room, files | {"assignment_5_export/submission_metadata.yml": METADATA})
    assert (code, there) == (0, ["boki", "jdoe", "tneil"]), said


def test_blackboards_own_text_tells_the_username_from_the_title(room):
    stem = "Homework_1_bo_ki_attempt_2025-10-01-21-30-05"
    code, said, there = collect(
        room, {f"{stem}_mini.ipynb": GOOD_TEXT, f"{stem}.txt": "Name: Bo Ki (bo_ki)\nAssignment: x"}
    )
    assert (code, there) == (0, ["boki"]), said
    assert handed_in.submission_time(room, "mini", "boki") == datetime(2025, 10, 1, 21, 30, 5, tzinfo=UTC)
    forged = stem.replace("bo_ki", "zoe")
    assert collect(room, {f"{forged}_mini.ipynb": GOOD_TEXT, f"{forged}.txt": "Name: Jane Doe (jdoe)\n"})[2] == ["boki"]


def test_the_newest_attempt_and_the_highest_version_count(room):
    attempts = {
        f"hw1_jdoe_attempt_2025-10-0{day}-21-30-05_mini.ipynb": text for day, text in ((2, GOOD_TEXT), (1, blank()))
    }
    versions = {f"Submitted files/Bo Ki/x/Version {n}/mini.ipynb": text for n, text in ((9, blank()), (10, GOOD_TEXT))}
    for files, student in ((attempts, "jdoe"), (versions, "boki")):
        assert collect(room, files)[0] == 0
        assert room.submitted("mini", student).read_text() == GOOD_TEXT


def blank():
    return json.dumps(submission())


def test_the_time_in_nbgraders_file_counts_where_all_have_one(room):
    files = {"jdoe/mini/mini.ipynb": GOOD_TEXT, "jdoe/mini/timestamp.txt": "2025-10-01 21:30:05.5 UTC"}
    assert collect(room, files)[0] == 0
    early = datetime(2025, 10, 1, 21, 30, 5, 500000, tzinfo=UTC)
    assert handed_in.submission_time(room, "mini", "jdoe") == early
    files = {name.replace("jdoe", "boki"): text for name, text in files.items()} | {"am/mini/mini.ipynb": GOOD_TEXT}
    code, said, _ = collect(room, files)
    assert handed_in.submission_time(room, "mini", "boki").year == 2026 and "boki/mini/timestamp.txt" in said
    assert collect(room, files, "--platform", "nbgrader", "--submitted", "")[0] == 0
    code, said, there = collect(room, {"tneil/mini/mini.ipynb": GOOD_TEXT, "tneil/mini/timestamp.txt": "noon"})
    assert code == 1 and "tneil" not in there and "holds no time" in said


def test_a_file_of_the_time_beside_what_moodle_or_sakai_took_is_the_students_own(room):
    """Sakai's own lies in the student's folder, not among the attachments."""
    time, late = "2025-10-01 21:30:05 UTC", "20251003213005123"
    files = {f"{place}/{name}": text for place in ("Jane Doe_1_assignsubmission_file_", "Ki, Bo(boki)/Submission attachment(s)")
             for name, text in (("mini.ipynb", GOOD_TEXT), ("timestamp.txt", time))}  # fmt: skip
    assert collect(room, files | {"Ki, Bo(boki)/timestamp.txt": late})[0] == 0
    assert handed_in.submission_time(room, "mini", "jdoe").year == 2026
    assert handed_in.submission_time(room, "mini", "boki") == datetime(2025, 10, 3, 21, 30, 5, 123000, tzinfo=UTC)


def test_what_was_not_handed_in_is_not_taken(room):
    paths = ["Student Work/Working files/Jane Doe/mini/mini.ipynb", "HW/Ki, Bo(boki)/Feedback Attachment(s)/mini.ipynb"]
    code, said, there = collect(room, [*paths, "tneil.ipynb"])
    assert (code, there) == (0, ["tneil"]), said
    assert "2 ignored" in said and "was not handed in" in said


def test_moodles_worksheet_says_whose_a_number_is(room, tmp_path):
    sheet = tmp_path / "worksheet.csv"
    sheet.write_text(
        "Identifier,Full name,Email address,Grade\nParticipant 7,J. Doe,jdoe@example.org,\nParticipant 8,Zoe,Z@x.org,\n"
    )
    paths = [f"J. Doe_{number}_assignsubmission_file_/mini.ipynb" for number in (7, 8, 9)]
    code, said, there = collect(room, paths, "--worksheet", str(sheet))
    assert code == 1 and there == ["jdoe"] and "2 refused" in said
    room.roster.unlink()
    assert collect(room, paths[1:2], "--worksheet", str(sheet))[2] == ["jdoe", "z@x.org"]


def test_a_pattern_serves_any_other_names(room):
    paths = ["w3/Jane.Doe@2025-10-01 21:30/mini.ipynb", "w3/Zoe.Doe@2025-10-01 21:30/mini.ipynb"]
    pattern = r"/(?P<first_name>\w+)\.(?P<last_name>\w+)@(?P<time>[^/]+)/"
    code, said, there = collect(room, paths, "--pattern", pattern)
    assert code == 1 and there == ["jdoe"] and "Zoe Doe" in said
    assert handed_in.submission_time(room, "mini", "jdoe") == datetime(2025, 10, 1, 21, 30, tzinfo=UTC)
    assert collect(room, ["hand-in of bo_ki.ipynb"], "--pattern", r"of (?P<student>\w+)")[2] == ["boki", "jdoe"]
    for bad, words in (
        ("(", "no regular expression"),
        ("(?P<x>.)", "it needs a group"),
        ("(?P<student>y)$", "does not match"),
    ):
        code, said, _ = collect(room, paths[:1], "--pattern", bad)
        assert code == 1 and words in said
