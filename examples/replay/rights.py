"""Being refused, asking why, and being granted exactly what was missing."""

from attrs import frozen

from examples.replay.checking import DoesNotAddUpError, must_equal, refused
from examples.replay.people import Person, register
from examples.replay.replaying import Replay
from examples.replay.report import Report
from saiondo_core import Message, UseCases, UserId
from saiondo_core.errors import AccessDeniedError
from saiondo_core.kernel.policies import MissingGrant
from saiondo_core.permissions.model import PermissionContext


@frozen(repr=False)
class Rights:
    """The rights to delete what others say in the replayed channel, where *owner* gives roles."""

    use_cases: UseCases
    replay: Replay
    owner: Person
    report: Report

    async def play(self) -> None:
        """Refuse a newcomer, grant what they lack, let them; then give the same right by a role made for it.

        Raises:
            DoesNotAddUpError: Something was allowed that must be refused, or came out otherwise than it must.
        """
        self.report.heading("Rights: a refusal that names the grant it lacks")
        newcomer = await register(self.use_cases, "newcomer")
        await newcomer.calls.channel.join(channel_id=self.replay.channel.id)
        message = self.replay.said[-1].message
        missing = await self._refused(newcomer, message)
        await self._granted(newcomer, message, missing)
        await self._made_a_role(newcomer)

    async def _refused(self, newcomer: Person, message: Message) -> MissingGrant | None:
        error = await refused(AccessDeniedError, newcomer.calls.message.delete(message_id=message.id))
        self.report.refusal(f"{newcomer.nick}, deleting message {message.sequence:,},", error, is_full=True)
        decision = await newcomer.calls.permission.check_permission(
            resource="message", action="delete", context=PermissionContext(message_id=message.id)
        )
        must_equal((False, error.missing), (decision.allowed, decision.missing), "the decision, beside the refusal")
        self.report.tell(f"check_permission tells the same without trying: {decision.reason}, and what is missing")
        return decision.missing

    async def _granted(self, newcomer: Person, message: Message, missing: MissingGrant | None) -> None:
        if missing is None or missing.role_id is None:
            raise DoesNotAddUpError("the refusal names no role that would be enough")
        assign = self.owner.calls.permission.assign_role
        await assign(user_id=newcomer.user.id, role_id=missing.role_id, scope=missing.scope)
        self.report.tell(f"{self.owner.nick}, whose channel it is, assigns exactly that: {missing.role_id}")
        deleted = await newcomer.calls.message.delete(message_id=message.id)
        must_equal((message.id, ""), (deleted.id, deleted.content), "the message that was deleted")
        self.report.tell(f"the same act again: message {message.sequence:,} is deleted")

    async def _made_a_role(self, newcomer: Person) -> None:
        speaker, channel = self.replay.said[-1].person, self.replay.channel
        must_equal({self.owner.user.id, newcomer.user.id}, await self._sweepers(), "who may delete messages")
        host = self.use_cases.as_system("demo")
        sweeper = await host.permission.create_role(name="Sweeper", permissions=["message:delete"])
        self.report.tell(f"the host makes a role that allows {', '.join(sweeper.permissions)} alone: {sweeper.name}")
        await self.owner.calls.permission.assign_role(user_id=speaker.user.id, role_id=sweeper.id, scope=channel.id)
        self.report.tell(f"{self.owner.nick} gives it to {speaker.nick}, in {channel.name} only")
        who = {person.user.id: person.nick for person in (self.owner, newcomer, speaker)}
        must_equal(who.keys(), await self._sweepers(), "who may delete messages, with the role that was made")
        self.report.tell(f"who_can finds everybody who may delete messages here: {', '.join(who.values())}")

    async def _sweepers(self) -> set[UserId]:
        """Everybody who may delete what others say, page after page, as the channel's owner is told."""
        found: set[UserId] = set()
        cursor: str | None = None
        while True:
            page = await self.owner.calls.permission.who_can(
                resource="message", action="delete", scope=self.replay.channel.id, cursor=cursor
            )
            found.update(page.user_ids)
            cursor = page.next_cursor
            if cursor is None:
                return found
