"""Every operation of the surface, with arguments with which it succeeds, and what takes the right to it away."""

from collections.abc import Mapping
from datetime import UTC, datetime

from attrs import evolve

from saiondo_core import Message
from saiondo_core.channels.model import Channel
from saiondo_core.kernel.ids import RoleId
from saiondo_core.messages.model import Imported
from saiondo_core.permissions.model import PermissionCheck, PermissionContext, RoleAssignment
from saiondo_core.realtime.model import ChannelSnapshot, Cursor
from saiondo_core.realtime.read_events import EventPage
from saiondo_core.users.model import Mirrored, User
from tests.composition.holdings import ANNA, DORA, EVE, FINN, GINA, LATER, Case, Holding, House, Taking

NOBODY, HOST, USER, MEMBER, MODERATOR, CHANNEL_ADMIN, OWNER, HERE, ADMIN, EVERYWHERE = Holding
MANAGERS = MODERATOR, HERE, ADMIN, EVERYWHERE
CHANNEL_ADMINS = CHANNEL_ADMIN, HERE, ADMIN, EVERYWHERE
OWNERS = OWNER, HERE, ADMIN, EVERYWHERE
USER_ADMINS = ADMIN, EVERYWHERE

MUTED = frozenset({Taking.MUTED})
MADE_GUEST = frozenset({Taking.MADE_GUEST})
NAMED_MODERATOR = RoleId("moderator")


def team(house: House) -> dict[str, object]:
    """The channel."""
    return {"channel_id": house.team.id}


def carl(house: House) -> dict[str, object]:
    """A member of it."""
    return {"user_id": house.carl.user.id}


def heard(house: House) -> dict[str, object]:
    """What he said."""
    return {"message_id": house.heard.id}


def asked(house: House, action: str) -> dict[str, object]:
    """Whether that may be done to messages of the channel."""
    return {"resource": "message", "action": action, "context": PermissionContext(channel_id=house.team.id)}


def known(answer: object) -> object:
    """What is told of a channel, but for the cursors: the log's epoch is random."""
    assert isinstance(answer, ChannelSnapshot | EventPage)
    if isinstance(answer, ChannelSnapshot):
        return evolve(answer, cursor=Cursor(""))
    return [evolve(event, cursor=Cursor("")) for event in answer.events]


async def rename(house: House) -> Channel:
    """Anna renames the channel."""
    return await house.of(house.team.owner_id).channel.update(channel_id=house.team.id, name="renamed")


async def speak(house: House) -> Message:
    """Anna says something there."""
    return await house.of(ANNA).message.send(channel_id=house.team.id, content="tea is ready")


async def edit(house: House) -> Message:
    """Carl edits what he said."""
    return await house.of(house.carl.user.id).message.edit(message_id=house.heard.id, content="no tea")


async def come(house: House) -> ChannelSnapshot:
    """Anna begins to listen to the channel."""
    return await house.of(ANNA).real_time.join_channel(channel_id=house.team.id)


async def become(house: House) -> User:
    """Carl calls himself something else."""
    return await house.of(house.carl.user.id).user.update(display_name="Carl the Great")


async def rise_here(house: House) -> RoleAssignment:
    """Carl is made a moderator of the channel."""
    return await house.system.permission.assign_role(
        user_id=house.carl.user.id, role_id=NAMED_MODERATOR, scope=house.team.id
    )


async def rise_higher(house: House) -> RoleAssignment:
    """Carl is made an admin of the channel."""
    return await house.system.permission.assign_role(
        user_id=house.carl.user.id, role_id=RoleId("admin"), scope=house.team.id
    )


async def rise_everywhere(house: House) -> RoleAssignment:
    """Carl is made a moderator everywhere."""
    return await house.system.permission.assign_role(user_id=house.carl.user.id, role_id=NAMED_MODERATOR)


