"""The words of checklists."""

from enum import StrEnum


class Occasion(StrEnum):
    """When a checklist begins: days are counted from the date of joining, or from the last day."""

    ONBOARDING = "onboarding"
    OFFBOARDING = "offboarding"


class Assignee(StrEnum):
    """Whose task it is: who manages checklists, whoever is above the employee, or the employee."""

    HR = "hr"
    MANAGER = "manager"
    EMPLOYEE = "employee"
