import asyncio
from collections.abc import AsyncGenerator

import pytest
from servicekit import output


@pytest.fixture(autouse=True)
async def nothing_waits() -> AsyncGenerator[None]:
    output.flush()
    yield
    output.flush()


async def test_a_line_that_can_wait_is_written_with_those_that_follow(
    capsys: pytest.CaptureFixture[str],
) -> None:
    output.later("one")
    output.later("two")
    assert capsys.readouterr().out == ""
    assert await _written(capsys) == "one\ntwo\n"


async def test_a_line_of_trouble_is_written_at_once_after_those_that_wait(
    capsys: pytest.CaptureFixture[str],
) -> None:
    output.later("before")
    output.now("trouble")
    assert capsys.readouterr().out == "before\ntrouble\n"


def test_where_nothing_would_write_it_later_a_line_is_written_at_once(
    capsys: pytest.CaptureFixture[str],
) -> None:
    output.later("a command's")
    assert capsys.readouterr().out == "a command's\n"


def test_lines_of_a_loop_that_ended_go_with_the_next_ones(capsys: pytest.CaptureFixture[str]) -> None:
    async def say_first() -> None:
        output.later("first")

    async def say_second() -> str:
        output.later("second")
        return await _written(capsys)

    asyncio.run(say_first())
    assert asyncio.run(say_second()) == "first\nsecond\n"


async def _written(capsys: pytest.CaptureFixture[str]) -> str:
    async with asyncio.timeout(10):
        while not (written := capsys.readouterr().out):
            await asyncio.sleep(0.01)
    return written
