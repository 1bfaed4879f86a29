"""Background jobs of the service."""

from contracts.facts import Envelope
from servicekit.db import TenantSession
from servicekit.handlers import Handlers

from school_libraries.services import catalogue_import
from school_libraries.services.catalogue_import import ImportCatalogue

handlers = Handlers()


@handlers.does(ImportCatalogue)
async def import_catalogue(session: TenantSession, portion: ImportCatalogue, _: Envelope) -> None:
    await catalogue_import.take(session, portion)
