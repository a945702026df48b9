"""A real JupyterHub: students fetch and hand in with nbgrader in servers of their own, and ``course watch`` grades.

The accounts that the hub's students have are known in a mount namespace alone, so that the machine's own stay as they are.
"""

import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

import nbformat
import pytest
from absent import absent, needed
from classroom_course import GOOD, classroom
from cluster_class import free_ports

from coursekit.classroom import records
from coursekit.classroom.lab import configure
from coursekit.course import current

WAY = "pip install -c constraints.txt -e '.[hub]'"
PLACES = (Path(__file__).parents[3], Path(sys.prefix), Path(sys.base_prefix))  # what a server of a student's reads
WAIT = 300.0  # seconds; a loaded machine is slow, not wrong
STUDENTS = {"ann": 64101, "bo": 64102}  # and their accounts' numbers
BY_ANOTHER = "its folder is of the account bo, and named after ann"
CONFIGURATION = """
import os, sys
c.JupyterHub.authenticator_class = "dummy"
c.Authenticator.allowed_users = {{{students}}}
c.JupyterHub.spawner_class = {spawner!r}
c.Spawner.cmd = [sys.executable, "-m", "jupyterhub.singleuser"]
c.Spawner.args = {arguments!r}
c.Spawner.environment = {{"JUPYTER_CONFIG_PATH": {settings!r}, "PATH": os.path.dirname(sys.executable) + ":" + os.environ["PATH"]}}
c.Spawner.start_timeout = c.Spawner.http_timeout = {wait:.0f}
c.SimpleLocalProcessSpawner.home_dir_template = {homes!r} + "/{{username}}"
c.JupyterHub.bind_url = "http://127.0.0.1:{port}"
c.JupyterHub.hub_port = {hub}
c.ConfigurableHTTPProxy.command = [sys.executable, "-c", "from configurable_http_proxy.cli import main; main()"]
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{proxy}"
c.ConfigurableHTTPProxy.auth_token = {proxy_token!r}
c.ConfigurableHTTPProxy.check_running_interval = 600
c.JupyterHub.services = [{{"name": "instructor", "api_token": {token!r}}}]
c.JupyterHub.load_roles = [{{
    "name": "all", "scopes": ["admin:users", "admin:servers", "tokens"], "services": ["instructor"],
}}]
"""
AS_ANN = "import subprocess; print(subprocess.run(['nbgrader', 'submit', '--student', 'ann', 'mini'], capture_output=True, text=True))"


def passwd(accounts, homes):
    """The machine's accounts, with these names (and numbers) instead of whoever had them."""
    lines = [line for line in Path("/etc/passwd").read_text().splitlines() if line]
    kept = [
        line
        for line in lines
        if line.split(":")[0] not in accounts and int(line.split(":")[2]) not in accounts.values()
    ]
    return "\n".join(kept + [f"{name}:x:{n}:{n}::{homes / name}:/bin/sh" for name, n in accounts.items()]) + "\n"


def closed(folder):
    """Whether other accounts may not enter a folder."""
    return not folder.stat().st_mode & 1


def opened(places, kept):
    """Lines that let other accounts reach these folders although one above them is closed: an empty one takes its place."""
    behind = {place: next((above for above in reversed(place.parents) if closed(above)), None) for place in places}
    lines = []
    for number, place in enumerate(place for place in places if behind[place]):
        (kept / str(number)).mkdir(parents=True)
        lines.append(f"mount --bind {place} {kept / str(number)}")
    lines += [f"mount -t tmpfs -o mode=755 none {above}" for above in {above for above in behind.values() if above}]
    for number, place in enumerate(place for place in places if behind[place]):
        lines.append(f"mkdir -p {place} && mount --bind {kept / str(number)} {place}")
    return lines


