"""Python environments for peers whose packages are none of ours."""

import subprocess
import sys
from pathlib import Path

from bench.ground import OUT

_FOLDER = OUT / ".environments"  # where mypy does not look


def python_with(name: str, *packages: str) -> Path:
    """The interpreter of an environment that has these packages; it is made where it is missing."""
    uv = Path(sys.executable).with_name("uv")
    python = _FOLDER / name / "bin/python"
    if not python.exists():
        subprocess.run([uv, "venv", "-q", "--python", sys.executable, python.parents[1]], check=True)
    subprocess.run([uv, "pip", "install", "-q", "--python", python, *packages], check=True)
    return python
