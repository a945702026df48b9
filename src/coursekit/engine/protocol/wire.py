"""Messages over two file descriptors: one kind byte, four length bytes, a payload.  Works on pipes and sockets, on any system."""

from __future__ import annotations

import os
import queue
import socket
import struct
import threading
import time
from collections.abc import Callable
from typing import Protocol

from coursekit.engine.protocol.errors import ChannelClosed, ChannelTimeout

REQUEST, REPLY, CALLBACK, ANSWER = b"Q", b"R", b"B", b"A"  # between checker and student
ORDER, DONE, GONE = b"O", b"D", b"X"  # between engine and checker
LARGEST = 64 * 2**20
CHUNK = 2**20
PART = 4096  # bytes that are read at once at least
SOON = 0.001  # seconds; a timeout of nothing would mean something else


class Wire:
    """The blocking end that a student's or checker's process holds."""

    def __init__(self, reader: int, writer: int) -> None:
        self.reader, self.writer, self._data = reader, writer, bytearray()

    def send(self, kind: bytes, payload: bytes) -> None:
        """Write one message."""
        view = memoryview(kind + struct.pack("<I", len(payload)) + payload)
        try:
            while view:
                view = view[os.write(self.writer, view[:CHUNK]) :]
        except OSError as error:
            raise ChannelClosed(f"cannot write: {error.strerror}") from None

    def receive(self) -> tuple[bytes, bytes]:
        """Read one message.  Raises ChannelClosed at the end, and on a length above the cap before reading further."""
        self._fill(5)
        length = struct.unpack_from("<I", self._data, 1)[0]
        if length > LARGEST:
            raise ChannelClosed(f"a message of {length} bytes, more than {LARGEST}")
        self._fill(5 + length)
        return _message(self._data, length)

    def _fill(self, count: int) -> None:
        while len(self._data) < count:
            try:
                part = os.read(self.reader, min(max(count - len(self._data), PART), CHUNK))
            except OSError as error:
                raise ChannelClosed(f"cannot read: {error.strerror}") from None
            if not part:
                raise ChannelClosed("the other end is closed")
            self._data += part

    def close(self) -> None:
        """Close both directions."""
        for descriptor in {self.reader, self.writer}:
            os.close(descriptor)


def _message(data: bytearray, length: int) -> tuple[bytes, bytes]:
    """The message at the beginning of what was read, which goes on after it."""
    message = bytes(data[:1]), bytes(memoryview(data)[5 : 5 + length])
    del data[: 5 + length]
    return message


class Channel(Protocol):
    """The engine's end.  Waiting has a limit, and a write that the process does not take in time ends it."""

    def send(self, kind: bytes, payload: bytes, timeout: float) -> None:
        """Write one message.  Raises ChannelTimeout, and kills a process that does not read it in time; ChannelClosed."""

    def receive(self, timeout: float) -> tuple[bytes, bytes]:
        """The next message.  Raises ChannelTimeout, or ChannelClosed with the reason."""


class SocketChannel:
    """The engine's end of a socket, which has timeouts of its own.  What came of a message before a timeout is kept."""

    def __init__(self, connection: socket.socket, kill: Callable[[], None]) -> None:
        self._socket, self._kill, self._data = connection, kill, bytearray()

    def send(self, kind: bytes, payload: bytes, timeout: float) -> None:
        """Write one message.  Raises ChannelTimeout, and kills a process that does not read it in time; ChannelClosed."""
        if timeout <= 0:
            raise ChannelTimeout
        self._socket.settimeout(timeout)
        try:
            self._socket.sendall(kind + struct.pack("<I", len(payload)) + payload)
        except TimeoutError:
            self._kill()
            raise ChannelTimeout from None
        except OSError as error:
            raise ChannelClosed(f"cannot write: {error.strerror}") from None

    def receive(self, timeout: float) -> tuple[bytes, bytes]:
        """The next message.  Raises ChannelTimeout; ChannelClosed at the end, or on a length above the cap before reading on."""
        end = time.monotonic() + max(timeout, SOON)
        self._fill(5, end)
        length = struct.unpack_from("<I", self._data, 1)[0]
        if length > LARGEST:
            raise ChannelClosed(f"a message of {length} bytes, more than {LARGEST}")
        self._fill(5 + length, end)
        return _message(self._data, length)

    def _fill(self, count: int, end: float) -> None:
        while len(self._data) < count:
            left = end - time.monotonic()
            if left <= 0:  # also for a process that sends one byte after the other
                raise ChannelTimeout
            self._socket.settimeout(left)
            try:
                part = self._socket.recv(min(max(count - len(self._data), PART), CHUNK))
            except TimeoutError:
                raise ChannelTimeout from None
            except OSError as error:
                raise ChannelClosed(f"cannot read: {error.strerror}") from None
            if not part:
                raise ChannelClosed("the other end is closed")
            self._data += part


class PipeChannel:
    """The engine's end of two pipes: a thread reads, so that waiting has a limit on every system, Windows included."""

    def __init__(self, wire: Wire, kill: Callable[[], None]) -> None:
        self._wire, self._kill = wire, kill
        self._messages: queue.SimpleQueue[tuple[bytes, bytes] | ChannelClosed] = queue.SimpleQueue()
        # a process that writes without being asked fills its own pipe, not our memory
        self._credit = threading.Semaphore(2)
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        while True:
            self._credit.acquire()
            try:
                self._messages.put(self._wire.receive())
            except ChannelClosed as error:
                self._messages.put(error)
                return

    def send(self, kind: bytes, payload: bytes, timeout: float) -> None:
        """Write one message.  Raises ChannelTimeout, and kills a process that does not read it in time; ChannelClosed."""
        if timeout <= 0:
            raise ChannelTimeout
        first, closed = threading.Lock(), None  # the lock is for the first of two: all is written, or the time is over
        guard = threading.Timer(timeout, lambda: first.acquire(blocking=False) and self._kill())
        guard.start()  # for small messages, too: many fill a pipe
        try:
            self._wire.send(kind, payload)
        except ChannelClosed as error:
            closed = error
        finally:
            guard.cancel()
        if not first.acquire(blocking=False):
            guard.join()
            raise ChannelTimeout  # it was ended, and has not ended by itself
        if closed is not None:
            raise closed

    def receive(self, timeout: float) -> tuple[bytes, bytes]:
        """The next message.  Raises ChannelTimeout, or ChannelClosed with the reason."""
        try:
            message = self._messages.get(timeout=max(timeout, SOON))
        except queue.Empty:
            raise ChannelTimeout from None
        self._credit.release()
        if isinstance(message, ChannelClosed):
            raise message
        return message