class Hub:
    """A JupyterHub that has just been started; each student's requests go with a token of their own."""

    def __init__(self, folder, own_accounts):
        self.folder, self.own_accounts = folder, own_accounts
        self.homes, self.settings = folder / "homes", folder / "settings"
        self.log, self.tokens = folder / "hub.log", {"instructor": secrets.token_hex(16)}
        # where all share an account it is called as in Jupyter's containers, for which nbgrader asks the hub for the name
        accounts = STUDENTS if own_accounts else {"jovyan": 0}
        (folder / "passwd").write_text(passwd(accounts, self.homes))
        lines = [
            f"mount --bind {folder / 'passwd'} /etc/passwd",
            *(opened(PLACES, folder / "kept") if own_accounts else ()),
        ]
        self.first = " && ".join([*lines, 'exec "$@"'])
        self.process = None

    def within(self, *command):
        """A command for a namespace in which the accounts are those of the hub."""
        user = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
        return [
            "unshare",
            *user,
            "--mount",
            "--propagation",
            "private",
            "sh",
            "-c",
            self.first,
            "-",
            *map(str, command),
        ]

    def start(self, exchange, course):
        for name, number in STUDENTS.items():
            (self.homes / name).mkdir(parents=True)
            if self.own_accounts:
                os.chown(self.homes / name, number, number)
                (self.homes / name).chmod(0o700)
        self.settings.mkdir()
        (self.settings / "nbgrader_config.py").write_text(
            f"c.Exchange.root = {str(exchange)!r}\nc.CourseDirectory.course_id = {course!r}\n"
        )
        port, hub, proxy = free_ports(3)
        self.address = f"http://127.0.0.1:{port}"
        text = CONFIGURATION.format(
            students=", ".join(map(repr, STUDENTS)),
            spawner="jupyterhub.spawner.LocalProcessSpawner" if self.own_accounts else "simple",
            arguments=[] if self.own_accounts else ["--allow-root"],
            settings=str(self.settings), wait=WAIT, homes=str(self.homes), port=port, hub=hub, proxy=proxy,
            proxy_token=secrets.token_hex(16), token=self.tokens["instructor"],
        )  # fmt: skip
        (self.folder / "jupyterhub_config.py").write_text(text)
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("JUPYTER", "NBGRADER"))}
        with self.log.open("wb") as log:
            # as the first process of a namespace of processes it ends with all that it started
            self.process = subprocess.Popen(
                ["unshare", *([] if os.geteuid() == 0 else ["--user", "--map-root-user"]), "--pid", "--fork", "--kill-child",
                 *self.within(sys.executable, "-m", "jupyterhub")],
                cwd=self.folder, stdout=log, stderr=log, env=kept,
            )  # fmt: skip
        self.until(lambda: self.ask("instructor", "/hub/api/")["version"], "no hub")
        for name in STUDENTS:
            self.tokens[name] = self.ask("instructor", f"/hub/api/users/{name}/tokens", "POST", {})["token"]
            self.ask("instructor", f"/hub/api/users/{name}/server", "POST")
        for name in STUDENTS:
            self.until(
                lambda name=name: self.ask("instructor", f"/hub/api/users/{name}")["server"], f"no server of {name}"
            )

    def until(self, ready, what):
        """Wait for what is asked of the hub; refused connections are a hub or server that is not up."""
        end, last = time.monotonic() + WAIT, ""
        while True:
            try:
                if found := ready():
                    return found
            except (urllib.error.URLError, ConnectionError, KeyError) as error:
                last = f" (last: {error!r})"
            ended = self.process.poll() is not None
            assert not ended and time.monotonic() < end, f"{what}{last}\n{self.log.read_text(errors='replace')[-4000:]}"
            time.sleep(0.1)

    def ask(self, whose, path, method="GET", body=None):
        """What the hub or a student's server answers to a request with ``whose`` token."""
        data = None if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"token {self.tokens[whose]}", "Content-Type": "application/json"}
        request = urllib.request.Request(self.address + path, data, headers, method=method)
        with urllib.request.urlopen(request, timeout=WAIT) as answer:
            said = answer.read()
        return json.loads(said) if said else None

    def of(self, student, path, method="GET", body=None):
        """A request of a student to their own server."""
        return self.ask(student, f"/user/{student}{path}", method, body)

    def run(self, student, code):
        """What a cell with this code prints in a kernel that the student starts."""
        from websocket import create_connection

        kernel = self.of(student, "/api/kernels", "POST", {})["id"]
        place = self.address.replace("http", "ws") + f"/user/{student}/api/kernels/{kernel}/channels"
        channel = create_connection(place, timeout=WAIT, header=[f"Authorization: token {self.tokens[student]}"])
        content = {"code": code, "silent": False, "store_history": False, "user_expressions": {}, "allow_stdin": False}
        header = {"msg_id": "1", "username": student, "session": "1", "msg_type": "execute_request", "version": "5.3"}
        message = {"header": header, "parent_header": {}, "metadata": {}, "content": content, "channel": "shell"}
        channel.send(json.dumps(message))
        printed = ""
        while True:
            answer = json.loads(channel.recv())
            if answer["parent_header"].get("msg_id") != "1":
                continue
            if answer["msg_type"] == "stream":
                printed += answer["content"]["text"]
            elif answer["msg_type"] == "execute_reply":
                self.of(student, f"/api/kernels/{kernel}", "DELETE")
                return printed

    def stop(self):
        """End the hub, and with it its servers and its proxy."""
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()


