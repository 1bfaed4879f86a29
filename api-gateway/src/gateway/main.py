"""The gateway as uvicorn runs it: `uvicorn gateway.main:app`."""

from gateway.app import create_app
from gateway.settings import Settings

app = create_app(Settings())
