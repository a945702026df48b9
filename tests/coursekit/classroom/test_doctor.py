from click.testing import CliRunner

from coursekit.classroom import health
from coursekit.cli import main


def test_doctor_looks_at_everything_and_says_so():
    result = CliRunner().invoke(main, ["doctor"])
    for word in ("Python", "packages", "torch", "threads", "sandbox", "nbgrader", "browser", "disk"):
        assert word in result.output
    assert result.exit_code == (1 if "broken" in result.output else 0)


def test_a_package_of_another_version_is_named(tmp_path, monkeypatch):
    pinned = tmp_path / "constraints.txt"
    pinned.write_text("click==0.0.1\n# a remark\nno-such-package-anywhere==1\n")
    assert health.constraints(pinned) == {"click": "0.0.1", "no-such-package-anywhere": "1"}
    monkeypatch.setattr(health, "constraints", lambda: {"click": "0.0.1"})
    (finding,) = health.packages()
    assert finding.state == "warning"
    assert "click" in finding.text and finding.way_out
