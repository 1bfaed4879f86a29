"""Where the module's tables come together."""

from decimal import Decimal

from servicekit.db import TYPES, tenant_metadata
from sqlalchemy import ARRAY, Numeric, String
from sqlalchemy.orm import DeclarativeBase


class Base(DeclarativeBase):
    metadata = tenant_metadata()
    type_annotation_map = TYPES | {Decimal: Numeric(12, 2), list[str]: ARRAY(String())}
