import pytest
from servicekit.prepared import Prepared
from sqlalchemy import JSON, Column, MetaData, Numeric, Table, Text, select

TABLE = Table(
    "things", MetaData(), Column("name", Text), Column("data", JSON), Column("price", Numeric(8, 2))
)


def test_a_column_whose_values_sqlalchemy_converts_is_refused() -> None:
    Prepared(select(TABLE.c.name, TABLE.c.price))
    with pytest.raises(TypeError, match="data"):
        Prepared(select(TABLE.c.name, TABLE.c.data))
