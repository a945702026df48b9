"""examples/grade_slurm.py on a real Slurm of one machine, made of Debian's packages in a folder of its own."""

import os
import shutil
import socket
import subprocess
import sys
import time
from contextlib import suppress
from getpass import getuser
from pathlib import Path

import psutil
import pytest
from absent import absent, needed
from cluster_class import faults, free_ports, hand_in_made_up

from coursekit.classroom.layout import Classroom

SCRIPT = Path(__file__).parents[3] / "examples" / "grade_slurm.py"
NEEDED = ("munged", "mungekey", "slurmctld", "slurmd", "sbatch", "squeue", "scancel", "sinfo")
CONFIGURATION = """
ClusterName=course
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={controller}
SlurmdPort={node}
SlurmUser={user}
SlurmdUser={user}
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU_Memory
SlurmdParameters=config_overrides
KillWait=2
NodeName=node NodeHostname={host} NodeAddr=127.0.0.1 CPUs=4 RealMemory=16000 State=UNKNOWN
PartitionName=grading Nodes=node Default=YES MaxTime=INFINITE State=UP
"""


def wait_until(ready, what, folder):
    end = time.monotonic() + 300
    while not ready():
        logs = "\n".join(path.read_text(errors="replace")[-2000:] for path in folder.glob("*.log"))
        assert time.monotonic() < end, f"{what} did not come about; the logs end with\n{logs}"
        time.sleep(0.1)


class Slurm:
    """A munge and a Slurm that have just been started; ``say`` runs one of their commands."""

    def __init__(self, folder):
        self.folder = folder
        self.configuration = folder / "slurm.conf"
        self.environment = os.environ | {"SLURM_CONF": str(self.configuration)}
        self.daemons = []

    def start(self):
        for name in ("state", "spool"):
            (self.folder / name).mkdir()
        controller, node = free_ports(2)
        text = CONFIGURATION.format(
            host=socket.gethostname().split(".")[0],
            folder=self.folder,
            user=getuser(),
            controller=controller,
            node=node,
        )
        self.configuration.write_text(text)
        files = {
            "--key-file": "munge.key",
            "--socket": "munge.socket",
            "--pid-file": "munge.pid",
            "--log-file": "munge.log",
            "--seed-file": "munge.seed",
        }
        files = {option: str(self.folder / name) for option, name in files.items()}
        subprocess.run(["mungekey", "--create", f"--keyfile={files['--key-file']}"], check=True)
        self.launch("munged", "--foreground", "--force", *(f"{option}={path}" for option, path in files.items()))
        wait_until((self.folder / "munge.socket").exists, "munge", self.folder)
        self.launch("slurmctld", "-D", "-f", str(self.configuration))
        self.launch("slurmd", "-D", "-N", "node", "-f", str(self.configuration))
        wait_until(lambda: "idle" in self.say("sinfo", "--noheader", "--format=%t"), "an idle node", self.folder)

    def launch(self, *line):
        with (self.folder / f"{line[0]}.out.log").open("w") as log:
            self.daemons.append(subprocess.Popen(line, env=self.environment, stdout=log, stderr=log))

    def say(self, *line):
        return subprocess.run(line, env=self.environment, capture_output=True, text=True, timeout=300).stdout

    def stop(self):
        with suppress(subprocess.TimeoutExpired):
            self.say("scancel", "--state=RUNNING", "--signal=KILL", "--full")
        for daemon in reversed(self.daemons):
            daemon.kill()
            daemon.wait()
        for process in self.left():  # steps outlive their slurmd, on purpose
            with suppress(psutil.NoSuchProcess):
                process.kill()

    def left(self):
        found = []
        for process in psutil.process_iter():
            with suppress(psutil.Error):
                if process.environ().get("SLURM_CONF") == str(self.configuration):
                    found.append(process)
        return found


@pytest.fixture
def slurm():
    missing = [name for name in NEEDED if shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin") is None]
    if missing:
        absent(f"Slurm is not installed ({missing[0]} is missing): apt-get install slurmctld slurmd slurm-client munge")
    folder = Path("/tmp") / f"course-slurm-{os.getpid()}"  # short: a socket's path may have 107 characters
    folder.mkdir(mode=0o755)
    made = Slurm(folder)
    try:
        made.start()
        yield made
    finally:
        made.stop()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.slow
def test_slurm_jobs_grade_a_class(tmp_path, slurm):
    needed("dask_jobqueue", "pip install -c constraints.txt -e '.[cluster]'")
    room = Classroom(tmp_path / "classroom")
    students = hand_in_made_up(room, "tiny")
    line = [sys.executable, str(SCRIPT), "tiny", "--jobs", "2", "--cores", "1", "--memory", "4GB"]
    done = subprocess.run(line, cwd=tmp_path, env=slurm.environment, capture_output=True, text=True, timeout=300)
    said = "\n".join(path.read_text() for path in sorted(tmp_path.glob("slurm-logs/*")))
    assert done.returncode == 0, f"{done.stdout[-2000:]}{done.stderr[-2000:]}{said[-4000:]}"
    assert f"{len(students)} graded" in done.stdout
    assert faults(room, "tiny", students) == []
    assert "tls://" in said and "tcp://" not in said, "scheduler and workers speak TLS"
    assert not list(tmp_path.glob(".certificates-*")), "no key stays on the disk"
    wait_until(lambda: slurm.say("squeue", "--noheader") == "", "an empty queue", slurm.folder)
