"""Changing what a channel is called and says of itself."""

from collections.abc import Mapping
from typing import ClassVar

from attrs import evolve, frozen

from saiondo_core.channels.events import ChannelUpdated
from saiondo_core.channels.inputs import clean_description, clean_name
from saiondo_core.channels.model import Channel, ChannelChange, ChannelId
from saiondo_core.channels.ports import ChannelRepository
from saiondo_core.channels.standing import CHANGE_TRIES, permitted_standing, rejudged
from saiondo_core.kernel.ids import UserId
from saiondo_core.kernel.keep import KEEP, Keep
from saiondo_core.kernel.policies import CHANNEL_UPDATE, Policy
from saiondo_core.kernel.rights import UseCase
from saiondo_core.kernel.text import Json, clean_metadata


@frozen(kw_only=True)
class UpdateChannelUseCase(UseCase):
    """Change what a channel is called and says of itself."""

    policy: ClassVar[Policy] = CHANNEL_UPDATE
    channels: ChannelRepository

    async def execute(
        self,
        *,
        channel_id: ChannelId,
        name: str | Keep = KEEP,
        description: str | Keep | None = KEEP,
        metadata: Mapping[str, Json] | Keep | None = KEEP,
        actor: UserId | None = None,
    ) -> Channel:
        """Change name, description or metadata of *channel_id*, on behalf of *actor*.

        What is left out stays. Where nothing is changed, nothing is written and nobody hears of it.

        Args:
            channel_id: Which channel.
            name: 1 to 50 characters on one line.
            description: At most 200 characters; None clears it.
            metadata: The host's own: JSON of at most 4 KiB, 5 deep; replaced as a whole, and cleared by None.
            actor: Who acts.

        Returns:
            The channel as it is now.

        Raises:
            InvalidInputError: A field is not as said above.
            ChannelNotFoundError: No such channel, or none the acting user may know of.
            NotAMemberError: The acting user may know of it, but is not in it, and may not change it from outside.
            AccessDeniedError: The acting user may not change it.
            StaleMembershipError: Others changed the channel at the same time, 20 times in a row.
            StaleRightsError: The acting user's rights were changed by others all the time.
            MissingActorError: Nobody was named as the one who acts.
            ActorMismatchError: Somebody else than the acting user was.
            NotOpenError: The factory is not open.
        """
        who = self.acting.who(actor)
        new_name = name if isinstance(name, Keep) else clean_name(name)
        new_description = description if not isinstance(description, str) else clean_description(description)
        new_metadata = metadata if isinstance(metadata, Keep) else clean_metadata(metadata)

        async def attempt() -> Channel:
            judged, standing = await permitted_standing(self.channels, self.acting, channel_id, who, self.policy)
            present = standing.channel
            wanted = evolve(
                present,
                name=present.name if isinstance(new_name, Keep) else new_name,
                description=present.description if isinstance(new_description, Keep) else new_description,
                metadata=present.metadata if isinstance(new_metadata, Keep) else new_metadata,
            )
            if wanted == present:
                return present
            revision = present.next_revision
            updated = ChannelUpdated(
                stamp=self.acting.stamp(judged), channel_id=channel_id, membership_revision=revision
            )
            after = evolve(wanted, membership_revision=revision, updated_at=updated.stamp.at)
            return await self.channels.change(change=ChannelChange(channel=after), events=(updated,))

        return await rejudged(attempt, tries=CHANGE_TRIES)

    __call__ = execute
