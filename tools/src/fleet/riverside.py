"""The library of Riverside Schools, the demo school. All of it is invented; ISBNs have right check digits."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

TITLES, COPIES, PATRONS = 300, 500, 60
RULES = [
    {"days": 14, "fine": "0.10", "cap": "5.00", "max_debt": "10.00", "lost_after": 90},
    {"patron_category": "teacher", "days": 42, "max_loans": 20, "renewals": 5},
    {"item_type": "dvd", "days": 7, "mode": "dayweek", "renewals": 0, "fine": "0.50", "cap": "5.00"},
]
CALENDAR = {"weekly_closed": ["saturday", "sunday"], "yearly_closed": ["01-01", "12-25", "12-26"]}
_HEADER = "title;authors;isbn;subjects;published;language;barcodes;item_type;price"

_FIRST_NAMES = [
    "Amina",
    "Ben",
    "Carla",
    "Dan",
    "Ella",
    "Femi",
    "Grace",
    "Hugo",
    "Iris",
    "Jamal",
    "Kira",
    "Liam",
    "Maya",
    "Noah",
    "Olive",
    "Pavel",
    "Quinn",
    "Ruth",
    "Sami",
    "Tess",
]
_LAST_NAMES = [
    "Abara",
    "Brook",
    "Castle",
    "Dunn",
    "Ekwueme",
    "Field",
    "Grant",
    "Hill",
    "Ito",
    "Jones",
    "Keller",
    "Lane",
    "Marsh",
    "Nash",
    "Ortiz",
]
_QUALITIES = [
    "Hidden",
    "Silent",
    "Last",
    "Golden",
    "Broken",
    "Distant",
    "Winding",
    "Secret",
    "Northern",
    "Forgotten",
]
_THINGS = [
    "River",
    "Lighthouse",
    "Garden",
    "Orchard",
    "Railway",
    "Harbour",
    "Library",
    "Mountain",
    "Island",
    "Clockmaker",
]
_TWISTS = ("", " and the Storm", " at Midnight", " Returns", " of Riverside", " in Winter")
_SUBJECTS = ["Adventure", "Friendship", "Nature", "History", "Science", "Mystery", "Families", "Journeys"]


@dataclass(frozen=True)
class Pupil:
    card: str
    name: str
    category: str
    guardian_email: str | None


@dataclass(frozen=True)
class Loan:
    barcode: str
    card: str
    out_on: date
    due_on: date


def catalogue() -> str:
    """The titles with their copies, as the table that an import takes; the same at every call."""
    chance = random.Random(2)  # noqa: S311 - believable, not secret
    lines, barcodes = [_HEADER], iter(_barcodes())
    names = [
        f"The {quality} {thing}{twist}" for twist in _TWISTS for quality in _QUALITIES for thing in _THINGS
    ]
    for number, title in enumerate(names[:TITLES]):
        copies = [next(barcodes) for _ in range(2 if number < COPIES - TITLES else 1)]
        kind = "dvd" if number % 25 == 0 else "book"
        author = f"{chance.choice(_LAST_NAMES)}, {chance.choice(_FIRST_NAMES)}"
        subjects = " | ".join(chance.sample(_SUBJECTS, 2))
        year, price = chance.randrange(1975, 2026), f"{chance.randrange(500, 2500) / 100:.2f}"
        cells = (title, author, _isbn(number), subjects, year, "eng", " | ".join(copies), kind, price)
        lines.append(";".join(f'"{cell}"' for cell in cells))
    return "\n".join(lines)


def patrons() -> Iterator[Pupil]:
    """Pupils, and some teachers, who have no accounts."""
    for number in range(PATRONS):
        name = f"{_FIRST_NAMES[number % 20]} {_LAST_NAMES[number % 15]}"
        teaches = number % 12 == 0
        guardian = None if teaches else f"parent{number:02}@riverside.test"
        yield Pupil(f"R{number:03}", name, "teacher" if teaches else "student", guardian)


def loans(today: date) -> Iterator[Loan]:
    """Two for each patron; every tenth is overdue."""
    barcodes, cards = _barcodes(), [patron.card for patron in patrons()]
    for number in range(2 * PATRONS):
        left = 1 + number % 13 if number % 10 else -1 - number % 17
        due_on = today + timedelta(days=left)
        yield Loan(barcodes[-1 - 3 * number], cards[number % PATRONS], due_on - timedelta(days=14), due_on)


def _barcodes() -> list[str]:
    return [f"30112{number:05}" for number in range(COPIES)]


def _isbn(number: int) -> str:
    twelve = f"978140{number:06}"
    return twelve + str(-sum((1, 3)[n % 2] * int(digit) for n, digit in enumerate(twelve)) % 10)
