"""What a client knows: per channel its messages, and the place in its log up to which that is all."""

from dataclasses import asdict, dataclass, field
from typing import Any, TypeAlias

Message: TypeAlias = dict[str, Any]
Event: TypeAlias = dict[str, Any]


class Gap(Exception):  # noqa: N818 - what it is
    """An event came without those before it."""


@dataclass
class Channel:
    last_seq: int
    messages: dict[str, Message] = field(default_factory=dict)  # by id

    def put(self, message: Message) -> None:
        """Know a message as it is now. Of a deleted reply nothing is kept; a root may still have a thread."""
        if message["deleted_at"] and message["thread_root_id"]:
            self.messages.pop(message["id"], None)
        else:
            self.messages[message["id"]] = message

    def apply(self, event: Event) -> bool:
        """Know what an event says; False: it was known.

        Raises:
            Gap
        """
        seq = event["seq"]
        if seq <= self.last_seq:
            return False
        if seq != self.last_seq + 1:
            raise Gap
        self.last_seq = seq
        if event["message"]:
            self.put(event["message"])
        thread = event["thread"]
        if thread and (root := self.messages.get(thread["root_id"])):
            root.update(replies=thread["replies"], last_reply_seq=thread["last_reply_seq"])
        return True


@dataclass
class State:
    channels: dict[str, Channel] = field(default_factory=dict)  # by id

    def dump(self) -> dict[str, Any]:
        """As JSON can hold it, for `load`."""
        return asdict(self)

    @classmethod
    def load(cls, dumped: dict[str, Any]) -> "State":
        return cls({id_: Channel(**channel) for id_, channel in dumped["channels"].items()})
