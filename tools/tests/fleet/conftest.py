from collections.abc import AsyncIterator, Iterator

import pytest
from fleet.testing import Organisation, RunningFleet, started


@pytest.fixture(scope="session")
def running_fleet() -> Iterator[RunningFleet]:
    with started() as running:
        yield running


# For a module, not for the session: an access token lives ten minutes.
@pytest.fixture(scope="module")
async def acme(running_fleet: RunningFleet) -> AsyncIterator[Organisation]:
    """A company with an employee and a department whose names are found nowhere else."""
    organisation = await running_fleet.register("business")
    client = organisation.client
    department = await client.post("/hrms/departments", json={"name": "Marker Department"})
    assert department.status_code == 201, department.text
    employee = {
        "first_name": "Marker",
        "last_name": "Employee",
        "email": "marker@acme.test",
        "date_of_joining": "2026-01-05",
        "department_id": department.json()["id"],
        "position": "Marker Position",
    }
    hired = await client.post("/hrms/employees", json=employee)
    assert hired.status_code == 201, hired.text
    yield organisation
    await client.aclose()


@pytest.fixture(scope="module")
async def rival(running_fleet: RunningFleet) -> AsyncIterator[Organisation]:
    """Another company."""
    organisation = await running_fleet.register("business")
    yield organisation
    await organisation.client.aclose()


@pytest.fixture(scope="module")
async def school(running_fleet: RunningFleet) -> AsyncIterator[Organisation]:
    organisation = await running_fleet.register("school")
    yield organisation
    await organisation.client.aclose()
