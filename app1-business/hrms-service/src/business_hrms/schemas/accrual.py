from servicekit.schemas import Day, Input


class AccrualRun(Input):
    as_of: Day
