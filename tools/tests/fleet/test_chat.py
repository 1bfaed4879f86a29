"""Chat the whole way: sign in, take a ticket, follow through the gateway."""

import asyncio

import pytest
from chat_client.asking import Refused
from chat_client.client import ChatClient
from chat_client.signing_in import sign_in
from fleet.testing import PASSWORD, Organisation, RunningFleet


async def test_a_client_follows_through_the_gateway_until_its_session_ends(
    running_fleet: RunningFleet, acme: Organisation
) -> None:
    session = await sign_in(running_fleet.gateway, acme.id, f"owner@{acme.id}.test", PASSWORD)
    client = ChatClient([running_fleet.gateway], session, pause=lambda _: 0.05)
    following = asyncio.create_task(client.run())
    async with asyncio.timeout(60):
        await client.until(lambda state: len(state.channels) == 1)
        (general,) = client.state.channels
        await client.live(general)
        said = await client.send(general, "hello")
        await client.until(lambda state: said["id"] in state.channels[general].messages)
        assert client.state.channels[general].messages[said["id"]] == said
        assert client._socket is not None
        client._socket.transport.abort()
        again = await client.send(general, "still there")
        await client.until(lambda state: again["id"] in state.channels[general].messages)
    assert (client.connections, client.repeated, client.gaps) == (2, 0, 0)

    await client.live(general)
    await client.asking.ask("POST", "/user/logout")
    async with asyncio.timeout(30):
        with pytest.raises(Refused) as refusal:
            await following
    assert refusal.value.status == 401
    await client.asking.close()
