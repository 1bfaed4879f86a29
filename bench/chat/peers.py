"""The peers' servers, as programs: python-socketio with its Redis manager, and bare websockets.

Each is one of several replicas. What is said to one of socketio's, or published in Redis for the bare
ones, goes to all sockets.
"""

import asyncio
import sys
from typing import Any

CHANNEL = "bench"


def socketio_app(redis_url: str) -> Any:
    """ASGI: everybody is in one room; `POST /say` sends its body there."""
    import socketio  # noqa: PLC0415 - only this peer's environment has it

    server = socketio.AsyncServer(async_mode="asgi", client_manager=socketio.AsyncRedisManager(redis_url))

    @server.event  # type: ignore[untyped-decorator] # not installed where mypy runs
    async def connect(sid: str, environ: dict[str, Any]) -> None:  # noqa: ARG001 - its callback's form
        await server.enter_room(sid, CHANNEL)

    async def say(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        await server.emit("message", {"text": (await receive())["body"].decode()}, room=CHANNEL)
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    return socketio.ASGIApp(server, other_asgi_app=say)


async def _bare(port: int, redis_url: str) -> None:
    from redis.asyncio import Redis  # noqa: PLC0415 - as above
    from websockets.asyncio.server import ServerConnection, broadcast, serve  # noqa: PLC0415

    sockets: set[ServerConnection] = set()

    async def stay(socket: ServerConnection) -> None:
        sockets.add(socket)
        await socket.wait_closed()
        sockets.discard(socket)

    async with (
        serve(stay, "127.0.0.1", port, compression=None, ping_interval=None),
        Redis.from_url(redis_url).pubsub() as pubsub,
    ):
        await pubsub.subscribe(CHANNEL)
        async for message in pubsub.listen():
            if message["type"] == "message":
                broadcast(sockets, message["data"].decode())


if __name__ == "__main__":
    kind, port_, url = sys.argv[1:]
    if kind == "bare":
        asyncio.run(_bare(int(port_), url))
    else:
        import uvicorn

        uvicorn.run(socketio_app(url), port=int(port_), log_level="warning", ws_per_message_deflate=False)
