"""A world for each cell of the matrix: made of the real use cases, and small."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Final

from attrs import field, frozen

from saiondo_core import AuthSession, Channel, ChannelId, Ports, UseCaseFactory, UseCases, UserId
from saiondo_core.channels.model import Invitation
from saiondo_core.errors import SaiondoError
from saiondo_core.kernel.decisions import PermissionDecision
from saiondo_core.kernel.ids import RoleId
from saiondo_core.kernel.policies import (
    AT_THE_DOOR,
    CHANNEL_CREATE,
    CHANNEL_DISCOVER,
    CHANNEL_JOIN,
    CHANNEL_LIST,
    CHANNEL_MANAGE_MODERATORS,
    ROLE_READ,
    USER_MANAGE,
    Grant,
    MissingGrant,
    Policy,
    Where,
)
from saiondo_core.kernel.rights import UseCase
from saiondo_core.messages.model import Imported
from saiondo_core.permissions.model import PermissionCheck, PermissionContext
from saiondo_core.realtime.notes import Note, Passing
from saiondo_core.testing.people import sign_up
from saiondo_core.testing.ports import cheap_ports
from saiondo_core.users.model import Mirrored
from tests.composition.surface import Entry, operations
from tests.permissions.matrix import YES, Case, Relation, Thing, Whose

NOBODY: Final = UserId("nobody")
"""The id of no user."""

JOINED: Final = frozenset({Relation.MEMBER, Relation.EX_MEMBER, Relation.BANNED, Relation.MODERATOR})
"""Who was let into the channel at first, whatever became of them."""

ABOUT_RIGHTS: Final = frozenset(
    f"permission.{verb}" for verb in ("check_permission", "check_many", "can_manage_channel", "can_delete_message")
)
"""What answers whoever asks about themself, wherever they are."""


@frozen(kw_only=True)
class Outcome:
    """What a case came to.

    Attributes:
        answer: Yes, or the code of the error.
        missing: The grant that the error named.
        events: How many events were caused by it, and how many notes told of what is only told in passing.
        is_seen: Whether it gave or caused anything.
        is_documented: Whether the operation's *Raises* names the error, if there is one.
    """

    answer: str
    missing: MissingGrant | None
    events: int
    is_seen: bool
    is_documented: bool


@frozen(kw_only=True)
class Question:
    """What the library can be asked about an operation without doing it."""

    policy: Policy
    context: PermissionContext


@frozen(kw_only=True)
class World:
    """A house with one channel, to which somebody stands in one of the relations.

    Attributes:
        entry: The operation, for the actor.
        given: The arguments that say what it is done to.
        question: What it takes; None where it is not rights that it takes.
    """

    ports: Ports
    host: UseCases
    actor_id: UserId
    channel: Channel
    entry: Entry
    given: Mapping[str, object] = field(hash=False)
    question: Question | None
    notes: list[Note] = field(hash=False)

    async def outcome(self) -> Outcome:
        """Do it, and tell what comes of it."""
        before, result, error = await self._events(), None, None
        try:
            result = await self.entry.call(**self.entry.arguments(**self.given))
        except SaiondoError as raised:
            error = raised
        events = await self._events() - before
        return Outcome(
            answer=YES if error is None else error.code,
            missing=getattr(error, "missing", None),
            events=events,
            is_seen=result is not None or events > 0,
            is_documented=error is None or self.entry.documents(type(error).__name__),
        )

    async def decision(self) -> PermissionDecision | None:
        """What the library answers to the question, asked by the host."""
        if self.question is None:
            return None
        resource, _, action = self.question.policy.permission.partition(":")
        return await self.host.permission.check_permission(
            resource=resource, action=action, user_id=self.actor_id, context=self.question.context
        )

    async def grant(self, missing: MissingGrant) -> None:
        """Grant the actor that, and nothing else."""
        channel_id = ChannelId(missing.scope or "")
        match missing.operation:
            case Grant.ASSIGN_ROLE:
                role_id = missing.role_id or RoleId("")
                await self.host.permission.assign_role(user_id=self.actor_id, role_id=role_id, scope=missing.scope)
            case Grant.INVITE:
                await self.host.channel.invite(channel_id=channel_id, invitee_id=self.actor_id)
            case Grant.UNBAN:
                await self.host.channel.unban(channel_id=channel_id, user_id=self.actor_id)
            case Grant.UNMUTE:
                await self.host.channel.unmute(channel_id=channel_id, user_id=self.actor_id)

    async def mute(self) -> None:
        """Mute the actor, for a while."""
        until = self.channel.created_at + timedelta(days=1)
        await self.host.channel.mute(channel_id=self.channel.id, user_id=self.actor_id, until=until)

    async def delete(self) -> None:
        """Delete the actor, and let all that follows from it be done."""
        await self.host.user.delete(self.actor_id)
        await self.host.settle()

    async def _events(self) -> int:
        logs = [(log, number) for log in self.ports.logs for number in range(await log.partitions())]
        read = [await log.read(partition=number, after=0, limit=1_000) for log, number in logs]
        return sum(map(len, read)) + sum(isinstance(note, Passing) for note in self.notes)


@asynccontextmanager
async def world(case: Case) -> AsyncGenerator[World]:
    """The world of *case*: the same one each time, to its last id."""
    ports = cheap_ports()
    async with UseCaseFactory(ports=ports) as nobody:
        host = nobody.as_system("host")
        other, actor = await sign_up(nobody, "other"), await sign_up(nobody, "actor")
        owner = actor if case.relation is Relation.OWNER else await sign_up(nobody, "owner")
        members = [other.user.id, *([actor.user.id] if case.relation in JOINED else [])]
        channel = await nobody.channel.create(
            name="C", key="c", type=case.row.channel or "private", owner_id=owner.user.id, members=members
        )
        bound = {Relation.ANONYMOUS: nobody, Relation.SYSTEM: host}.get(case.relation, nobody.as_user(actor.user.id))
        stage = _Stage(
            case=case, nobody=nobody, host=host, bound=bound, actor=actor, other=other, owner=owner, channel=channel
        )
        said = await stage.said_and_sent()
        await stage.become()
        given = {"type": channel.type, **TAKES.get(case.row.operation, {}), **(said or await stage.given())}
        entry = next(entry for entry in operations(bound) if entry.path == case.row.operation)
        notes: list[Note] = []
        ports.bus.listen(notes.append)
        yield World(
            ports=ports,
            host=host,
            actor_id=UserId("system:host") if case.relation is Relation.SYSTEM else actor.user.id,
            channel=channel,
            entry=entry,
            given=given,
            question=_question(case, entry, given, actor.user.id, channel.id),
            notes=notes,
        )


@frozen(kw_only=True)
class _Stage:
    """The people of a world, and how what a case is about is made."""

    case: Case
    nobody: UseCases
    host: UseCases
    bound: UseCases
    actor: AuthSession
    other: AuthSession
    owner: AuthSession
    channel: Channel

    async def said_and_sent(self) -> dict[str, object]:
        """The message, or the invitation to be taken back: from when the actor was in the channel."""
        operation, whose = self.case.row.operation, self.case.whose
        speaker = self.bound if whose is Whose.OWN else self.nobody.as_user(self.other.user.id)
        if self.case.row.thing is Thing.MESSAGE:
            if whose is Whose.MISSING:
                return {"message_id": "no-message"}
            message = await speaker.message.send(channel_id=self.channel.id, content="hello")
            if operation == "message.unreact" and self.case.expected == YES:
                await self.bound.message.react(message_id=message.id, emoji="👍")
            return {"message_id": message.id}
        if operation == "channel.revoke_invitation" and whose is not Whose.MISSING:
            return _to(await speaker.channel.invite(channel_id=self.channel.id))
        return {}

    async def become(self) -> None:
        """Let the actor come to stand to the channel as the case says."""
        actor_id, channel_id = self.actor.user.id, self.channel.id
        match self.case.relation:
            case Relation.EX_MEMBER:
                await self.host.channel.remove_member(channel_id=channel_id, user_id=actor_id)
            case Relation.BANNED:
                await self.host.channel.ban(channel_id=channel_id, user_id=actor_id)
            case Relation.MODERATOR:
                await self._assign(actor_id, "moderator", scope=channel_id)
            case Relation.ADMIN:
                await self._assign(actor_id, "admin")
            case _:
                pass

    async def given(self) -> dict[str, object]:
        """What the operation is done to."""
        makers = {
            Thing.CHANNEL: self._channel,
            Thing.MEMBER: self._member,
            Thing.PROFILE: self._profile,
            Thing.SESSION: self._session,
            Thing.ROLE: self._role,
            Thing.INVITATION: self._invitation,
        }
        maker = makers.get(self.case.row.thing)
        return {} if maker is None else await maker()

    async def _channel(self) -> dict[str, object]:
        channel_id, key = self.channel.id, "c"
        if self.case.whose is Whose.OTHERS:
            others = self.nobody.as_user(self.other.user.id).channel
            channel_id, key = (await others.create(name="D", key="d", type=self.channel.type)).id, "d"
        elif self.case.whose is Whose.MISSING:
            channel_id, key = ChannelId("nowhere"), "e"
        if self.case.row.operation == "real_time.stop_typing" and self.case.expected == YES:
            await self.bound.real_time.start_typing(channel_id=channel_id)
        imported = Imported(sender_id=self.other.user.id, content="hello", created_at=self.channel.created_at)
        return {"channel_id": channel_id, "scope": channel_id, "key": key, "messages": (imported,)}

    async def _member(self) -> dict[str, object]:
        channel_id, other_id = self.channel.id, self.other.user.id
        if self.case.whose is Whose.OTHERS:
            match self.case.row.operation:
                case "channel.unban":
                    await self.host.channel.ban(channel_id=channel_id, user_id=other_id)
                case "channel.unmute":
                    until = self.channel.created_at + timedelta(days=1)
                    await self.host.channel.mute(channel_id=channel_id, user_id=other_id, until=until)
                case "permission.revoke_role":
                    await self._assign(other_id, "moderator", scope=channel_id)
                case _:
                    pass
        context = PermissionContext(channel_id=channel_id)
        return self._whom() | {"channel_id": channel_id, "scope": channel_id} | _asking(context)

    async def _profile(self) -> dict[str, object]:
        if self.case.row.operation == "permission.revoke_role" and self.case.whose is not Whose.MISSING:
            await self._assign(self._target, "moderator")
        named: dict[str, object] = {"email": f"{self.case.whose}@example.org"}
        if self.case.whose is not Whose.MISSING:
            user = self.actor.user if self.case.whose is Whose.OWN else self.other.user
            named = {"email": user.email}
        is_sign_in = self.case.row.operation == "auth.authenticate"
        return self._whom() | _asking(PermissionContext()) | (named if is_sign_in else {})

    async def _session(self) -> dict[str, object]:
        if self.case.whose is Whose.MISSING:
            return {"access_token": "no-token"}
        session = self.actor if self.case.whose is Whose.OWN else self.other
        return self._whom() | {
            "access_token": session.access_token,
            "refresh_token": session.refresh_token,
            "session_id": session.session.id,
        }

    async def _role(self) -> dict[str, object]:
        if self.case.whose is Whose.MISSING:
            return {"role_id": "no-role"}
        role = await self.host.permission.create_role(name="clerk", permissions=("invoice:approve",))
        await self._assign(self._target, role.id)
        return {"role_id": role.id}

    async def _invitation(self) -> dict[str, object]:
        if self.case.whose is Whose.MISSING:
            return {"invitation_id": "no-invitation", "code": "NOSUCHIT"}
        newcomer = self.actor if self.case.whose is Whose.OWN else await sign_up(self.nobody, "newcomer")
        inviter = self.nobody.as_user(self.owner.user.id).channel
        return _to(await inviter.invite(channel_id=self.channel.id, invitee_id=newcomer.user.id))

    @property
    def _target(self) -> UserId:
        return {Whose.OWN: self.actor.user.id, Whose.OTHERS: self.other.user.id}.get(self.case.whose, NOBODY)

    def _whom(self) -> dict[str, object]:
        """Who it is done to, unless nobody is named at all."""
        is_unnamed = self.case.relation is Relation.ANONYMOUS and self.case.whose is Whose.OWN
        return {} if is_unnamed else {"user_id": self._target}

    async def _assign(self, user_id: UserId, role_id: str, *, scope: str | None = None) -> None:
        await self.host.permission.assign_role(user_id=user_id, role_id=RoleId(role_id), scope=scope)


def _to(invitation: Invitation) -> dict[str, object]:
    return {"invitation_id": invitation.id, "code": invitation.code}


def _asking(context: PermissionContext) -> dict[str, object]:
    """What is asked about rights, where that is what the operation does."""
    return {"context": context, "checks": (PermissionCheck(resource="message", action="send", context=context),)}


def _question(
    case: Case, entry: Entry, given: Mapping[str, object], actor_id: UserId, channel_id: ChannelId
) -> Question | None:
    policy, thing, is_own = _policy(case, entry), case.row.thing, case.whose is Whose.OWN
    if case.relation in (Relation.ANONYMOUS, Relation.SYSTEM) or policy.where is Where.DOOR:
        return None
    if thing is Thing.INVITATION and (case.whose is Whose.MISSING or (policy is CHANNEL_JOIN and not is_own)):
        return None  # Whether an invitation works, and for whom, is no right.
    if case.row.operation in ABOUT_RIGHTS and (is_own or thing is Thing.MESSAGE):
        return Question(policy=policy, context=PermissionContext(owner_id=actor_id))
    place, owner, message = (given.get(name) for name in ("channel_id", "user_id", "message_id"))
    if thing is Thing.INVITATION:
        place = channel_id
    if thing is Thing.SESSION or (thing is Thing.INVITATION and is_own):
        owner = owner or actor_id
    context = PermissionContext(
        channel_id=None if place is None or policy is CHANNEL_CREATE else str(place),
        message_id=None if message is None else str(message),
        owner_id=None if owner is None else UserId(str(owner)),
    )
    return Question(policy=policy, context=context)


def _policy(case: Case, entry: Entry) -> Policy:
    """The row under which a case is judged: the one that the use case declares, or else the one that it asks for."""
    use_case = getattr(entry.call, "__self__", None)
    assert isinstance(use_case, UseCase)
    row = case.row
    is_moderator = case.relation is Relation.MODERATOR and case.whose is Whose.OWN
    if row.operation in MANAGING and row.thing is Thing.MEMBER and is_moderator:
        return CHANNEL_MANAGE_MODERATORS
    return JUDGED_UNDER.get((row.operation, row.thing), {}).get(case.whose, use_case.policy)


JUDGED_UNDER: Final[Mapping[tuple[str, Thing], Mapping[Whose, Policy]]] = {
    ("auth.logout.everywhere", Thing.PROFILE): dict.fromkeys(Whose, USER_MANAGE),
    ("channel.get_or_create", Thing.CHANNEL): dict.fromkeys((Whose.OWN, Whose.OTHERS), CHANNEL_DISCOVER),
    ("message.search", Thing.NONE): dict.fromkeys(Whose, CHANNEL_LIST),
    ("permission.assign_role", Thing.MEMBER): dict.fromkeys(Whose, CHANNEL_MANAGE_MODERATORS),
    ("permission.revoke_role", Thing.MEMBER): dict.fromkeys(Whose, CHANNEL_MANAGE_MODERATORS),
    ("permission.revoke_role", Thing.PROFILE): {Whose.OWN: ROLE_READ},
    ("user.get_current", Thing.SESSION): dict.fromkeys(Whose, AT_THE_DOOR),
}
"""Where an operation, done to such a thing, is judged under another row than the one it declares."""

MANAGING: Final = frozenset(f"channel.{verb}" for verb in ("remove_member", "ban", "unban", "mute", "unmute")) | {
    "permission.assign_role",
    "permission.revoke_role",
}
"""What is judged by what the other one is, too."""

TAKES: Final[Mapping[str, Mapping[str, object]]] = {
    "channel.update": {"name": "renamed"},
    "permission.assign_role": {"role_id": "moderator"},
    "permission.create_role": {"permissions": ("invoice:approve",)},
    "permission.require": {"resource": "channel", "action": "list"},
    "permission.revoke_role": {"role_id": "moderator"},
    "permission.update_role": {"name": "renamed"},
    "user.ensure_many": {"users": (Mirrored(id="host-1", username="newcomer"),)},
    "user.update": {"display_name": "renamed"},
}
"""What an operation is called with beside what it is done to, where `SENSIBLE` does not say it."""
