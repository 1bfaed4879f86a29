"""Changes of the fleet while the gateway runs, and its end."""

import asyncio
import os
import signal

import httpx
from gateway.testing.fleetlet import ENTRIES, Fleetlet, reply
from starlette.types import Receive, Scope, Send


async def test_a_service_entered_in_the_fleets_list_is_served_and_one_struck_off_is_not(
    client: httpx.AsyncClient, fleetlet: Fleetlet
) -> None:
    bearer = fleetlet.business.bearer()

    async def until(path: str, status: int) -> None:
        async with asyncio.timeout(30):
            while (await client.get(path, headers=bearer)).status_code != status:
                await asyncio.sleep(0.05)

    assert (await client.get("/payroll/x", headers=bearer)).status_code == 404
    try:
        fleetlet.list_services(ENTRIES | {"app1-payroll-service": ("business", "payroll")})
        await until("/payroll/x", 503)  # nobody listens at its address yet
        fleetlet.list_services({name: entry for name, entry in ENTRIES.items() if "hrms" not in name})
        await until("/hrms/x", 404)
        fleetlet.fleet_file.write_text("this is no list [")
        assert (await client.get("/user/x", headers=bearer)).status_code == 200
    finally:
        fleetlet.list_services(ENTRIES)
    await until("/hrms/x", 200)
    await until("/payroll/x", 404)


async def test_what_is_under_way_when_the_gateway_is_asked_to_stop_is_finished(fleetlet: Fleetlet) -> None:
    asked, stop = asyncio.Event(), asyncio.Event()

    async def slowly(scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG001
        asked.set()
        await stop.wait()
        await reply(send, 200, b"whole")

    fleetlet.hrms.answer = slowly
    async with fleetlet.gateway() as gateway, httpx.AsyncClient(base_url=gateway.url) as client:
        under_way = asyncio.create_task(client.get("/hrms/x", headers=fleetlet.business.bearer()))
        await asked.wait()
        gateway.process.terminate()
        async with asyncio.timeout(30):
            while await accepts(gateway.port):
                await asyncio.sleep(0.01)
        stop.set()
        answer = await under_way
        assert (answer.text, answer.headers["connection"]) == ("whole", "close")
        assert await gateway.process.wait() == -signal.SIGTERM, "uvicorn ends by the signal it was asked with"


async def accepts(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True


async def test_a_frozen_service_takes_nothing_from_the_others(fleetlet: Fleetlet) -> None:
    async def never(scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG001
        await receive()
        await receive()

    fleetlet.hrms.answer = never
    bearer = fleetlet.business.bearer()
    async with (
        fleetlet.gateway(gateway_concurrency="10") as gateway,
        httpx.AsyncClient(base_url=gateway.url, headers=bearer) as client,
    ):
        waiting = [asyncio.create_task(client.get("/hrms/x")) for _ in range(10)]
        async with asyncio.timeout(30):
            while len(fleetlet.hrms.asked) < 10:
                await asyncio.sleep(0.01)
        answer = await client.get("/hrms/x")
        assert (answer.status_code, answer.json()["code"]) == (503, "gateway.service_overloaded")
        assert (await client.get("/user/me")).status_code == 200
        for task in waiting:
            task.cancel()
        fleetlet.hrms.answer = None
        async with asyncio.timeout(30):
            while (await client.get("/hrms/x")).status_code != 200:
                await asyncio.sleep(0.01)


async def test_a_gateway_that_is_killed_leaves_no_service_waiting(fleetlet: Fleetlet) -> None:
    gone = asyncio.Event()

    async def waits(scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG001
        while (await receive())["type"] != "http.disconnect":
            pass
        gone.set()

    fleetlet.hrms.answer = waits
    async with fleetlet.gateway() as gateway, httpx.AsyncClient(base_url=gateway.url) as client:
        asking = asyncio.create_task(client.get("/hrms/x", headers=fleetlet.business.bearer()))
        async with asyncio.timeout(30):
            while not fleetlet.hrms.asked:
                await asyncio.sleep(0.01)
        os.kill(gateway.process.pid, signal.SIGKILL)
        await asyncio.wait((asking,))
        async with asyncio.timeout(30):
            await gone.wait()
        assert isinstance(asking.exception(), httpx.TransportError)
