import asyncpg
import pytest
from servicekit.prepared import Prepared
from servicekit.testing.running import Running
from sqlalchemy import Column, MetaData, Numeric, Table, Text, TypeDecorator, func, literal, select
from sqlalchemy.dialects.postgresql import JSONB


class Reversed(TypeDecorator[str]):
    impl = Text
    cache_ok = True


TABLE = Table(
    "things", MetaData(), Column("price", Numeric(8, 2)), Column("name", Reversed()), Column("parts", JSONB())
)


def test_a_column_whose_values_are_converted_is_refused() -> None:
    Prepared(select(TABLE.c.price))
    with pytest.raises(TypeError, match="name"):
        Prepared(select(TABLE.c.price, TABLE.c.name))
    with pytest.raises(TypeError, match="parts"):
        Prepared(select(TABLE.c.parts))


WHO = Prepared(select(func.pg_backend_pid().label("pid")))
NOTHING_BY_NOTHING = Prepared(select((literal(1) / 0).label("what")))


async def test_a_session_that_holds_a_connection_reads_on_it(running: Running, tenant: str) -> None:
    async with running.database.reading(running.context(tenant)) as session:
        own = await session.scalar(select(func.pg_backend_pid()))
        assert [row["pid"] for row in await WHO.rows(session, {})] == [own]


async def test_a_session_that_holds_none_has_one_for_the_statement_alone(
    running: Running, tenant: str
) -> None:
    async with running.database.reading(running.context(tenant)) as session:
        for _ in range(30):  # more than there are connections
            await WHO.rows(session, {})
            with pytest.raises(asyncpg.DivisionByZeroError):
                await NOTHING_BY_NOTHING.rows(session, {})
        assert not session.in_transaction()
