"""The catalogue of a large library: searched among 200,000 titles, filled from 50,000 MARC records.

The school is registered as any is; its titles are put in place directly, because only searching
them is measured. Words are drawn as in any language: the hundredth is a hundred times as rare as
the first.
"""

import asyncio
import random
import time
from collections.abc import Iterator, Sequence
from itertools import accumulate

import httpx
import psutil
from pymarc import Field, Indicators, Record, Subfield

from bench.ground import Ground
from bench.options import Options
from bench.report import Report
from bench.usage import forget_peak, peak_mb

TITLES = 200_000
RECORDS = 50_000
_WORDS = 30_000
_SEARCHES = 300
_P95 = 50  # ms
_RATE = 1000  # records a second
_GROWTH = 10  # MB, once a tenth is done: what a file costs does not depend on its length
_SYLLABLES = "ba ke li mo nu ra sto ven tra qui pel dor ash ine ter gal wen fir hol mer é ü".split()  # noqa: SIM905 - reads as what it is
TENANT, _EMAIL = "benchschool", "owner@benchschool.test"
_PASSWORD = "only-for-benchmarks"  # noqa: S105 - of an account on the developer's own machine
_SERVICE = "app2-libraries-service"

_WITHOUT_IMPORTS = """
DELETE FROM {schema}.copies USING {schema}.books AS book WHERE book.id = book_id AND book.marc IS NOT NULL;
DELETE FROM {schema}.books WHERE marc IS NOT NULL;
"""  # what earlier runs imported

_chance = random.Random(1)  # noqa: S311 - a corpus, not a secret


class _Words:
    """A vocabulary, the most frequent words first."""

    def __init__(self) -> None:
        words: dict[str, None] = {}
        while len(words) < _WORDS:
            words["".join(_chance.choices(_SYLLABLES, k=_chance.choice((2, 2, 3, 3, 4))))] = None
        self.all = list(words)
        self._weights = list(accumulate(1 / rank for rank in range(1, _WORDS + 1)))

    def some(self, count: int) -> list[str]:
        return _chance.choices(self.all, cum_weights=self._weights, k=count)

    def title(self) -> str:
        return " ".join(self.some(_chance.randint(3, 9))).title()

    def name(self) -> str:
        return ", ".join(_chance.choices(self.all, k=2)).title()


def search(where: Ground, _: Options, report: Report) -> None:
    """One word and two words, one request after the other, through the gateway."""
    asyncio.run(_search(where, report))


def marc_import(where: Ground, _: Options, report: Report) -> None:
    """A file of records, from the first byte sent until the job is done."""
    asyncio.run(_import(where, report))


async def _search(where: Ground, report: Report) -> None:
    words = _Words()
    async with _signed_in(where) as client:
        await _stock(where, words)
        rows = []
        for count in (1, 2):
            times = []
            for _n in range(_SEARCHES):
                began = time.perf_counter()
                answer = await client.get("/libraries/search", params={"q": " ".join(words.some(count))})
                times.append((time.perf_counter() - began) * 1000)
                answer.raise_for_status()
            p50, p95 = _quantile(times, 0.5), _quantile(times, 0.95)
            rows.append((str(count), f"{p50:.1f}", f"{p95:.1f}", f"{max(times):.1f}"))
            what = f"search of {TITLES:,} titles by {count} word(s), p95 at the client"
            report.goal(what, f"< {_P95} ms", f"{p95:.1f} ms", met=p95 < _P95)
    report.table(f"Search of {TITLES:,} titles", ("words", "p50 ms", "p95 ms", "slowest ms"), rows)


async def _import(where: Ground, report: Report) -> None:
    words = _Words()
    content = b"".join(_records(words))
    service = psutil.Process(where.pids[_SERVICE])
    async with _signed_in(where) as client:
        early = 0.0
        forget_peak(service)
        began = time.perf_counter()
        name = {"name": "records.mrc"}
        started = (await client.post("/libraries/imports", params=name, content=content)).raise_for_status()
        while (job := (await client.get(started.headers["location"])).json())["state"] == "running":
            if job["done"] <= RECORDS / 10:
                early = peak_mb(service)
            await asyncio.sleep(0.2)
        seconds = time.perf_counter() - began
    if job["done"] != RECORDS:
        raise RuntimeError(f"the import ended as {job}")
    rate, growth = RECORDS / seconds, peak_mb(service) - early
    report.goal(
        f"import of {RECORDS:,} MARC records, {len(content) / 2**20:.0f} MB",
        f"≥ {_RATE:,}/s",
        f"{rate:,.0f}/s",
        met=rate >= _RATE,
    )
    report.goal(
        "the service's memory, from a tenth of it to the end",
        f"≤ +{_GROWTH} MB",
        f"+{growth:.0f} MB",
        met=growth <= _GROWTH,
    )


def _records(words: _Words) -> Iterator[bytes]:
    blank = Indicators(" ", " ")
    for number in range(RECORDS):
        record = Record(force_utf8=True)
        fields: Sequence[tuple[str, str]] = [
            ("100", words.name()),
            ("245", words.title()),
            ("260", "Publisher"),
            *(("650", " ".join(words.some(2))) for _ in range(3)),
        ]
        for tag, value in fields:
            record.fields.append(
                Field(tag=tag, indicators=blank, subfields=[Subfield(code="a", value=value)])
            )
        barcode = f"M{time.time_ns()}-{number}"
        record.fields.append(
            Field(tag="852", indicators=blank, subfields=[Subfield(code="p", value=barcode)])
        )
        yield bytes(record.as_marc())


def owner(where: Ground) -> str:
    """An access token of the school's owner; the school is made where it is missing."""
    with httpx.Client(base_url=where.gateway, headers={"X-Application": "school"}, timeout=60) as client:
        credentials = {"email": _EMAIL, "password": _PASSWORD}
        names = {"tenant": TENANT, "organisation": "Benchmark School", "name": "Owner"}
        answer = client.post("/user/register", json=names | credentials)
        if answer.status_code != httpx.codes.CONFLICT:
            answer.raise_for_status()
        login = client.post("/user/login", json=credentials, headers={"X-Tenant-ID": TENANT})
        token = str(login.raise_for_status().json()["access_token"])
        client.headers["Authorization"] = f"Bearer {token}"
        while client.get("/user/tenant").json()["services"]["libraries"] != "ready":
            time.sleep(0.2)
    return token


def _signed_in(where: Ground) -> httpx.AsyncClient:
    headers = {"Authorization": f"Bearer {owner(where)}"}
    return httpx.AsyncClient(base_url=where.gateway, headers=headers, timeout=120)


async def _stock(where: Ground, words: _Words) -> None:
    schema = f"tenant_{TENANT}"
    connection = await where.connect("app2_libraries")
    await connection.execute(_WITHOUT_IMPORTS.format(schema=schema))
    there = await connection.fetchval(f"SELECT count(*) FROM {schema}.books")  # noqa: S608 - own name
    titles = (
        (words.title(), [words.name()], [" ".join(words.some(2)) for _ in range(3)], 1)
        for _ in range(TITLES - there)
    )
    await connection.copy_records_to_table(
        "books", schema_name=schema, columns=["title", "authors", "subjects", "version"], records=titles
    )
    await connection.execute("VACUUM (ANALYZE)")
    await connection.execute("CHECKPOINT")  # else it is written while the searches are timed
    await connection.close()


def _quantile(values: Sequence[float], share: float) -> float:
    return sorted(values)[int(len(values) * share)]
