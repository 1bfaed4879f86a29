"""The parts that an identity service works with, besides its database."""

from collections.abc import Sequence
from dataclasses import dataclass

from redis.asyncio import Redis
from servicekit.fleet import ServiceEntry
from servicekit.migrations import Stream, split

from identity_kit.mail.transport import Transport, transport
from identity_kit.passwords import Passwords
from identity_kit.policy import Policy
from identity_kit.revocations import Revocations
from identity_kit.sealing import Sealer
from identity_kit.settings import IdentitySettings
from identity_kit.signing import SigningKeys
from identity_kit.throttle import Throttle


@dataclass(frozen=True)
class Identity:
    entry: ServiceEntry
    settings: IdentitySettings
    policy: Policy
    passwords: Passwords
    sealer: Sealer
    keys: SigningKeys
    mail: Transport
    redis: Redis
    revocations: Revocations
    throttle: Throttle
    tenant_streams: Sequence[Stream]  # what a tenant's schema is made by

    @classmethod
    def of(
        cls, entry: ServiceEntry, settings: IdentitySettings, policy: Policy, streams: Sequence[Stream]
    ) -> "Identity":
        sealer = Sealer(settings.secret)
        redis = Redis.from_url(str(settings.redis_url))
        return cls(
            entry=entry,
            settings=settings,
            policy=policy,
            passwords=Passwords(),
            sealer=sealer,
            keys=SigningKeys(entry.name, sealer),
            mail=transport(settings),
            redis=redis,
            revocations=Revocations(redis),
            throttle=Throttle(redis, entry.name),
            tenant_streams=split(streams)[1],
        )
