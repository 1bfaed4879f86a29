import pytest
from hypothesis import given
from hypothesis import strategies as st
from school_libraries.rules.isbn import isbn10, isbn13


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("1-85798-218-5", "9781857982183"),
        ("978-1-85798-218-3", "9781857982183"),
        ("1857982185 (pbk.) : £5.99", "9781857982183"),
        ("0-8044-2957-x", "9780804429573"),
        ("978-9024538271", None),
        ("1-85798-218-6", None),
        ("4006381333931", None),  # a barcode that is no book's
        ("not known", None),
        ("", None),
    ],
)
def test_an_isbn_is_known_by_its_check_digit(written: str, expected: str | None) -> None:
    assert isbn13(written) == expected


def test_the_older_form_comes_back() -> None:
    assert isbn10("9781857982183") == "1857982185"
    assert isbn10("9791090636071") is None


@given(st.from_regex(r"[0-9]{9}", fullmatch=True))
def test_exactly_one_check_digit_is_right_and_leads_back(nine: str) -> None:
    right = [nine + digit for digit in "0123456789X" if isbn13(nine + digit)]
    assert len(right) == 1
    thirteen = isbn13(right[0])
    assert thirteen is not None
    assert isbn10(thirteen) == right[0]
    assert isbn13(thirteen) == thirteen
