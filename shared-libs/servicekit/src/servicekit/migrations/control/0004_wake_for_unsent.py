"""The relay is woken for what is to be sent: a fact that nobody hears is kept, and sent to nobody."""

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    _wake("IF EXISTS (SELECT FROM added WHERE sent_at IS NULL) THEN NOTIFY outbox; END IF;", of_rows=True)


def downgrade() -> None:
    _wake("NOTIFY outbox;", of_rows=False)


def _wake(body: str, *, of_rows: bool) -> None:
    op.execute("DROP TRIGGER outbox_wake ON outbox")
    op.execute(
        "CREATE OR REPLACE FUNCTION outbox_wake() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN {body} RETURN NULL; END $$"
    )
    rows = "REFERENCING NEW TABLE AS added " if of_rows else ""
    op.execute(
        f"CREATE TRIGGER outbox_wake AFTER INSERT ON outbox {rows}FOR EACH STATEMENT "
        "EXECUTE FUNCTION outbox_wake()"
    )
