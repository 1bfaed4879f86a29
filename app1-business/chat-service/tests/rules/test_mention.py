import pytest
from business_chat.rules import mention


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("@ada and @Ben.", {"ada", "ben"}),
        ("(@ada)", {"ada"}),
        ("@ada.b-c_d!", {"ada.b-c_d"}),
        ("mail ada@example.com", set()),
        ("`@ada` and ```\n@ben\n```", set()),
        ("```\n@ada, never closed", set()),
        ("@ @@ada @-", set()),
    ],
)
def test_handles_are_found_outside_code_and_addresses(text: str, named: set[str]) -> None:
    assert mention.handles(text) == named


@pytest.mark.parametrize(
    ("email", "taken", "handle"),
    [
        ("Ada.B@example.com", set(), "ada.b"),
        ("ada@example.com", {"ada", "ada2"}, "ada3"),
        ("channel@example.com", set(), "channel2"),
        ("ada+chat@example.com", set(), "ada-chat"),
        ("++@example.com", set(), "user"),
    ],
)
def test_a_handle_comes_from_the_address_and_is_nobody_elses(
    email: str, taken: set[str], handle: str
) -> None:
    assert mention.handle_for(mention.handle_base(email), taken) == handle
