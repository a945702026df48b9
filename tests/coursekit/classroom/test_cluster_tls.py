"""``course grade --scheduler tls://…`` with real certificates, made by openssl."""

import json
import os
import shutil
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest
from absent import absent
from classroom_course import classroom, submission
from cluster_class import free_ports
from dask import config

from coursekit.classroom import records
from coursekit.classroom.grade import dask
from coursekit.classroom.grade.job import Settings
from coursekit.classroom.grade.run import grade
from coursekit.classroom.layout import ClassroomError

ENGINE = "classroom_course:text_engine"


def certificate(folder, name):
    """A key and a certificate that vouches for itself, as the guide makes them."""
    if shutil.which("openssl") is None:
        absent("openssl is not installed: apt-get install openssl")
    key, cert = folder / f"{name}-key.pem", folder / f"{name}-cert.pem"
    line = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj /CN=course-grading"
    subprocess.run([*line.split(), "-keyout", key, "-out", cert], check=True, capture_output=True)
    return str(cert), str(key)


def told(cert, key):
    """Dask's settings for these files."""
    return config.set(
        {
            f"distributed.comm.tls.{name}": value
            for name, value in (("ca-file", cert), ("client.cert", cert), ("client.key", key))
        }
    )


@pytest.fixture
def room(tmp_path):
    made = classroom(tmp_path / "room")
    for number in range(6):
        path = made.submitted("mini", f"s{number:03d}")
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(submission(explain="right" if number % 2 else "wrong")))
    return made


@pytest.fixture
def scheduler(tmp_path):
    """Address, certificate and key of a scheduler with one worker."""
    cert, key = certificate(tmp_path, "ours")
    address = f"tls://127.0.0.1:{free_ports(1)[0]}"
    files = ["--tls-ca-file", cert, "--tls-cert", cert, "--tls-key", key, "--no-dashboard"]
    place = os.pathsep.join([str(Path(__file__).parents[1]), os.environ.get("PYTHONPATH", "")])
    starts = (
        ("dask_scheduler", "--protocol", "tls", "--host", "127.0.0.1", "--port", address.rpartition(":")[2]),
        ("dask_worker", address, "--nthreads", "1"),
    )
    with ExitStack() as stack:
        for module, *options in starts:
            line = [sys.executable, "-m", f"distributed.cli.{module}", *options, *files]
            process = stack.enter_context(subprocess.Popen(line, env=os.environ | {"PYTHONPATH": place}))
            stack.callback(process.terminate)
        yield address, cert, key


@pytest.mark.slow
def test_a_scheduler_behind_tls_grades_for_those_who_have_its_certificate(room, scheduler, tmp_path, monkeypatch):
    address, *ours = scheduler
    with told(*ours):
        summary = grade(room, "mini", (), Settings(engine=ENGINE, scheduler=address), run=dask.run)
    assert len(summary.graded) == 6
    assert {record["score"] for record in records.read_all(room, "mini").values()} == {0.0, 5.0}
    shutil.rmtree(room.records("mini"))
    monkeypatch.setattr(dask, "WAIT", 5)
    with (
        told(*certificate(tmp_path, "strange")),
        pytest.raises(ClassroomError, match=f"no dask scheduler answers at {address}"),
    ):
        grade(room, "mini", (), Settings(engine=ENGINE, scheduler=address), run=dask.run)
    assert records.read_all(room, "mini") == {}


def test_certificates_that_dask_is_not_told_of_are_named(room):
    with pytest.raises(ClassroomError, match="TLS__CA_FILE and DASK_DISTRIBUTED__COMM__TLS__CLIENT__CERT to files"):
        grade(room, "mini", (), Settings(engine=ENGINE, scheduler="tls://127.0.0.1:9"), run=dask.run)


def test_certificates_that_cannot_be_used_are_named(room, tmp_path):
    cert, key = certificate(tmp_path, "ours")
    settings = Settings(engine=ENGINE, scheduler="tls://127.0.0.1:9")
    for files in ((cert, str(tmp_path / "not-there.pem")), (cert, certificate(tmp_path, "strange")[1])):
        with told(*files), pytest.raises(ClassroomError, match=f"cannot be used .*{cert}, {files[1]}"):
            grade(room, "mini", (), settings, run=dask.run)
    with told(Path(cert).read_text(), "-- a secret key\n"), pytest.raises(ClassroomError) as caught:
        grade(room, "mini", (), settings, run=dask.run)
    assert "cannot be used" in str(caught.value) and "secret" not in str(caught.value)