@pytest.fixture(params=["own", "shared"])
def hub(request):
    own = request.param == "own"
    for module in ("jupyterhub", "configurable_http_proxy", "websocket"):
        needed(module, WAY)
    if own and os.geteuid() != 0:
        pytest.skip("only root runs servers in the accounts of others")
    folder = Path(tempfile.mkdtemp(prefix="course-hub-"))
    folder.chmod(0o755)
    try:
        if own and (barred := [place for place in PLACES if closed(place)]):
            pytest.skip(f"other accounts cannot enter {barred[0]}, in which is what their servers would run")
        made = Hub(folder, own)
        tried = subprocess.run(made.within("true"), capture_output=True, text=True, check=False)
        if tried.returncode:
            absent(f"no namespace for the hub's accounts: {tried.stderr.strip()}")
        try:
            yield made
        finally:
            made.stop()
    finally:
        shutil.rmtree(folder)


def released(hub):
    """A classroom whose assignment nbgrader has released into the hub's exchange; and that exchange's ``inbound``."""
    room = classroom(hub.folder / "room")
    room.roster.write_text("student\n" + "".join(f"{name}\n" for name in STUDENTS))
    exchange = hub.folder / "exchange"
    exchange.mkdir()
    exchange.chmod(0o777)
    command = [sys.executable, "-m", "nbgrader", "release_assignment", "mini", f"--Exchange.root={exchange}"]
    env = os.environ | {"JUPYTER_CONFIG_DIR": str(configure(room))}
    subprocess.run(command, check=True, cwd=room.root, env=env, capture_output=True)
    return room, exchange, exchange / current().id / "inbound"


def hand_in(hub, student, **answers):
    """Fill in cells of the fetched notebook, save it and press Submit; the submissions that the page lists then."""
    place = "/api/contents/mini/mini.ipynb"
    model = hub.of(student, place)
    notebook = nbformat.from_dict(model["content"])
    for cell in notebook.cells:
        cell.source = answers.get(cell.metadata.get("nbgrader", {}).get("grade_id"), cell.source)
    hub.of(student, place, "PUT", {"type": "notebook", "format": "json", "content": notebook})
    press = {"course_id": current().id, "assignment_id": "mini"}
    listed = hub.of(student, "/assignments/submit", "POST", press)
    assert listed["success"], listed["value"]
    return [one for entry in listed["value"] if entry["status"] == "submitted" for one in entry["submissions"]]


def watch(hub, room, inbound):
    """What ``course watch`` says until it has done what is there; where students have accounts, it knows them."""
    command = [sys.executable, "-m", "coursekit.cli", "watch", str(inbound), "--once", "--classroom", str(room.root)]
    line = hub.within(*command) if hub.own_accounts else command
    done = subprocess.run(line, capture_output=True, text=True, check=False, timeout=WAIT)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def scores(room):
    return {name: records.read(room, "mini", name)["score"] for name in STUDENTS}


@pytest.mark.slow
def test_on_a_jupyterhub_two_students_fetch_and_hand_in_and_each_gets_their_own_grade(hub):
    room, exchange, inbound = released(hub)
    hub.start(exchange, current().id)
    for name in STUDENTS:
        listed = hub.of(name, "/assignments/fetch", "POST", {"course_id": current().id, "assignment_id": "mini"})
        assert [entry["status"] for entry in listed["value"]] == ["fetched"]
    assert len(hand_in(hub, "ann", **GOOD)) == 1
    hand_in(hub, "bo", double_answer="def double(x):\n    return 3 * x", norm_answer=GOOD["norm_answer"])
    said = watch(hub, room, inbound)
    assert said.count(" points, graded") == 2 and scores(room) == {"ann": 5.0, "bo": 3.0}

    assert len(hand_in(hub, "bo", **GOOD)) == 2
    with pytest.raises(urllib.error.HTTPError, match="403"):
        hub.ask("bo", "/user/ann/api/contents/mini/mini.ipynb")
    if hub.own_accounts:
        hand_in(hub, "bo", double_answer="def double(x):\n    return 0", norm_answer="def norm(v):\n    return 0")
        own = room.submitted("mini", "ann").read_bytes()
        assert "returncode=0" in hub.run("bo", AS_ANN)
        hand_in(hub, "bo", **GOOD)
        said = watch(hub, room, inbound)
        assert said.count(BY_ANOTHER) == 1 and room.submitted("mini", "ann").read_bytes() == own
    else:
        watch(hub, room, inbound)
    assert scores(room) == {"ann": 5.0, "bo": 5.0}
