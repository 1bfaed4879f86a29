"""Where the kit's tables come together: in every tenant's schema, and in `control`."""

from servicekit.db import TYPES, control_metadata, tenant_metadata
from sqlalchemy.orm import DeclarativeBase


class Base(DeclarativeBase):
    metadata = tenant_metadata()
    type_annotation_map = TYPES


class ControlBase(DeclarativeBase):
    metadata = control_metadata()
    type_annotation_map = TYPES