CASES: Mapping[str, tuple[Case, ...]] = {
    "auth.register": (Case(by=(NOBODY,)),),
    "auth.authenticate": (Case(by=(NOBODY,), given=lambda house: {"email": house.bert.user.email}),),
    "auth.logout": (Case(by=(NOBODY,), given=lambda house: {"access_token": house.bert.access_token}),),
    "auth.refresh": (Case(by=(NOBODY,), given=lambda house: {"refresh_token": house.bert.refresh_token}),),
    "auth.verify": (Case(by=(NOBODY,), given=lambda house: {"access_token": house.bert.access_token}, reads=True),),
    "auth.issue": (Case(by=(HOST,), given=lambda house: {"user_id": house.me}),),
    "user.ensure": (Case(by=(HOST,)),),
    "user.ensure_many": (
        Case(
            by=(HOST,),
            given=lambda _: {"users": (Mirrored(id="new", username="new"), Mirrored(id=DORA, username="d2"))},
        ),
    ),
    "message.import_many": (
        Case(
            by=(HOST,),
            given=lambda house: {
                **team(house),
                "messages": (
                    Imported(
                        sender_id=ANNA,
                        content="said elsewhere",
                        created_at=datetime(2020, 1, 1, tzinfo=UTC),
                        client_message_id="elsewhere-1",
                    ),
                ),
            },
        ),
    ),
    "auth.logout.everywhere": (Case(by=(USER,)), Case(by=USER_ADMINS, given=carl)),
    "auth.change_password": (Case(by=(USER,)),),
    "auth.sessions.list": (
        Case(by=(USER,), reads=True),
        Case(
            by=USER_ADMINS,
            given=carl,
            mark=lambda house: house.system.auth.issue(user_id=house.carl.user.id, ttl=60.0),
            reads=True,
        ),
    ),
    "auth.sessions.revoke": (
        Case(by=(USER,), given=lambda house: {"session_id": house.bert.session.id}),
        Case(by=USER_ADMINS, given=lambda house: {**carl(house), "session_id": house.carl.session.id}),
    ),
    "user.get_current": (Case(by=(USER,), reads=True),),
    "user.update": (
        Case(by=(USER,), given=lambda _: {"display_name": "Bert"}),
        Case(by=USER_ADMINS, given=lambda house: {**carl(house), "display_name": "Carl"}),
    ),
    "user.get": (Case(by=(USER,), given=carl, mark=become, reads=True),),
    "user.list": (Case(by=(USER,), given=lambda _: {"text": "carl"}, mark=become, reads=True),),
    "user.delete": (Case(by=(USER,)), Case(by=USER_ADMINS, given=lambda _: {"user_id": DORA})),
    "channel.create": (Case(by=(USER,), given=lambda house: {"members": (house.carl.user.id,)}),),
    "channel.get_or_create": (Case(by=(USER,), given=lambda _: {"name": "order 1"}),),
    "channel.get": (Case(by=(MEMBER, ADMIN, EVERYWHERE), given=team, mark=rename, reads=True),),
    "channel.list": (Case(by=(MEMBER,), mark=rename, reads=True, answers=True),),
    "channel.update": (Case(by=CHANNEL_ADMINS, given=lambda house: {**team(house), "name": "new name"}),),
    "channel.delete": (Case(by=OWNERS, given=team),),
    "channel.invite": (Case(by=(MEMBER,), given=team, also=MADE_GUEST),),
    "channel.join": (
        Case(
            by=(USER,), given=lambda house: {"channel_id": house.hall.id}, also=frozenset({Taking.BANNED}), place="hall"
        ),
        Case(
            by=(USER,),
            given=lambda house: {"code": house.link.code},
            also=frozenset({Taking.BANNED, Taking.INVITATION_REVOKED}),
            place="den",
        ),
        Case(
            by=(USER,),
            given=lambda house: {"channel_id": house.den.id},
            also=frozenset({Taking.BANNED, Taking.INVITATION_REVOKED}),
            place="den",
        ),
    ),
    "channel.decline": (
        Case(
            by=(USER,),
            given=lambda house: {"invitation_id": house.got.id},
            also=frozenset({Taking.BANNED, Taking.INVITATION_REVOKED}),
            place="den",
        ),
    ),
    "channel.revoke_invitation": (
        Case(by=(MEMBER,), given=lambda house: {"invitation_id": house.sent.id}),
        Case(by=MANAGERS, given=lambda house: {"invitation_id": house.annas.id}),
    ),
    "channel.leave": (Case(by=(MEMBER,), given=team),),
    "channel.members": (Case(by=(MEMBER,), given=team, mark=rise_here, reads=True),),
    "channel.remove_member": (Case(by=MANAGERS, given=lambda house: {**team(house), **carl(house)}),),
    "channel.ban": (Case(by=MANAGERS, given=lambda house: {**team(house), **carl(house)}),),
    "channel.unban": (Case(by=MANAGERS, given=lambda house: {**team(house), "user_id": FINN}),),
    "channel.mute": (Case(by=MANAGERS, given=lambda house: {**team(house), **carl(house), "until": LATER}),),
    "channel.unmute": (Case(by=CHANNEL_ADMINS, given=lambda house: {**team(house), "user_id": EVE}),),
    "channel.transfer_ownership": (Case(by=OWNERS, given=lambda house: {**team(house), **carl(house)}),),
    "channel.mark_read": (Case(by=(MEMBER,), given=team, reads=True),),
    "channel.unread": (Case(by=(MEMBER,), mark=speak, reads=True, answers=True),),
    "message.send": (
        Case(by=(MEMBER,), given=lambda house: {**team(house), "client_message_id": "sent-1"}, also=MUTED),
        Case(
            by=(MEMBER,),
            given=lambda house: {
                **team(house),
                "content": "@carl, tea?",
                "reply_to": house.heard.id,
                "client_message_id": "sent-2",
            },
            also=MUTED,
        ),
    ),
    "message.search": (
        Case(by=(MEMBER,), given=lambda house: {**team(house), "query": "tea"}, mark=speak, reads=True),
        Case(by=(MEMBER,), given=lambda _: {"query": "tea"}, mark=speak, reads=True, answers=True),
    ),
    "message.get": (Case(by=(MEMBER,), given=heard, mark=edit, reads=True),),
    "message.history": (Case(by=(MEMBER,), given=team, mark=speak, reads=True),),
    "message.edit": (Case(by=(MEMBER,), given=lambda house: {"message_id": house.said.id}, also=MUTED),),
    "message.delete": (
        Case(by=(MEMBER,), given=lambda house: {"message_id": house.said.id}),
        Case(by=MANAGERS, given=heard),
    ),
    "message.revisions": (Case(by=(MEMBER,), given=heard, mark=edit, reads=True),),
    "message.react": (Case(by=(MEMBER,), given=lambda house: {**heard(house), "emoji": "🍵"}),),
    "message.unreact": (Case(by=(MEMBER,), given=heard),),
    "message.reactions": (
        Case(
            by=(MEMBER,),
            given=heard,
            mark=lambda house: house.of(ANNA).message.react(message_id=house.heard.id, emoji="🍵"),
            reads=True,
        ),
    ),
    "permission.check_permission": (
        Case(by=(MEMBER,), given=lambda house: asked(house, "send"), also=MUTED, reads=True, answers=True),
        Case(
            by=(CHANNEL_ADMIN, ADMIN),
            given=lambda house: {**carl(house), **asked(house, "delete")},
            mark=rise_here,
            reads=True,
            answers=True,
        ),
    ),
    "permission.require": (
        Case(by=(MEMBER,), given=lambda house: asked(house, "send"), also=MUTED, reads=True),
        Case(by=(ADMIN,), given=lambda house: asked(house, "delete"), reads=True),
    ),
    "permission.check_many": (
        Case(
            by=(CHANNEL_ADMIN, ADMIN),
            given=lambda house: {
                **carl(house),
                "checks": tuple(
                    PermissionCheck(
                        resource="message", action=action, context=PermissionContext(channel_id=house.team.id)
                    )
                    for action in ("send", "delete")
                ),
            },
            mark=rise_here,
            reads=True,
            answers=True,
        ),
    ),
    "permission.assign_role": (
        Case(
            by=CHANNEL_ADMINS,
            given=lambda house: {**carl(house), "role_id": NAMED_MODERATOR, "scope": house.team.id},
        ),
        Case(by=CHANNEL_ADMINS, given=lambda house: {**carl(house), "role_id": house.other, "scope": house.team.id}),
        Case(by=USER_ADMINS, given=lambda house: {**carl(house), "role_id": NAMED_MODERATOR}),
    ),
    "permission.revoke_role": (
        Case(
            by=CHANNEL_ADMINS,
            given=lambda house: {"user_id": EVE, "role_id": NAMED_MODERATOR, "scope": house.team.id},
        ),
        Case(by=USER_ADMINS, given=lambda _: {"user_id": GINA, "role_id": NAMED_MODERATOR}),
    ),
    "permission.get_user_permissions": (
        Case(
            by=(CHANNEL_ADMIN, ADMIN),
            given=lambda house: {**carl(house), "scope": house.team.id},
            mark=rise_here,
            reads=True,
        ),
        Case(by=USER_ADMINS, given=carl, mark=rise_everywhere, reads=True),
    ),
    "permission.can_manage_channel": (
        Case(by=CHANNEL_ADMINS, given=team, reads=True, answers=True),
        Case(
            by=(CHANNEL_ADMIN,),
            given=lambda house: {**team(house), **carl(house)},
            mark=rise_higher,
            reads=True,
            answers=True,
        ),
    ),
    "permission.can_delete_message": (Case(by=MANAGERS, given=heard, reads=True, answers=True),),
    "permission.create_role": (Case(by=USER_ADMINS, given=lambda _: {"permissions": ("message:send",)}),),
    "permission.update_role": (
        Case(by=USER_ADMINS, given=lambda house: {"role_id": house.other, "permissions": ("message:react",)}),
    ),
    "permission.delete_role": (Case(by=USER_ADMINS, given=lambda house: {"role_id": house.other}),),
    "permission.list_roles": (
        Case(by=(USER,), mark=lambda house: house.system.permission.create_role(name="newest"), reads=True),
    ),
    "permission.who_can": (
        Case(
            by=(CHANNEL_ADMIN, ADMIN),
            given=lambda house: {**asked(house, "delete"), "scope": house.team.id},
            mark=rise_here,
            reads=True,
        ),
        Case(by=USER_ADMINS, given=lambda house: asked(house, "delete"), mark=rise_everywhere, reads=True),
    ),
    "real_time.send_real_time_message": (
        Case(by=(MEMBER,), given=lambda house: {**team(house), "client_message_id": "sent-1"}, also=MUTED),
    ),
    "real_time.join_channel": (Case(by=(MEMBER,), given=team, mark=speak, reads=True, seen=known),),
    "real_time.leave_channel": (Case(by=(MEMBER,), given=team, reads=True),),
    "real_time.start_typing": (Case(by=(MEMBER,), given=team, also=MUTED, reads=True),),
    "real_time.stop_typing": (Case(by=(MEMBER,), given=team, also=MUTED, reads=True),),
    "real_time.mark_message_as_read": (Case(by=(MEMBER,), given=heard, reads=True),),
    "real_time.broadcast_to_channel": (Case(by=(MEMBER,), given=team, also=MUTED, reads=True),),
    "real_time.get_online_users": (Case(by=(MEMBER,), given=team, mark=come, reads=True),),
    "real_time.get_typing_users": (
        Case(
            by=(MEMBER,),
            given=team,
            mark=lambda house: house.of(ANNA).real_time.start_typing(channel_id=house.team.id),
            reads=True,
        ),
    ),
    "cache.cache.get_user_with_cache": (Case(by=(USER,), given=carl, mark=become, reads=True),),
    "cache.cache.get_channel_with_cache": (Case(by=(MEMBER, ADMIN, EVERYWHERE), given=team, mark=rename, reads=True),),
    "cache.cache.get_messages_with_cache": (Case(by=(MEMBER,), given=team, mark=speak, reads=True),),
    "cache.cache.batch_get_users": (
        Case(by=(USER,), given=lambda house: {"user_ids": (house.carl.user.id, ANNA)}, mark=become, reads=True),
    ),
    "cache.cache.invalidate_user_cache": (Case(by=USER_ADMINS, given=carl, reads=True),),
    "cache.cache.invalidate_channel_cache": (Case(by=USER_ADMINS, given=team, reads=True),),
    "cache.cache.invalidate_message_caches": (Case(by=USER_ADMINS, given=team, reads=True),),
    "cache.cache.warmup_cache": (
        Case(by=USER_ADMINS, given=lambda house: {"user_ids": (ANNA,), "channel_ids": (house.team.id,)}, reads=True),
    ),
    "cache.cache.get_cache_stats": (Case(by=USER_ADMINS, reads=True, seen=type),),
    "cache.cache.clear_cache": (Case(by=USER_ADMINS, reads=True),),
    "cache.cache.get": (Case(by=USER_ADMINS, reads=True),),
    "cache.cache.set": (Case(by=USER_ADMINS, reads=True),),
    "cache.cache.delete": (Case(by=USER_ADMINS, given=lambda _: {"tags": ("x",)}, reads=True),),
    "cache.cache.get_or_load": (Case(by=USER_ADMINS, reads=True),),
    "cache.cache.increment": (Case(by=USER_ADMINS, reads=True),),
    "real_time.read_events": (Case(by=(MEMBER,), given=team, mark=edit, reads=True, seen=known),),
}
"""The cases of each operation, by its path."""
