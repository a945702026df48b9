"""Grade an assignment by Slurm jobs.  Run it where `sbatch` works: python examples/grade_slurm.py adam --jobs 4

Scheduler and workers speak TLS with certificates that are made for this run: others on the cluster cannot reach either.
"""

import argparse
import os
import shlex
import subprocess
import sys
import tempfile

import dask
from dask_jobqueue import SLURMCluster
from distributed.security import Security


def asked() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("assignment")
    parser.add_argument("--classroom", default="classroom")
    parser.add_argument("--partition", default=None, help="Slurm's; by default the cluster's default")
    parser.add_argument("--jobs", type=int, default=4)
    parser.add_argument("--cores", type=int, default=8, help="of each job; one worker for each")
    parser.add_argument("--memory", default="32GB", help="of each job")
    parser.add_argument("--walltime", default="01:00:00")
    parser.add_argument("--interface", default=None, help="network between the nodes, for example ib0")
    return parser.parse_args()


def main() -> int:
    """Start the jobs, grade, end the jobs; the exit code of `course grade`."""
    options, security = asked(), Security.temporary()
    dask.config.set({"distributed.scheduler.allowed-failures": 1})  # a submission is given up after two dead workers
    with (
        tempfile.TemporaryDirectory(dir=os.getcwd(), prefix=".certificates-") as shared,  # the jobs read theirs there
        SLURMCluster(
            queue=options.partition,
            cores=options.cores,
            processes=options.cores,
            memory=options.memory,
            walltime=options.walltime,
            interface=options.interface,
            python=shlex.quote(sys.executable),  # it stands in a shell script, and its path may have a space
            security=security,
            shared_temp_directory=shared,
            job_script_prologue=["export OMP_NUM_THREADS=1"],
            log_directory="slurm-logs",
        ) as cluster,
    ):
        cluster.scale(jobs=options.jobs)
        print(f"{options.jobs} jobs are in Slurm's queue; what they say is in slurm-logs/", flush=True)
        cluster.wait_for_workers(1)
        tls = {f"DASK_DISTRIBUTED__COMM__TLS__{name}": text for name, text in certificates(security).items()}
        line = [sys.executable, "-m", "coursekit.cli", "grade", options.assignment, "--classroom", options.classroom]
        return subprocess.call([*line, "--scheduler", cluster.scheduler_address], env=os.environ | tls)


def certificates(security: Security) -> dict[str, str]:
    """This run's certificates, as dask's settings name them."""
    found = security.get_tls_config_for_role("client")
    return {"CA_FILE": found["ca_file"], "CLIENT__CERT": found["cert"], "CLIENT__KEY": found["key"]}


if __name__ == "__main__":
    sys.exit(main())
