"""docs/identity-tour.md is run command by command, and has to be answered as it says."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from fleet.testing import RunningFleet

REPOSITORY = Path(__file__).parents[3]
PAGE = REPOSITORY / "docs/identity-tour.md"
SEPARATOR = "\x1e"

VARIES = re.compile(
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d[.]\d+(?:Z|[+]00:00)"  # moments, and the days in mails
    r"|\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d [+]0000"
    r"|\d+ \w+ 20\d\d|at \d\d:\d\d \w+"
    r"|after \d+ ms|\d+ answers|\d[.]\d{6}"  # measurements
    r"|curl/[\d.]+"
    r"|localhost:\d+"  # the frontends' ports, which a test's fleet moves
)


def steps() -> list[tuple[str, str]]:
    """Each command of the page's blocks, and the answer below it."""
    blocks = re.findall(r"^```\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    found = re.findall(r"^[$] (.*\n(?:> .*\n)*)((?:(?![$] ).*\n)*)", "".join(blocks), re.MULTILINE)
    return [(re.sub(r"^> ", "", command, flags=re.MULTILINE), answer) for command, answer in found]


def pattern(answer: str) -> str:
    """What matches an answer: `…` is anything, and so is what differs from run to run."""
    parts = (re.escape(part) for part in VARIES.sub("…", answer.strip()).split("…"))
    return ".*?".join(parts)


def test_the_tour_is_answered_as_the_page_says(running_fleet: RunningFleet) -> None:
    page = steps()
    script = "".join(f"{command}printf '{SEPARATOR}'\n" for command, _ in page)
    script = script.replace("http://127.0.0.1:8080", running_fleet.gateway)
    script = script.replace(".venv/bin/", f"{Path(sys.executable).parent}/")
    ran = subprocess.run(
        ["bash", "-c", script],
        cwd=REPOSITORY,
        env=running_fleet.environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=540,
    )
    answers = ran.stdout.split(SEPARATOR)[:-1]
    for (command, said), answer in zip(page, answers, strict=True):
        trimmed = re.sub(r" +$", "", answer.strip(), flags=re.MULTILINE)  # as editors leave a page
        if re.fullmatch(pattern(said), trimmed, re.DOTALL) is None:
            pytest.fail(f"$ {command}\nThe page says:\n{said}\nThe fleet answers:\n{answer}")
    assert len(page) > 80
