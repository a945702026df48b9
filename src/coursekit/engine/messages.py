"""Results in words, without anything that differs from run to run or names a place on the machine."""

from __future__ import annotations

import re
import sys

from coursekit.control import CONTROL, DIRECTION, LONE

ADDRESS = re.compile(r"0x[0-9a-fA-F]{4,}")
# lengths are bounded, or a text made for it could keep the search busy for hours
FOLDER = re.compile(r"(?:[A-Za-z]:)?(?:[\\/][\w.+ -]{1,255}){2,40}[\\/]([\w.+-]{1,255})")
UNSEEN = rf"[{CONTROL}\r\x1b\x80-\x9f{DIRECTION}{LONE}]"
ESCAPES = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|" + UNSEEN)

NOT_ANSWERED = "not answered yet"
LOOK = "look at it yourself"  # in flags of what may be forged
# in flags of what more ways than ours could judge: not of a function that was not called
LEFT_OUT = (
    "its tests cannot look into a value of this kind, which may be right: a person should, or `together` judges it"
)
UNCROSSED = re.compile(
    r"your answer gave an? (?!function|method|type|builtin)\S{1,100} object where plain data|this value cannot be handed in"
)
KEPT = "with the test's data as the course made them: "  # before what a guarded run says
SETUP = "where the tests run, this locked cell of the source notebook fails: "  # its name and its error follow
MENDED = ". Lay what it fetches beside the notebook, install what it imports, or unlock it"
KILLED = "signal 9"  # how a process ends that neither the fork server nor one of our limits has ended
OUTSIDE = "the system killed its process twice, within its limits; on a machine with more free memory it may be graded"
REASONS = {
    "timeout": "{id} timed out after {seconds:g} s; the rest was graded",
    "memory": "{id} needed more memory than the {megabytes} MB allowed; the rest was graded",
    "crashed": "{id} ended the Python process ({how}); the rest was graded",
}


def scrubbed(text: str, limit: int = 4_000) -> str:
    """``text`` without addresses, folders, control characters and excess length."""
    text = ESCAPES.sub("", ADDRESS.sub("0x…", text[: 4 * limit]))
    for prefix in (sys.prefix, sys.base_prefix):
        text = text.replace(prefix, "…") if len(prefix) > 1 else text  # a browser's Python lies in the root
    text = FOLDER.sub(r"…/\1", text)
    return text if len(text) <= limit else text[:limit] + " …"


def ended(how: str) -> tuple[str, str]:
    """The status and the words for how a process ended by itself."""
    if how == "memory":
        return "memory", "all its processes together took too much"
    if how == "processes":
        return "crashed", "it had more processes and threads than are allowed"
    if how == "signal 24":
        return "timeout", "its processor time was used up"
    if how == KILLED:  # nothing inside a process namespace kills its first process, but a limit that this set itself
        return "crashed", OUTSIDE
    if how.startswith("signal"):
        return "crashed", f"killed by {how}"
    return "crashed", f"it ended itself with {how}" if how else "it stopped answering"
