import pytest
from servicekit.prepared import Prepared
from sqlalchemy import Column, MetaData, Numeric, Table, Text, TypeDecorator, select


class Reversed(TypeDecorator[str]):
    impl = Text
    cache_ok = True


TABLE = Table("things", MetaData(), Column("price", Numeric(8, 2)), Column("name", Reversed()))


def test_a_column_whose_values_are_converted_is_refused() -> None:
    Prepared(select(TABLE.c.price))
    with pytest.raises(TypeError, match="name"):
        Prepared(select(TABLE.c.price, TABLE.c.name))
