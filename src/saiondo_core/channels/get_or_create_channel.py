"""Finding the host's channel by its key, or making it."""

from collections.abc import Sequence
from typing import ClassVar

from attrs import frozen

from saiondo_core.channels.errors import ChannelKeyTakenError
from saiondo_core.channels.founding import found_or_founded, planned
from saiondo_core.channels.inputs import NAME_MOST, clean_key
from saiondo_core.channels.model import Channel, ChannelType
from saiondo_core.channels.ports import ChannelRepository
from saiondo_core.channels.standing import discovered
from saiondo_core.kernel.ids import UserId
from saiondo_core.kernel.policies import CHANNEL_CREATE, Policy
from saiondo_core.kernel.rights import UseCase
from saiondo_core.users.ports import UserRepository


@frozen(kw_only=True)
class GetOrCreateChannelUseCase(UseCase):
    """Find a channel by its key, or make it."""

    policy: ClassVar[Policy] = CHANNEL_CREATE
    channels: ChannelRepository
    users: UserRepository

    async def execute(
        self,
        key: str,
        *,
        name: str | None = None,
        owner_id: UserId | None = None,
        type: ChannelType | str = ChannelType.PRIVATE,
        members: Sequence[UserId] = (),
        description: str | None = None,
    ) -> Channel:
        """Give the channel that has *key*, or make one: a single one, however many ask at once.

        What is there already is given as it is, and nobody joins it by this. A key is the host's own choice: whoever
        asks for that of a private channel they are not in learns that it is taken, and nothing else.

        Args:
            key: The host's own name for it, such as `order:42`: 1 to 100 characters.
            name: 1 to 50 characters on one line; without it the beginning of *key*.
            owner_id: Who asks, and owns the channel if it is new.
            type: `public` or `private`; a direct channel has no key of the host's.
            members: Who else is in it if it is new; with the owner at most 1,000.
            description: At most 200 characters.

        Returns:
            The channel.

        Raises:
            InvalidInputError: One of the arguments is not as said above, or the system acts: it owns nothing.
            AccessDeniedError: The owner may not make channels.
            UserNotFoundError: The channel is new, and its owner or a member does not exist, or was deleted.
            ChannelKeyTakenError: The channel is there, but the acting user may not know of it.
            StaleRightsError: The acting user's rights were changed by others all the time.
            MissingActorError: Nobody was named as the one who acts.
            ActorMismatchError: Somebody else than the acting user was.
            NotOpenError: The factory is not open.
        """
        who = self.acting.who(owner_id)
        key = clean_key(key)
        plan = planned(
            who,
            name=key[:NAME_MOST] if name is None else name,
            type=type,
            members=members,
            description=description,
            key=key,
            metadata=None,
        )
        channel = await found_or_founded(plan, who, self.acting, self.channels, self.users)
        standing = await self.channels.standing(channel_id=channel.id, user_id=who.id)
        if standing is None or not (await discovered(self.acting, who, standing)).allowed:
            raise ChannelKeyTakenError(key=key)
        return standing.channel

    __call__ = execute
