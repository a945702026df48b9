"""Grading on many workers, through dask: processes of this machine, or whatever has joined a scheduler's cluster.

Submissions are handed out a few at a time.  A worker that dies is replaced and its submission is tried again elsewhere; one
that was there at two deaths is tried once more on its own, since its neighbours may have been to blame, and is set aside when it
kills again.  A worker of a cluster that has other software, or no sandbox, is sent away.
Nothing is kept on workers: whatever dies, what was written stays, and the next run goes on from there.
"""

from __future__ import annotations

import logging
import signal
import time
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from multiprocessing import resource_tracker
from typing import Any

import click
import dask
from distributed import Client, Future, LocalCluster, wait
from distributed.client import ClosedClientError, FutureCancelledError, FuturesCancelledError
from distributed.comm import CommClosedError
from distributed.scheduler import KilledWorker
from distributed.security import Security

from coursekit.classroom import records
from coursekit.classroom.grade.job import Job, Settings, crashed_result
from coursekit.classroom.grade.worker_fit import Unfit, grade_if_fit, why_not
from coursekit.classroom.layout import ClassroomError

WAIT = 60  # seconds for the first worker
GONE = 300  # seconds without any worker, after which none is expected to come back
LOOK = 5.0  # seconds between looks at how many workers there are
STARTS = 4  # times that the workers of this machine are started when one dies meanwhile
DEATHS = 1  # a task that was on this many dead workers is given up at the next death
# what dask watches of its own workers many times a second is of no use here and takes a part of every processor
QUIET = {
    "distributed.worker.profile.enabled": False,
    "distributed.admin.tick.interval": "1s",
    "distributed.admin.tick.limit": "60s",
    "distributed.admin.system-monitor.interval": "10s",
}
REASON = (
    "Grading this submission ended the grading process itself, twice. "
    "It was set aside, so that the others could be graded; ask your instructor to look at it."
)


def local_cluster(workers: int) -> LocalCluster:
    """``workers`` processes of this machine, one thread each; restarted when they die, stopped when the cluster closes.

    One that dies while it starts would end the whole cluster: it is then started anew, a few times.
    """
    dask.config.set(QUIET | {"distributed.scheduler.allowed-failures": DEATHS})
    for _ in range(STARTS):
        try:
            with interrupts_held():
                return LocalCluster(
                    n_workers=workers, threads_per_worker=1, processes=True, host="127.0.0.1",
                    dashboard_address="127.0.0.1:0", memory_limit=None, silence_logs=50,
                )  # fmt: skip
        except RuntimeError as error:
            why = error.__cause__ or error
    raise ClassroomError(
        f"grading processes end as soon as they start ({why}): is there memory for {workers}? With `--workers 1` there are none"
    )


@contextmanager
def interrupts_held() -> Iterator[None]:
    """Ctrl-C waits, and never reaches the threads and processes that are started meanwhile: they end with this one.

    A terminal sends it to all of them, and each worker would print where it was.
    """
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    resource_tracker.ensure_running()  # its start would let Ctrl-C through again
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def connected(settings: Settings) -> Iterator[Client]:
    """A client of the scheduler that ``settings`` name, or of a cluster of our own; dask's own log stays silent."""
    for name in ("distributed", "distributed.client"):  # the second has a level of its own
        logging.getLogger(name).setLevel(logging.CRITICAL)
    if settings.scheduler:
        check_certificates(settings.scheduler)
        try:
            client = Client(settings.scheduler, timeout=WAIT)
        except (OSError, ValueError) as error:
            raise ClassroomError(f"no dask scheduler answers at {settings.scheduler}: {error}") from None
        with client:
            yield client
        return
    with local_cluster(settings.workers) as cluster, Client(cluster) as client:
        yield client


def check_certificates(address: str) -> None:
    """Raise ClassroomError when a scheduler is behind TLS and dask's settings name no certificates, or none that can be used."""
    if not address.startswith("tls://"):
        return
    found = Security().get_tls_config_for_role("client")
    missing = [name for key, name in (("ca_file", "CA_FILE"), ("cert", "CLIENT__CERT")) if not found[key]]
    if missing:
        names = " and ".join(f"DASK_DISTRIBUTED__COMM__TLS__{name}" for name in missing)
        raise ClassroomError(
            f"{address} asks for certificates, and dask is not told where they are: set {names} to files "
            "(the guide on clusters shows how)"
        )
    try:
        Security().get_connection_args("client")
    except OSError as error:
        files = [
            found[key] for key in ("ca_file", "cert", "key") if found[key] and "\n" not in found[key]
        ]  # else the text
        raise ClassroomError(f"the certificates cannot be used ({', '.join(files)}): {error}") from None


def run(jobs: list[Job], source: bytes, settings: Settings) -> Iterator[dict[str, Any]]:
    """Grade ``jobs`` in any order, each once; raises ClassroomError when the scheduler goes away."""
    if not jobs:
        return
    try:
        with connected(settings) as client:
            yield from spread(client, jobs, source, settings)
    except (FutureCancelledError, FuturesCancelledError, ClosedClientError, CommClosedError) as error:
        raise ClassroomError(
            f"the dask scheduler {settings.scheduler or 'of this run'} has gone away ({type(error).__name__}). What was "
            "graded is kept: see that it, its workers and the network are up, and run this again to grade the rest"
        ) from None


