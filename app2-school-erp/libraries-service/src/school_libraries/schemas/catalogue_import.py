from servicekit.files import FileName
from servicekit.schemas import Input


class ImportWish(Input):
    """`name` is what the file is called."""

    name: FileName
