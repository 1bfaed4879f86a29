"""The people of Acme Ltd, the demo company. All of them are invented."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True)
class Department:
    """A head, and one employee for each position named in `staff`."""

    name: str
    above: str | None
    head: str
    staff: tuple[str, ...] = ()


@dataclass(frozen=True)
class Person:
    """One employee; `manager` is their manager's number."""

    number: str
    first_name: str
    last_name: str
    email: str
    department: str
    position: str
    manager: str | None
    joined: date
    employment_type: str


OWNER = ("Ada", "Lovelace")
OWNER_EMAIL = "ada@acme.test"

DEPARTMENTS = (
    Department("Executive Office", None, "Managing Director", ("Executive Assistant", "Company Secretary")),
    Department("Engineering", None, "Director of Engineering", ("Principal Engineer",)),
    Department(
        "Platform", "Engineering", "Platform Lead", ("Platform Engineer",) * 4 + ("Database Engineer",)
    ),
    Department(
        "Product", "Engineering", "Product Lead", ("Software Engineer",) * 7 + ("Product Designer",) * 2
    ),
    Department("Quality", "Engineering", "Quality Lead", ("Test Engineer",) * 4),
    Department("Commercial", None, "Commercial Director"),
    Department(
        "Sales", "Commercial", "Head of Sales", ("Account Manager",) * 4 + ("Sales Representative",) * 4
    ),
    Department(
        "Marketing", "Commercial", "Head of Marketing", ("Marketing Specialist",) * 2 + ("Copywriter",)
    ),
    Department("Customer Success", "Commercial", "Head of Support", ("Support Specialist",) * 5),
    Department("Operations", None, "Operations Director"),
    Department("Finance", "Operations", "Head of Finance", ("Accountant",) * 2 + ("Payroll Clerk",)),
    Department("People", "Operations", "Head of People", ("HR Partner",) * 2 + ("Recruiter",)),
    Department("IT", "Operations", "IT Manager", ("System Administrator",) * 3),
)

_FIRST_NAMES = """
    Amara Bengt Carmen Dmitri Elena Farid Greta Hiro Ines Jonas Kavita Leon Mei Nils Olga Priya Quentin
    Rosa Samir Tove Umar Vera Wanda Xavier Yara Zoltan Aisha Bruno Chloe David Emeka Fatima George Hanna
    Ivan Julia Kofi Lucia Marek Nadia Oscar Paula Rahul Sofia Tomas Ursula Viktor Wen Yusuf Zara Anders
    Bianca Cyril Dana Erik Flora Gita Henrik
"""
_LAST_NAMES = """
    Moreau Nguyen Ivanova Fischer Okonkwo Berg Tanaka Silva Haddad Novak Larsen Chen Castillo Weber Mensah
    Rossi Khan Lindqvist Petrov Adeyemi Garcia Sato Jensen Kapoor Walsh Diaz Olsen Varga Patel Dorn Yilmaz
    Hughes Zhang Brandt Gomez Usman Eriksen Costa Iqbal Bauer Young Farouk Engel Ramirez Quist Johansson
    Xu Almeida Taylor Vogel Zielinski Dubois Arnold Flores Evans Mbeki Carlsen Pereira
"""


def people() -> Iterator[Person]:
    """Everybody, each after their manager; the same at every call."""
    chance = random.Random(1)  # noqa: S311 - believable, not secret
    names = [OWNER, *zip(_FIRST_NAMES.split(), _LAST_NAMES.split(), strict=True)]
    posts = [(place, position) for place in DEPARTMENTS for position in (place.head, *place.staff)]
    heads: dict[str, str] = {}
    for serial, ((department, position), (first_name, last_name)) in enumerate(
        zip(posts, names, strict=True), 1
    ):
        number = f"A{serial:03}"
        leads = department.name not in heads
        manager = heads.get(department.above or DEPARTMENTS[0].name) if leads else heads[department.name]
        heads.setdefault(department.name, number)
        since = date(2014, 1, 6) if leads else date(2019, 1, 7)
        yield Person(
            number=number,
            first_name=first_name,
            last_name=last_name,
            email=f"{first_name}.{last_name}@acme.test".lower() if manager else OWNER_EMAIL,
            department=department.name,
            position=position,
            manager=manager,
            joined=since + timedelta(weeks=chance.randrange(5 * 52 if leads else 7 * 52)),
            employment_type="full_time"
            if leads
            else chance.choice(("full_time",) * 4 + ("part_time", "contract")),
        )
