"""Requests that a generator makes up from each application's OpenAPI document: none is our failure."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from fleet.testing import RunningFleet


@pytest.mark.parametrize("application", ["business", "school"])
async def test_no_made_up_request_is_answered_with_5xx(
    running_fleet: RunningFleet, application: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    organisation = await running_fleet.register(application)
    await organisation.client.aclose()
    command = [
        str(Path(sys.executable).with_name("st")),
        "run",
        f"{running_fleet.gateway}/openapi/{application}.json",
        f"--url={running_fleet.gateway}",
        f"--header=Authorization: Bearer {organisation.token}",
        "--checks=not_a_server_error",
        "--phases=examples,coverage,fuzzing",
        "--max-examples=15",
        "--seed=1",
        "--continue-on-failure",
        "--exclude-path-regex=^/user/(logout|me/sessions$)",  # what follows would only be 401
        "--suppress-health-check=all",
        "--request-timeout=30",
    ]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=600)
    made = re.search(r"([\d,]+) generated", done.stdout)
    with capsys.disabled():
        print(f"\n{application}: {made.group(0) if made else '?'}")
    assert done.returncode == 0, done.stdout[-6000:]
    assert made
    assert "Server error" not in done.stdout
