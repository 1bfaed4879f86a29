"""Where the module's tables come together."""

from servicekit.db import TYPES, tenant_metadata
from sqlalchemy.orm import DeclarativeBase


class Base(DeclarativeBase):
    metadata = tenant_metadata()
    type_annotation_map = TYPES
