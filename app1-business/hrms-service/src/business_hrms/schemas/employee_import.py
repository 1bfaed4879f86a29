from contracts.facts import EmploymentType
from servicekit.files import FileName
from servicekit.schemas import Day, Email, Input, Name

from business_hrms.schemas.employee import EmployeeNo


class ImportWish(Input):
    """`name` is what the file is called. A dry run tells what would be, and changes nothing."""

    name: FileName
    dry_run: bool = False


class EmployeeCells(Input):
    """A row of the file: its columns are these fields, in any order. Only `employee_no` is in every file.

    `department` and `holiday_list` are names of what there is; a `position` that is
    not there is made; `manager_no` is somebody's `employee_no`, of the file or not.
    """

    employee_no: EmployeeNo
    first_name: Name | None = None
    last_name: Name | None = None
    email: Email | None = None
    date_of_joining: Day | None = None
    employment_type: EmploymentType | None = None
    department: Name | None = None
    position: Name | None = None
    manager_no: EmployeeNo | None = None
    holiday_list: Name | None = None
