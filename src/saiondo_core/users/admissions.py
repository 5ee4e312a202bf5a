"""What follows for who may act when a user was deleted, or came back."""

from attrs import frozen

from saiondo_core.kernel.events import Recorded
from saiondo_core.kernel.gates import Admissions
from saiondo_core.users.events import UserDeactivated, UserReactivated


@frozen(kw_only=True)
class FollowAdmissions:
    """Says again who may act and who may not, for what a crash left unsaid: a handler of the relay."""

    admissions: Admissions

    async def __call__(self, recorded: Recorded) -> None:
        """Handle a `UserDeactivated` or a `UserReactivated`; again is the same as once, and others are let pass."""
        event = recorded.event
        if isinstance(event, UserDeactivated | UserReactivated):
            is_back = isinstance(event, UserReactivated)
            await self.admissions.admit(user_id=event.user_id, admitted=is_back, word=event.stamp.id)
