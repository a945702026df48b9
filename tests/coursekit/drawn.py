"""Pictures made for tests."""

import base64
import zlib


def png(width, height, text=b""):
    """The head of a PNG, and its end."""
    head = width.to_bytes(4) + height.to_bytes(4) + b"\x08\0\0\0\0"
    parts = ((b"IHDR", head), (b"tEXt", text), (b"IDAT", zlib.compress(b"\0\0")), (b"IEND", b""))
    chunks = [len(data).to_bytes(4) + kind + data + zlib.crc32(kind + data).to_bytes(4) for kind, data in parts]
    return base64.b64encode(b"\x89PNG\r\n\x1a\n" + b"".join(chunks)).decode()


def jpeg(width, height):
    """The head of a JPEG, after a segment of another kind."""
    head = b"\xff\xd8\xff\xe0\0\x04xx\xff\xc2\0\x0b\x08" + height.to_bytes(2) + width.to_bytes(2) + b"\1\1\x11\0"
    return base64.b64encode(head).decode()
