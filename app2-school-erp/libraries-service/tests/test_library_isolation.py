import httpx
from lending import Library
from servicekit.testing.running import Running
from servicekit.testing.suite import routes

BODIES: dict[tuple[str, str], dict[str, object]] = {
    ("PATCH", "/libraries/branches/{branch_id}"): {"name": "Mine"},
    ("PATCH", "/libraries/books/{book_id}"): {"title": "Mine"},
    ("POST", "/libraries/books/{book_id}/copies"): {"barcode": "mine"},
    ("PATCH", "/libraries/copies/{barcode}"): {"item_type": "mine"},
    ("PATCH", "/libraries/patrons/{patron_id}"): {"blocked": "Mine"},
    ("POST", "/libraries/patrons/{patron_id}/charges"): {"kind": "other", "amount": "1", "note": "Mine"},
    ("POST", "/libraries/patrons/{patron_id}/payments"): {"amount": "1"},
    ("POST", "/libraries/patrons/{patron_id}/waivers"): {
        "charge_id": "00000000-0000-7000-8000-000000000000",
        "note": "Mine",
    },
    ("POST", "/libraries/holds/{hold_id}/move"): {"position": 1},
}


async def test_another_schools_ids_are_404_on_every_route(
    running: Running, library: Library, outsider: httpx.AsyncClient
) -> None:
    loan = await library.lent()
    hold = await library.post("holds", book_id=loan["book_id"], patron_id=(await library.patron())["id"])
    ids = {**loan, "loan_id": loan["id"], "hold_id": hold["id"]}
    tried = 0
    for route in routes(running):
        if not route.param_convertors or not route.param_convertors.keys() <= ids.keys():
            continue
        for method in route.methods or ():
            answer = await outsider.request(
                method,
                route.path.format(**ids),
                json=BODIES[method, route.path] if route.body_field else None,
                headers={"if-match": '"1"'},
            )
            assert answer.status_code == 404, (method, route.path, answer.text)
            tried += 1
    assert tried >= 26
    assert (await library.get(f"loans/{loan['id']}")) == loan
