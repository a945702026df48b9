"""An environment may lie anywhere, also where the sandbox has a folder of its own: an answer imports from it all the same."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

import pytest
from absent import absent
from elsewhere import environment, seen_from, ways_below
from fixture import COURSE

from coursekit.sandbox import bubblewrap, facts, view
from coursekit.sandbox.probe import ROOT_STAYS

linux_only = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the sandbox is Linux's")

LOOK = """
    import json, os, sys
    def refused(action, *arguments):
        try: action(*arguments)
        except (OSError, ImportError) as error: return type(error).__name__
        return ""
    def names(folder): return sorted(os.listdir(folder)) if os.path.isdir(folder) else []
    import far, scipy.signal, sklearn.linear_model
    top = {top!r}
    print(json.dumps(dict(
        away=far.AWAY, tmp=names("/tmp"), shm=names("/dev/shm"),
        inside=names({folder!r}), beside=os.path.exists({beside!r}), written=refused(open, top + "/x", "w"),
        moved=refused(os.rename, top, top + "2"), scratch=refused(open, "/tmp/mine", "w"),
        topics=refused(__import__, "tiny_course.modes"))))
"""


def looked(folder: Path, python: Path, engine: str) -> dict:
    beside = folder.parent / "beside"
    beside.write_text("another's")
    top = "/".join(str(folder).split("/")[: 4 if str(folder).startswith("/dev") else 3])
    code = LOOK.format(top=top, folder=str(folder.parent), beside=str(beside))
    return json.loads(seen_from(python, engine, code))


def check(seen: dict, folder: Path) -> None:
    assert (seen["away"], seen["scratch"]) == (7, "")
    assert seen["topics"] and seen["written"] and seen["moved"]
    assert seen["inside"] == [folder.name] and not seen["beside"]  # the way there, and nothing that lies beside it
    for scratch in ("/tmp", "/dev/shm"):
        own = {folder.relative_to(scratch).parts[0]} if folder.is_relative_to(scratch) else set()
        assert set(seen[scratch[-3:]]) == own | ways_below(scratch)


@linux_only
@pytest.mark.parametrize("below, engine", [("/tmp", "split"), ("/dev/shm", "split"), ("/tmp", "split-bubblewrap")])
def test_an_environment_below_a_scratch_folder_of_the_sandbox(below, engine):
    if engine == "split" and facts.missing():
        absent(f"no sandbox here: {facts.missing()}")
    if engine != "split" and (not bubblewrap.ways() or _wrong()):
        absent("no sandbox by bubblewrap here")
    with tempfile.TemporaryDirectory(dir=below, prefix="ümlaut ") as folder:
        Path(folder).chmod(0o755)
        place = Path(folder, "its environment")
        check(looked(place, environment(place), engine), place)


def _wrong() -> set[str]:
    return set(facts._looked(*bubblewrap.command(bubblewrap.ways()[0], [])).values()) - {"", ROOT_STAYS}


@linux_only
def test_an_environment_behind_a_link():
    if facts.missing():
        absent(f"no sandbox here: {facts.missing()}")
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        Path(folder).chmod(0o755)
        real, link = Path(folder, "real"), Path(folder, "link")
        real.mkdir()
        link.symlink_to(real)
        environment(real / "env")
        code = LOOK.format(top="/tmp/" + Path(folder).name, folder=str(link), beside="/nowhere")
        seen = json.loads(seen_from(link / "env" / "bin" / "python", "split", code))
    assert (seen["away"], seen["inside"]) == (7, ["env"])


@linux_only
def test_a_link_to_what_is_shown_stays_a_link_and_any_other_is_shown(tmp_path, monkeypatch):
    inner, outer = tmp_path / "env" / "lib", tmp_path / "libraries"
    outer.mkdir()
    inner.mkdir(parents=True)
    (tmp_path / "env" / "lib64").symlink_to("lib")
    (tmp_path / "env" / "bin").symlink_to(outer)
    monkeypatch.setattr(sys, "prefix", str(tmp_path / "env"))
    found = view.student_view(COURSE.given)
    assert (str(tmp_path / "env" / "lib64"), "lib") in found.links
    assert str(tmp_path / "env" / "bin") in found.shown and str(inner) in found.shown


@linux_only
def test_a_package_is_covered_by_every_name_that_leads_to_it(tmp_path, monkeypatch):
    real = tmp_path / "real" / "site-packages"
    library = COURSE.given
    names = ("coursekit", *library.seen())
    for name in names:
        (real / name).mkdir(parents=True)
    (tmp_path / "link").symlink_to(tmp_path / "real")
    monkeypatch.setattr(sys, "path", [*sys.path, str(tmp_path / "link" / "site-packages")])
    covered = {folder for folder, _ in view.student_view(library).packages}
    assert {str(place / name) for place in (real, tmp_path / "link" / "site-packages") for name in names} <= covered


@linux_only
def test_libraries_that_an_answer_cannot_read_are_told_of(tmp_path, monkeypatch):
    """As where an administrator's umask made an environment that only root reads."""
    from coursekit.sandbox import probe

    monkeypatch.setattr(sys, "path", [*sys.path, str(tmp_path / "site-packages")])
    assert "cannot read" in probe._libraries() and str(tmp_path) in probe._libraries()
