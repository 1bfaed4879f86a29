"""What goes over a WebSocket: made into a frame once, written to hundreds of sockets as it is."""

from pydantic_core import to_json
from websockets.frames import Frame, Opcode


def frame(type_: str, **members: object) -> bytes:
    """JSON as a server's frame, for any connection without extensions."""
    return Frame(Opcode.TEXT, to_json({"type": type_, **members})).serialize(mask=False)