def spread(client: Client, jobs: list[Job], source: bytes, settings: Settings) -> Iterator[dict[str, Any]]:
    """Hand out ``jobs`` over the client's workers; then, one by one, those that were there when workers died."""
    try:
        client.wait_for_workers(1, timeout=WAIT)
    except TimeoutError:
        raise ClassroomError(
            f"no worker has joined the scheduler within {WAIT} s; start some and run this again"
        ) from None
    software = records.software(settings.library) if settings.scheduler else {}
    if software:
        send_away(client, unfit(client, software, settings))
    suspects: list[Job] = []
    for job, result in results(client, jobs, source, settings, software, ahead=2):
        if result is None:
            suspects.append(job)
        else:
            yield result
    for suspect in suspects:
        for job, result in results(client, [suspect], source, settings, software, ahead=1):
            yield crashed_result(job, source, REASON) if result is None else result


def there(client: Client) -> set[str]:
    """The addresses of the workers that are there now."""
    return set(client.scheduler_info(n_workers=-1)["workers"])


def unfit(client: Client, software: dict[str, str], settings: Settings) -> dict[str, str]:
    """The workers that must not grade, and why; who does not answer is not judged."""
    said = client.run(
        why_not, software, settings.engine, settings.unsafe_no_sandbox, settings.library, on_error="return"
    )
    words = {
        address: f"{type(reason).__name__}: {reason}" if isinstance(reason, Exception) else reason
        for address, reason in said.items()
        if not isinstance(reason, OSError)
    }
    return {address: reason for address, reason in words.items() if reason}


def send_away(client: Client, unfit: dict[str, str]) -> None:
    """Have workers that must not grade stop; raises ClassroomError when no other is left."""
    known = there(client)
    leaving = {address: reason for address, reason in unfit.items() if address in known}
    lines = [f"the worker {address} cannot grade: {reason}" for address, reason in sorted(leaving.items())]
    way_out = "put that right there, start the workers anew, and run this again"
    if leaving and leaving.keys() == known:
        raise ClassroomError("\n".join([*lines, f"no other worker is left; {way_out}"]))
    for line in lines:
        click.echo(f"{line}. It gets no submission and is told to stop", err=True)
    if leaving and client.retire_workers(list(leaving)).keys() != leaving.keys():
        raise ClassroomError(f"a worker that cannot grade does not stop; {way_out}")


def submit(client: Client, job: Job, source: bytes, settings: Settings, software: dict[str, str]) -> Future:
    """Start grading one job somewhere."""
    return client.submit(
        grade_if_fit, software, job.student, job.notebook, source, asdict(settings.budget), job.seeds,
        settings.engine, settings.unsafe_no_sandbox, settings.library, settings.judging, pure=False,
    )  # fmt: skip


def results(
    client: Client, jobs: Iterable[Job], source: bytes, settings: Settings, software: dict[str, str], ahead: int
) -> Iterator[tuple[Job, dict[str, Any] | None]]:
    """Each job with its result, or None when its workers died.

    ``ahead`` jobs for each worker are under way at a time; workers that join later get theirs at the next look.
    Raises ClassroomError when all workers are gone for long.
    """
    waiting = deque(jobs)
    under_way: dict[Future, Job] = {}
    looked, room, seen = -LOOK, 0, time.monotonic()
    while waiting or under_way:
        if time.monotonic() - looked >= LOOK:
            looked, workers = time.monotonic(), len(there(client))
            room, seen = ahead * max(1, workers), looked if workers else seen
            if looked - seen > GONE:
                raise ClassroomError(f"no worker has been there for {GONE} s; start some and run this again")
        while waiting and len(under_way) < room:
            job = waiting.popleft()
            under_way[submit(client, job, source, settings, software)] = job
        for future in finished(under_way):
            try:
                result = outcome(future)
            except TimeoutError:
                continue
            except Unfit as error:
                send_away(client, dict([error.args]))
                waiting.appendleft(under_way.pop(future))
            else:
                yield under_way.pop(future), result


def finished(futures: Iterable[Future]) -> set[Future]:
    """Those that are done, as soon as one is; none when that takes longer than ``LOOK``."""
    try:
        return wait(list(futures), timeout=LOOK, return_when="FIRST_COMPLETED").done
    except TimeoutError:
        return set()


def outcome(future: Future) -> dict[str, Any] | None:
    """A future's result, or None when its workers died; raises ClassroomError for what no submission can cause.

    Raises TimeoutError when its worker went before the result got here, so that it is computed again; Unfit where the worker
    must not grade; FutureCancelledError when the scheduler has gone.
    """
    try:
        return future.result(timeout=WAIT)
    except KilledWorker:
        return None
    except Exception as error:
        if future.status != "error" or isinstance(error, ClassroomError | Unfit):
            raise
        raise ClassroomError(
            f"the cluster cannot grade: {type(error).__name__}: {error}\n"
            "Scheduler and workers all need the same version of this course as is here"
        ) from None
