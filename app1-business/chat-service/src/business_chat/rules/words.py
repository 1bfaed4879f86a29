"""Words that rows and answers share."""

from enum import StrEnum


class ChannelKind(StrEnum):
    PUBLIC = "public"
    PRIVATE = "private"
    DIRECT = "direct"


class MemberRole(StrEnum):
    OWNER = "owner"
    MEMBER = "member"


class Notify(StrEnum):
    """What of a channel somebody wants to be told of."""

    ALL = "all"
    MENTIONS = "mentions"
    NOTHING = "nothing"  # muted


class EventKind(StrEnum):
    MESSAGE_CREATED = "message_created"
    MESSAGE_EDITED = "message_edited"
    MESSAGE_DELETED = "message_deleted"
    REACTION_ADDED = "reaction_added"
    REACTION_REMOVED = "reaction_removed"
    MEMBER_ADDED = "member_added"
    MEMBER_REMOVED = "member_removed"
    CHANNEL_CHANGED = "channel_changed"
