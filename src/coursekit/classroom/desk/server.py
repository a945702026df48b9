"""The desk in a browser: a server for this machine's own user, with pages that run no script.

Its address holds a secret, it listens on 127.0.0.1 and answers to that name alone, and its pages may load nothing: what a
student wrote is shown as on the feedback page, escaped or cleaned.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from contextvars import copy_context
from functools import cache
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock
from typing import Any
from urllib.parse import parse_qs, quote, unquote

import jinja2
from markupsafe import Markup
from sqlalchemy.exc import SQLAlchemyError

from coursekit.classroom.bank import total
from coursekit.classroom.desk.sheets import Desk, Sheet
from coursekit.classroom.layout import ClassroomError
from coursekit.classroom.options import about_file, about_gradebook
from coursekit.classroom.show.feedback import points
from coursekit.course import CourseError

TEMPLATES = Path(__file__).parents[2] / "templates"
LONGEST = 100_000  # bytes of a form
MOST_READ = 5_000_000  # bytes that are taken from who sends more, so that they get an answer
POINTS = re.compile(r"\d+(\.\d*)?|\.\d+")
ALLOWED = ("default-src 'none'", "style-src 'unsafe-inline'", "img-src data:", "form-action 'self'")
POLICY = "; ".join((*ALLOWED, "base-uri 'none'", "frame-ancestors 'none'"))


@cache
def template(name: str) -> jinja2.Template:
    """A page of the desk, with every value escaped."""
    loader = jinja2.FileSystemLoader(TEMPLATES / "desk")
    environment = jinja2.Environment(loader=loader, autoescape=True, undefined=jinja2.StrictUndefined)
    environment.filters["points"] = points
    environment.filters["path"] = lambda text: quote(text, safe="")
    return environment.get_template(name)


def in_words(error: Exception) -> str:
    """What went wrong, and the way out; a fault of ours keeps its name."""
    if isinstance(error, SQLAlchemyError):
        return about_gradebook(error)
    if isinstance(error, OSError):
        return about_file(error)
    return str(error) if isinstance(error, CourseError) else f"{type(error).__name__}: {error}"


class Server(ThreadingHTTPServer):
    """Serves desks, one a notebook, on a free port of this machine.

    One request at a time, but a connection that says nothing holds up none.
    """

    daemon_threads = True

    def __init__(self, *desks: Desk) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.desks = {desk.assignment: desk for desk in desks}
        self.secret, self.turn = secrets.token_urlsafe(24), Lock()
        self.context = copy_context()  # which course is worked on, for the threads that answer

    @property
    def address(self) -> str:
        """What to open."""
        return f"http://127.0.0.1:{self.server_port}/{self.secret}/"


class Handler(BaseHTTPRequestHandler):
    """``/SECRET/`` lists the questions, ``/SECRET/ASSIGNMENT/QUESTION/STUDENT`` shows an answer and takes what is entered."""

    server: Server
    server_version, sys_version = "course", ""
    timeout = 60  # seconds for a request to arrive

    def do_GET(self) -> None:
        """Show the list, the next answer of a question, or an answer."""
        self._answer(self._show)

    def do_POST(self) -> None:
        """Enter what the form says, and go on to the next answer."""
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal():
            return self._send(HTTPStatus.LENGTH_REQUIRED, "a form has a length")
        data = self.rfile.read(min(int(length), MOST_READ))
        return self._answer(lambda parts: self._enter(parts, data, int(length)))

    def _answer(self, act: Callable[[list[str]], None]) -> None:
        """Do what is asked for by one who knows the address; what cannot be done is said on a page."""
        host = f"127.0.0.1:{self.server.server_port}"
        secret, *parts = [unquote(part) for part in self.path.partition("?")[0].split("/")[1:]] or [""]
        if self.headers.get("Host") != host or not secrets.compare_digest(secret.encode(), self.server.secret.encode()):
            return self._send(HTTPStatus.NOT_FOUND, "not found")
        try:
            with self.server.turn:
                self.server.context.run(act, parts)
        except Exception as error:
            self._send(HTTPStatus.BAD_REQUEST, self._page("said.html.j2", words=in_words(error)))
        return None

    def _desk(self, parts: list[str]) -> Desk:
        if parts[0] not in self.server.desks:
            raise ClassroomError(f"{parts[0]!r} is not marked here, but {', '.join(self.server.desks)}")
        return self.server.desks[parts[0]]

    def _show(self, parts: list[str]) -> None:
        if len(parts) < 2:
            for desk in self.server.desks.values():
                desk.lay_out()
            return self._send(HTTPStatus.OK, self._page("questions.html.j2", desks=self.server.desks.values()))
        desk = self._desk(parts)
        if len(parts) == 2:
            return self._go_on(desk, parts[1])
        sheet, seen = desk.looked_at(desk.sheet(*parts[1:3]))
        keys, rest = desk.chosen(sheet)
        score, given = sheet.mark.manual.score, [desk.remarks(sheet.question)[key] for key in keys]
        own = "" if score is None or score == total(given) else f"{score:g}"
        form = {"remark": keys, "comment": [rest], "points": [own], "seen": [seen]}
        return self._send(HTTPStatus.OK, self._sheet(desk, sheet, form))

    def _sheet(self, desk: Desk, sheet: Sheet, form: dict[str, list[str]], wrong: str = "") -> str:
        before, behind = desk.beside(sheet)
        done, every = desk.questions()[sheet.question]
        return self._page(
            "sheet.html.j2", sheet=sheet, item=desk.shown(sheet), remarks=desk.remarks(sheet.question), wrong=wrong,
            assignment=desk.assignment, before=before, behind=behind, done=done, every=every, form=form,
        )  # fmt: skip

    def _enter(self, parts: list[str], data: bytes, length: int) -> None:
        if length > LONGEST or len(data) != length or len(parts) != 3:
            raise ClassroomError(f"a form is for one answer, whole, and has at most {LONGEST:,} bytes")
        read = parse_qs(data.decode("utf-8", "replace"), keep_blank_values=True)
        form = {name: [value.replace("\r\n", "\n").strip() for value in values] for name, values in read.items()}
        desk = self._desk(parts)
        sheet, seen = desk.looked_at(desk.sheet(*parts[1:]))
        try:
            if form.get("seen") != [seen]:
                raise ClassroomError(
                    "the answer, or what was given for it, has changed since you opened it: look again"
                )
            said = form.get("points", [""])[0].replace(",", ".")
            if said and not POINTS.fullmatch(said):
                raise ClassroomError(f"points must be a number, got {said!r}")
            comment = form.get("comment", [""])[0]
            desk.give(sheet, form.get("remark", []), float(said) if said else None, comment, "keep" in form)
        except (CourseError, SQLAlchemyError, OSError) as error:
            now = form | {"seen": [seen]}
            return self._send(HTTPStatus.BAD_REQUEST, self._sheet(desk, sheet, now, in_words(error)))
        return self._go_on(desk, sheet.question, sheet.student)

    def _go_on(self, desk: Desk, question: str, after: str = "") -> None:
        following = desk.next(question, after)
        parts = (desk.assignment, question, following.student) if following else ()
        path = "/".join(quote(part, safe="") for part in parts)
        self.send_response(HTTPStatus.SEE_OTHER)
        self.send_header("Location", f"/{self.server.secret}/{path}")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _page(self, name: str, **values: Any) -> str:  # noqa: ANN401
        styles = [TEMPLATES / "feedback" / "style.css", TEMPLATES / "desk" / "desk.css"]
        style = Markup("".join(path.read_text("utf-8") for path in styles))  # noqa: S704
        root = f"/{self.server.secret}/"
        return template(name).render(root=root, style=style, **values)

    def _send(self, status: HTTPStatus, text: str) -> None:
        data = text.encode()
        self.send_response(status)
        for name, value in (
            ("Content-Type", "text/html; charset=utf-8"),
            ("Content-Length", str(len(data))),
            ("Content-Security-Policy", POLICY),
            ("Referrer-Policy", "no-referrer"),
            ("Cache-Control", "no-store"),
            ("X-Content-Type-Options", "nosniff"),
        ):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002, ANN401
        """Nothing: the address would show the secret."""
