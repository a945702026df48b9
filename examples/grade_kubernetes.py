"""Grade an assignment by pods of a Kubernetes cluster that runs dask's operator.

python examples/grade_kubernetes.py adam --image registry.example.org/training-dynamics:latest --workers 8
"""

import argparse
import subprocess
import sys

from dask_kubernetes.operator import KubeCluster, make_cluster_spec

ENVIRONMENT = {"OMP_NUM_THREADS": "1", "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "1"}
SIZE = {"cpu": "1", "memory": "4Gi"}
RIGHTS = {  # an ordinary user without capabilities, who may open namespaces: the sandbox needs that and nothing more
    "runAsUser": 1000,
    "runAsGroup": 1000,
    "runAsNonRoot": True,
    "allowPrivilegeEscalation": False,
    "capabilities": {"drop": ["ALL"]},
    "seccompProfile": {"type": "Unconfined"},
}
APPARMOR = {"container.apparmor.security.beta.kubernetes.io/worker": "unconfined"}


def asked() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("assignment")
    parser.add_argument("--classroom", default="classroom")
    parser.add_argument("--image", required=True, help="holds the course, the same version as here")
    parser.add_argument("--workers", type=int, default=8)
    parser.add_argument("--name", default="grading")
    parser.add_argument("--namespace", default="default")
    return parser.parse_args()


def specification(options: argparse.Namespace) -> dict:
    """The DaskCluster: one scheduler, and pods of one worker each that may run the sandbox."""
    made = make_cluster_spec(
        name=options.name,
        image=options.image,
        n_workers=options.workers,
        env=ENVIRONMENT,
        resources={"requests": SIZE, "limits": SIZE},
        worker_command=["dask", "worker", "--nthreads", "1"],
    )
    scheduler, worker = made["spec"]["scheduler"], made["spec"]["worker"]
    scheduler["spec"]["containers"][0]["args"][:1] = ["dask", "scheduler"]  # dask no longer has the old name's command
    for part in (scheduler, worker):
        part["spec"]["automountServiceAccountToken"] = False  # no pod has anything to ask of Kubernetes
    worker["spec"]["containers"][0]["securityContext"] = RIGHTS
    worker["metadata"] = {"annotations": APPARMOR}
    return made


def main() -> int:
    """Start the pods, grade, delete the pods; the exit code of `course grade`."""
    options = asked()
    with KubeCluster(
        custom_cluster_spec=specification(options), namespace=options.namespace, resource_timeout=300
    ) as cluster:
        cluster.wait_for_workers(1)
        line = [sys.executable, "-m", "coursekit.cli", "grade", options.assignment, "--classroom", options.classroom]
        return subprocess.call([*line, "--scheduler", cluster.scheduler_address])


if __name__ == "__main__":
    sys.exit(main())
