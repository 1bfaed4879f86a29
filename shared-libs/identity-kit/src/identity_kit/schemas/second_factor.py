from typing import Annotated

from pydantic import Field, SecretStr
from servicekit.schemas import Input, Output

Code = Annotated[str, Field(max_length=20)]


class CodeShown(Input):
    code: Code


class ChallengeAnswer(Input):
    """`code` is the app's, or one of the recovery codes."""

    challenge: Annotated[str, Field(max_length=500)]
    code: Code


class StepUp(Input, str_strip_whitespace=False):
    """What the account has: a code where it has a second factor, else the password."""

    password: Annotated[SecretStr, Field(max_length=256)] | None = None
    code: Code | None = None


class TotpSetupRead(Output):
    """The secret as letters to type, as an address, and as a QR code (SVG) of that address."""

    secret: str
    address: str
    qr_svg: str


class RecoveryCodesRead(Output):
    """Each is good once, in place of the app's code. They are shown this one time."""

    recovery_codes: list[str]


class SecondFactorRead(Output):
    """`required`: a role of the account must have one in this organisation."""

    totp: bool
    recovery_codes_left: int
    required: bool
