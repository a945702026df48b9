"""The errors of the engine's own machinery."""

from __future__ import annotations


class SourceFault(ValueError):
    """The instructor's source notebook cannot be graded with; the message says what is wrong with it."""


class SetupFault(ValueError):
    """A locked cell of the source notebook that sets up fails where tests run; the message says which, and why."""


class FrameError(ValueError):
    """Bytes that are not a frame of plain data within the limits."""


class CannotCross(TypeError):
    """A value that cannot cross between the checker and the student's process."""


class ChannelClosed(Exception):
    """The other process has gone, or wrote what no honest process writes."""


class ChannelTimeout(Exception):
    """The other process did not answer within its time."""


class StudentGone(BaseException):
    """The student's process ended during a call.  Not an ``Exception``, so that no check can catch it."""
