"""Channels, their log, messages and what belongs to them, people."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None

_moment, _now = sa.DateTime(timezone=True), sa.text("now()")


def _identified() -> list[sa.Column[object]]:
    return [
        sa.Column("id", sa.Uuid(), nullable=False, server_default=sa.text("uuidv7()")),
        sa.Column("created_at", _moment, nullable=False, server_default=_now),
    ]


def _editable() -> list[sa.Column[object]]:
    return [
        *_identified(),
        sa.Column("updated_at", _moment, nullable=False, server_default=_now),
        sa.Column("version", sa.Integer(), nullable=False),
    ]


def _of(column: str, table: str, referred: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{referred}.id"], name=f"fk_{table}_{column}")


def upgrade() -> None:
    op.create_table(
        "people",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("handle", sa.String(), nullable=False),
        sa.Column("display_name", sa.String(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False, server_default=sa.text("true")),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", name="pk_people"),
        sa.UniqueConstraint("handle", name="uq_people_handle"),
    )
    op.create_table(
        "channels",
        *_editable(),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.String()),
        sa.Column("topic", sa.String(), nullable=False, server_default=""),
        sa.Column("direct_key", sa.String()),
        sa.Column("is_default", sa.Boolean(), nullable=False, server_default=sa.text("false")),
        sa.Column("last_seq", sa.BigInteger(), nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("id", name="pk_channels"),
        sa.CheckConstraint("kind IN ('public', 'private', 'direct')", name="ck_channels_kind"),
        sa.CheckConstraint("(kind = 'direct') = (name IS NULL)", name="ck_channels_name"),
        sa.CheckConstraint("(kind = 'direct') = (direct_key IS NOT NULL)", name="ck_channels_direct_key"),
    )
    op.create_index("uq_channels_name", "channels", [sa.text("lower(name)")], unique=True)
    op.create_index("uq_channels_direct_key", "channels", ["direct_key"], unique=True)
    op.create_table(
        "channel_members",
        sa.Column("channel_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("joined_at", _moment, nullable=False, server_default=_now),
        sa.Column("last_read_seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("channel_id", "user_id", name="pk_channel_members"),
        _of("channel_id", "channel_members", "channels"),
        sa.CheckConstraint("role IN ('owner', 'member')", name="ck_channel_members_role"),
    )
    op.create_index("ix_channel_members_user_id", "channel_members", ["user_id"])
    op.create_table(
        "messages",
        *_editable(),
        sa.Column("channel_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("client_msg_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("thread_root_id", sa.Uuid()),
        sa.Column("mentions_channel", sa.Boolean(), nullable=False, server_default=sa.text("false")),
        sa.Column("edited_at", _moment),
        sa.Column("deleted_at", _moment),
        sa.PrimaryKeyConstraint("id", name="pk_messages"),
        _of("channel_id", "messages", "channels"),
        _of("thread_root_id", "messages", "messages"),
        sa.UniqueConstraint("channel_id", "seq", name="uq_messages_channel_id_seq"),
        sa.UniqueConstraint("author_id", "client_msg_id", name="uq_messages_author_id_client_msg_id"),
    )
    op.create_index("ix_messages_thread_root_id_seq", "messages", ["thread_root_id", "seq"])
    op.create_table(
        "message_revisions",
        *_identified(),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_message_revisions"),
        _of("message_id", "message_revisions", "messages"),
    )
    op.create_index("ix_message_revisions_message_id", "message_revisions", ["message_id"])
    op.create_table(
        "mentions",
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("message_id", "user_id", name="pk_mentions"),
        _of("message_id", "mentions", "messages"),
    )
    op.create_index("ix_mentions_user_id", "mentions", ["user_id"])
    op.create_table(
        "reactions",
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("emoji", sa.String(), nullable=False),
        sa.Column("created_at", _moment, nullable=False, server_default=_now),
        sa.PrimaryKeyConstraint("message_id", "user_id", "emoji", name="pk_reactions"),
        _of("message_id", "reactions", "messages"),
    )
    op.create_table(
        "thread_members",
        sa.Column("root_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("last_read_seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("root_id", "user_id", name="pk_thread_members"),
        _of("root_id", "thread_members", "messages"),
    )
    op.create_index("ix_thread_members_user_id", "thread_members", ["user_id"])
    op.create_table(
        "channel_events",
        sa.Column("channel_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("actor_id", sa.Uuid()),
        sa.Column("message_id", sa.Uuid()),
        sa.Column("data", postgresql.JSONB(), nullable=False),
        sa.Column("created_at", _moment, nullable=False, server_default=_now),
        sa.PrimaryKeyConstraint("channel_id", "seq", name="pk_channel_events"),
        _of("channel_id", "channel_events", "channels"),
        _of("message_id", "channel_events", "messages"),
        sa.CheckConstraint(
            "kind IN ('message_created', 'message_edited', 'message_deleted', 'reaction_added', "
            "'reaction_removed', 'member_added', 'member_removed', 'channel_changed')",
            name="ck_channel_events_kind",
        ),
    )
    op.create_index("ix_channel_events_created_at", "channel_events", ["created_at"])


def downgrade() -> None:
    for table in (
        "channel_events",
        "thread_members",
        "reactions",
        "mentions",
        "message_revisions",
        "messages",
        "channel_members",
        "channels",
        "people",
    ):
        op.drop_table(table)
