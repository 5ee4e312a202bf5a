"""Making a channel."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from attrs import frozen

from saiondo_core.channels.founding import found_or_founded, founded, planned
from saiondo_core.channels.model import Channel, ChannelType
from saiondo_core.channels.ports import ChannelRepository
from saiondo_core.kernel.ids import UserId
from saiondo_core.kernel.policies import CHANNEL_CREATE, Policy
from saiondo_core.kernel.rights import UseCase
from saiondo_core.kernel.text import Json
from saiondo_core.users.ports import UserRepository


@frozen(kw_only=True)
class CreateChannelUseCase(UseCase):
    """Make a channel."""

    policy: ClassVar[Policy] = CHANNEL_CREATE
    channels: ChannelRepository
    users: UserRepository

    async def execute(
        self,
        *,
        name: str,
        owner_id: UserId | None = None,
        type: ChannelType | str = ChannelType.PRIVATE,
        members: Sequence[UserId] = (),
        description: str | None = None,
        key: str | None = None,
        metadata: Mapping[str, Json] | None = None,
    ) -> Channel:
        """Make a channel that *owner_id* owns, with *members* in it from the start.

        Two users have one direct channel: whichever of them makes it again is given the one they have.

        Args:
            name: 1 to 50 characters on one line.
            owner_id: Who makes it: a member, with the role owner.
            type: `public`, `private` or `direct`.
            members: The others, in any order; with the owner at most 1,000, and exactly 2 in a direct channel.
            description: At most 200 characters.
            key: The host's own name for it, such as `order:42`: 1 to 100 characters, unique, and never a direct
                channel's.
            metadata: The host's own: JSON of at most 4 KiB, 5 deep.

        Returns:
            The channel.

        Raises:
            InvalidInputError: One of the arguments is not as said above, or the system acts: it owns nothing.
            AccessDeniedError: The owner may not make channels.
            UserNotFoundError: The owner or a member does not exist, or was deleted.
            ChannelKeyTakenError: Another channel has that key.
            StaleRightsError: The acting user's rights were changed by others all the time.
            MissingActorError: Nobody was named as the one who acts.
            ActorMismatchError: Somebody else than the acting user was.
            NotOpenError: The factory is not open.
        """
        who = self.acting.who(owner_id)
        plan = planned(who, name=name, type=type, members=members, description=description, key=key, metadata=metadata)
        make = found_or_founded if plan.type is ChannelType.DIRECT else founded
        return await make(plan, who, self.acting, self.channels, self.users)

    __call__ = execute
