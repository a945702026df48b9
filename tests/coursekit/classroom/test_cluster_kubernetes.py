"""examples/grade_kubernetes.py as far as no Kubernetes is needed: its pods are valid, and their very commands grade a class."""

import importlib.util
import os
import re
import subprocess
import sys
import time
import urllib.request
from argparse import Namespace
from contextlib import ExitStack
from pathlib import Path

import jsonschema
import pytest
import yaml
from absent import needed
from cluster_class import faults, free_ports, hand_in_made_up

from coursekit.classroom.grade import dask
from coursekit.classroom.grade.job import Settings
from coursekit.classroom.grade.run import grade
from coursekit.classroom.layout import Classroom

SCRIPT = Path(__file__).parents[3] / "examples" / "grade_kubernetes.py"
OPTIONS = Namespace(
    image="registry.example.org/training-dynamics:latest", workers=2, name="grading", namespace="default"
)
WAY = "pip install -c constraints.txt -e '.[cluster]'"


@pytest.fixture
def specification():
    needed("dask_kubernetes", WAY)
    found = importlib.util.spec_from_file_location("grade_kubernetes", SCRIPT)
    script = importlib.util.module_from_spec(found)
    found.loader.exec_module(script)
    return script.specification(OPTIONS)


def deployments(specification):
    """What dask's operator makes of the DaskCluster: the scheduler, its service, and a worker."""
    from dask_kubernetes.operator.controller import controller

    spec, name, space = specification["spec"], OPTIONS.name, OPTIONS.namespace
    marks = spec["worker"]["metadata"]["annotations"]
    return (
        controller.build_scheduler_deployment_spec(name, spec["scheduler"]["spec"], {}, {}),
        controller.build_scheduler_service_spec(name, spec["scheduler"]["service"], {}, {}),
        controller.build_worker_deployment_spec(f"{name}-default", space, name, "0", spec["worker"]["spec"], marks, {}),
    )


def unknown(data, schema, path=""):
    """Fields that a Kubernetes server drops without a word, since the resource's definition does not name them."""
    if isinstance(data, list):
        for number, item in enumerate(data):
            yield from unknown(item, schema.get("items", {}), f"{path}[{number}]")
    elif isinstance(data, dict) and "properties" in schema:
        for name, value in data.items():
            if name in schema["properties"]:
                yield from unknown(value, schema["properties"][name], f"{path}.{name}")
            else:
                yield f"{path}.{name}"


def definition():
    """The schema of a DaskCluster's ``spec`` that the operator of this version brings into a cluster."""
    import dask_kubernetes.operator

    charts = Path(dask_kubernetes.operator.__file__).parent / "deployment" / "helm"
    [path] = charts.glob("*/crds/daskcluster.yaml")
    return yaml.safe_load(path.read_text())["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]["spec"]


def test_the_cluster_is_one_that_the_operator_knows_in_full(specification):
    jsonschema.validate(specification["spec"], definition())
    assert list(unknown(specification["spec"], definition())) == []
    assert list(unknown({"worker": {"spec": {"hostUsers": False}}}, definition())) == [".worker.spec.hostUsers"]


@pytest.mark.parametrize("version", ["1.30", "1.33", "1.37"])
def test_the_pods_are_valid_and_carry_what_the_sandbox_needs(specification, version):
    validate = needed("kubernetes_validate", "pip install -c constraints.txt kubernetes-validate").validate
    made = deployments(specification)
    policy = yaml.safe_load(SCRIPT.with_name("kubernetes_network.yaml").read_text())
    for resource in (*made, policy):
        validate(resource, version, strict=True)
    template = made[-1]["spec"]["template"]
    [container] = template["spec"]["containers"]
    assert container["securityContext"]["seccompProfile"] == {"type": "Unconfined"}
    assert template["metadata"]["annotations"] == {
        f"container.apparmor.security.beta.kubernetes.io/{container['name']}": "unconfined"
    }
    assert not template["spec"]["automountServiceAccountToken"]
    for kept in (policy["spec"]["podSelector"], policy["spec"]["ingress"][0]["from"][0]["podSelector"]):
        assert kept["matchLabels"].items() <= template["metadata"]["labels"].items()


def started(container, address, ports):
    """A container's own command with its own environment, as a process of this machine; the ports and the address are ours."""
    environment = {entry["name"]: entry["value"] for entry in container["env"]}
    environment |= {"DASK_SCHEDULER_ADDRESS": address} if "DASK_SCHEDULER_ADDRESS" in environment else {}
    line = [re.sub(r"\$\((\w+)\)", lambda name: environment[name[1]], part) for part in container["args"]]
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    return subprocess.Popen([*line, *ports], env=os.environ | environment | {"PATH": path})


def wait_ready(probe, port):
    """As the kubelet asks, until the answer is good."""
    end = time.monotonic() + 300
    while True:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{probe['httpGet']['path']}", timeout=30) as answer:
                assert answer.status == 200
                return
        except OSError as error:
            assert time.monotonic() < end, f"the scheduler is not ready: {error}"
            time.sleep(0.2)


@pytest.mark.slow
def test_the_pods_commands_grade_a_class(tmp_path, specification):
    room = Classroom(tmp_path / "classroom")
    students = hand_in_made_up(room, "tiny")
    scheduler, _, worker = deployments(specification)
    [scheduling], [working] = (made["spec"]["template"]["spec"]["containers"] for made in (scheduler, worker))
    port, dashboard, other = map(str, free_ports(3))
    address = f"tcp://127.0.0.1:{port}"
    with ExitStack() as stack:

        def start(container, *ports):
            process = stack.enter_context(started(container, address, ports))
            stack.callback(process.terminate)

        start(scheduling, "--port", port, "--dashboard-address", f":{dashboard}")
        wait_ready(scheduling["readinessProbe"], dashboard)
        start(working, "--dashboard-address", f":{other}")
        summary = grade(room, "tiny", (), Settings(scheduler=address), run=dask.run)
    assert len(summary.graded) == len(students)
    assert faults(room, "tiny", students) == []
