"""The words of messages, to search for. Rewrites the messages' table."""

import sqlalchemy as sa
from alembic import op
from servicekit.migrations.folding import create_folded
from sqlalchemy.dialects.postgresql import TSVECTOR

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    create_folded()
    op.execute(
        "CREATE FUNCTION message_words(text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE "
        "RETURN to_tsvector('simple', regexp_replace(folded($1), '[^[:alnum:]]+', ' ', 'g'))"
    )
    words = sa.Computed("message_words(text)", persisted=True)
    op.add_column("messages", sa.Column("words", TSVECTOR(), words, nullable=False))
    op.create_index(
        "ix_messages_words",
        "messages",
        ["words"],
        postgresql_using="gin",
        postgresql_with={"fastupdate": "off"},
    )


def downgrade() -> None:
    op.drop_column("messages", "words")
    op.execute("DROP FUNCTION message_words(text)")
    op.execute("DROP FUNCTION folded(text)")
