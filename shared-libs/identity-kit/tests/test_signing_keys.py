from datetime import timedelta

from identity_kit.identity import Identity
from identity_kit.signing import SigningKeys
from organisation import Organisation
from servicekit.auth import key_id
from servicekit.testing.running import Running
from sqlalchemy import text

EARLY = timedelta(hours=1)


def keys_of(running: Running) -> SigningKeys:
    identity: Identity = running.app.state.identity
    return identity.keys


async def signs_with(acme: Organisation) -> str:
    """The key id of a new token, which verifies."""
    token = (await acme.log_in())["access_token"]
    await acme.claims(token)
    return key_id(token)


async def published(acme: Organisation) -> set[str]:
    rows = await acme.rows(
        "SELECT kid FROM control.signing_key"
        " WHERE published_until IS NULL OR published_until > clock_timestamp()"
    )
    return {row["kid"] for row in rows}


async def later(running: Running, minutes: int) -> None:
    """Let time pass for the keys, and this replica look at them again."""
    async with running.database.control() as session:
        by = f"interval '{minutes} minutes'"
        moved = f"signs_from = signs_from - {by}, published_until = published_until - {by}"
        await session.execute(text(f"UPDATE control.signing_key SET {moved}"))
        await session.commit()
    await keys_of(running).load(running.database)


async def test_in_a_rotation_every_token_verifies_from_beginning_to_end(
    acme: Organisation, running: Running
) -> None:
    former = await signs_with(acme)
    tokens = [(await acme.log_in())["access_token"]]
    following = await keys_of(running).rotate(running.database, early=EARLY)
    assert {former, following} <= await published(acme)
    await later(running, 59)
    assert await signs_with(acme) == former
    tokens.append((await acme.log_in())["access_token"])
    await later(running, 2)
    assert await signs_with(acme) == following
    for token in tokens:
        await acme.claims(token)
    await later(running, 10)
    assert former not in await published(acme)
    assert await signs_with(acme) == following


async def test_a_restart_in_the_middle_of_a_rotation_goes_on_with_it(
    acme: Organisation, running: Running
) -> None:
    former = await signs_with(acme)
    following = await keys_of(running).rotate(running.database, early=EARLY)
    identity: Identity = running.app.state.identity
    restarted = SigningKeys(running.service.name, identity.sealer)
    await restarted.load(running.database)
    assert restarted._signer is not None
    assert restarted._signer.kid == former
    await later(running, 60)
    await restarted.load(running.database)
    assert restarted._signer.kid == following


async def test_a_compromised_key_is_withdrawn_at_once(acme: Organisation, running: Running) -> None:
    former = await signs_with(acme)
    following = await keys_of(running).rotate(running.database, early=timedelta(0), compromised=True)
    await keys_of(running).load(running.database)
    assert await published(acme) == {following} != {former}
    assert await signs_with(acme) == following
