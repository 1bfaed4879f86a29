"""The letters that other modules ask for, with what their jobs carry."""

from datetime import date

from identity_kit.mail.letter import Letter
from identity_kit.models.account import User
from identity_kit.services.desk import Desk, in_words, to_account, to_recipient


@to_recipient
async def employee_welcome(desk: Desk) -> Letter:
    first_day = date.fromisoformat(desk.mail.data["date_of_joining"])
    return Letter(
        subject=f"Welcome to {desk.tenant.name}",
        paragraphs=[
            f"Hello {desk.mail.data['first_name']},",
            f"welcome to {desk.tenant.name}! Your first day is {in_words(first_day)}.",
            "An invitation to sign in comes in a mail of its own.",
        ],
        action=("Where you will sign in", desk.link("login")),
    )


@to_recipient
async def document_expiring(desk: Desk) -> Letter:
    data = desk.mail.data
    whose = f"{data['employee']}'s" if "employee" in data else "Your"
    subject = f"{whose} {data['type']} expires on {in_words(date.fromisoformat(data['expires_on']))}"
    return Letter(
        subject=subject,
        paragraphs=["Hello,", f"{subject}.", "Please see to a newer one, and upload it in its place."],
        action=("See the documents", desk.link("documents")),
    )


@to_account
async def leave_asked(desk: Desk, user: User) -> Letter:
    data = desk.mail.data
    return Letter(
        subject=f"{data['employee']} asks for leave {_span(data)}",
        paragraphs=[
            f"Hello {user.name},",
            f"{data['employee']} asks for leave {_span(data)}, and you are asked to decide.",
        ],
        action=("See the request", desk.link("leave")),
    )


@to_account
async def leave_decided(desk: Desk, user: User) -> Letter:
    data = desk.mail.data
    comment = [data["comment"]] if "comment" in data else []
    subject = f"Your leave {_span(data)} was {data['status']}"
    return Letter(
        subject=subject,
        paragraphs=[f"Hello {user.name},", f"{subject[0].lower()}{subject[1:]}.", *comment],
        action=("See your leave", desk.link("leave")),
    )


@to_recipient
async def library_notice(desk: Desk) -> Letter:
    data = desk.mail.data
    title, day = data["title"], in_words(date.fromisoformat(data["day"]))
    subject, what = {
        "loan_due_soon": (f"“{title}” is due on {day}", "Please bring it back by then, or renew it."),
        "loan_overdue": (f"“{title}” was due on {day}", "Please bring it back."),
        "hold_ready": (f"“{title}” lies ready until {day}", "It can be fetched at the desk."),
    }[data["kind"]]
    return Letter(
        subject=subject,
        paragraphs=["Hello,", f"this is about what {data['patron']} borrows: {subject}.", what],
        action=("See the library", desk.link("library")),
    )


@to_account
async def unread_messages(desk: Desk, user: User) -> Letter:
    data = desk.mail.data
    subject = (
        "1 message waits for you" if data["messages"] == "1" else f"{data['messages']} messages wait for you"
    )
    told = [("{} wrote to you directly: {}", data["direct"]), ("You are named in {}: {}", data["channels"])]
    lines = [
        form.format(name, count)
        for form, counted in told
        for count, _, name in (line.partition(" ") for line in counted.splitlines())
    ]
    return Letter(
        subject=subject,
        paragraphs=[f"Hello {user.name},", f"{subject} in the chat of {desk.tenant.name}.", *lines],
        action=("Open the chat", desk.link("chat")),
    )


def _span(data: dict[str, str]) -> str:
    first, last = (in_words(date.fromisoformat(data[name])) for name in ("from", "to"))
    return f"on {first}" if first == last else f"from {first} to {last}"
