"""What holds for every operation of the surface, read off its signatures."""

from typing import cast

import pytest
from attrs import fields

from saiondo_core import UseCaseFactory
from saiondo_core.caching.cache_use_case import CacheUseCase
from saiondo_core.caching.redis_cache_use_case import RedisCacheUseCase
from saiondo_core.composition.groups.auth import AuthGroup
from saiondo_core.composition.groups.channel import ChannelGroup
from saiondo_core.composition.groups.message import MessageGroup
from saiondo_core.composition.groups.user import UserGroup
from saiondo_core.errors import ActorMismatchError, NotOpenError, SystemOnlyError
from saiondo_core.permissions.user_permission import UserPermissionUseCase
from saiondo_core.realtime.real_time_chat import RealTimeChatUseCase
from saiondo_core.testing.people import sign_up
from tests.composition.surface import TOKENS, operations, outcome

FOR_NOBODY = {"auth.register", "auth.authenticate", "auth.logout", "auth.refresh", "auth.verify"}
"""What is called before it is known who calls."""

FOR_THE_SYSTEM = {"auth.issue", "user.ensure", "user.ensure_many", "message.import_many"}
"""What only the host may do."""

HOSTS_OWN = "cache."
"""Where nobody needs to act: unbound, the host does; and where no argument names who does."""

ACTORS = ("actor", "assigned_by", "owner_id", "inviter_id", "sender_id", "user_id")
"""The arguments that can name who acts, the first one that is there."""


async def test_nothing_works_outside_the_lifetime_of_its_factory(saiondo_factory: UseCaseFactory) -> None:
    """Before the factory opens, and after it closes, every operation raises NotOpenError, held from before or not."""
    use_cases = saiondo_factory.create_all_use_cases()
    held = [*operations(use_cases), *operations(use_cases.as_user("anna")), *operations(use_cases.as_system("test"))]
    for entry in held:
        with pytest.raises(NotOpenError):
            await entry.call(**entry.arguments())
        assert entry.documents("NotOpenError"), entry.path
    async with saiondo_factory:
        pass
    for entry in held:
        with pytest.raises(NotOpenError):
            await entry.call(**entry.arguments())


async def test_nothing_is_done_for_nobody(saiondo_factory: UseCaseFactory) -> None:
    """Unbound, an operation whose actor is not named raises MissingActorError, or SystemOnlyError where none can be."""
    async with saiondo_factory as use_cases:
        for entry in operations(use_cases):
            given = {name: value for name, value in entry.arguments().items() if name not in ACTORS}
            required = {name for name in ACTORS if name in entry.arguments()}
            if entry.path in FOR_NOBODY or required:
                continue
            kind, _ = await outcome(entry.call, given)
            if entry.path.startswith(HOSTS_OWN):
                assert kind not in {"MissingActorError", "SystemOnlyError"}, entry.path
                continue
            expected = "SystemOnlyError" if entry.path in FOR_THE_SYSTEM else "MissingActorError"
            assert expected == kind, entry.path
            assert entry.documents(kind), entry.path


async def test_nobody_acts_for_another(saiondo_factory: UseCaseFactory) -> None:
    """Bound to one user, naming another as the one who acts is refused, by every operation that can name one."""
    checked = 0
    async with saiondo_factory as use_cases:
        anna, bert = (await sign_up(use_cases, "anna")).user.id, (await sign_up(use_cases, "bert")).user.id
        for entry in operations(use_cases.as_user(anna)):
            actor = next((name for name in ACTORS if name in entry.parameters), None)
            if actor is None or entry.path in FOR_THE_SYSTEM or entry.path.startswith(HOSTS_OWN):
                continue
            with pytest.raises(ActorMismatchError):
                await entry.call(**entry.arguments(user_id=bert) | {actor: bert})
            assert entry.documents("ActorMismatchError"), entry.path
            checked += 1
    assert checked >= 35


async def test_the_hosts_own_operations_are_refused_to_users(saiondo_factory: UseCaseFactory) -> None:
    """What only the system may do is refused to every user, and unbound."""
    async with saiondo_factory as use_cases:
        anna = (await sign_up(use_cases, "anna")).user.id
        for bound in (use_cases, use_cases.as_user(anna)):
            for entry in operations(bound):
                if entry.path in FOR_THE_SYSTEM:
                    with pytest.raises(SystemOnlyError):
                        await entry.call(**entry.arguments())


async def test_a_leaf_is_called_as_its_execute(saiondo_factory: UseCaseFactory) -> None:
    """`group.verb(...)` is `group.verb.execute(...)`, on every leaf."""
    use_cases = saiondo_factory.create_all_use_cases()
    for group in (
        *(use_cases.auth, use_cases.user, use_cases.channel),
        *(use_cases.message, use_cases.permission, use_cases.real_time, use_cases.cache.cache),
    ):
        for attribute in fields(type(group)):
            methods = vars(type(cast("object", getattr(group, attribute.name))))
            if "execute" in methods:
                assert methods["execute"] is methods["__call__"], attribute.name


def test_the_surface_is_what_the_contract_names() -> None:
    """The groups hold the contract's verbs, and no others."""
    names = {
        group.__name__: {attribute.name for attribute in fields(group) if not attribute.name.startswith("_")}
        for group in (
            *(
                AuthGroup,
                UserGroup,
                ChannelGroup,
                MessageGroup,
                UserPermissionUseCase,
                RealTimeChatUseCase,
                CacheUseCase,
            ),
            RedisCacheUseCase,
        )
    }
    cached = {
        *("get_user_with_cache", "get_channel_with_cache", "get_messages_with_cache", "batch_get_users"),
        *("invalidate_user_cache", "invalidate_channel_cache", "invalidate_message_caches", "warmup_cache"),
        *("get_cache_stats", "clear_cache", "get", "set", "delete", "get_or_load", "increment"),
    }
    assert {
        "AuthGroup": {
            *("register", "authenticate", "logout", "refresh", "verify", "change_password", "issue", "sessions"),
        },
        "UserGroup": {"get_current", "update", "get", "list", "delete", "ensure", "ensure_many"},
        "ChannelGroup": {
            *("create", "get_or_create", "get", "list", "update", "delete", "invite", "join", "decline"),
            *("revoke_invitation", "leave", "members", "remove_member", "ban", "unban", "mute", "unmute"),
            *("transfer_ownership", "mark_read", "unread"),
        },
        "MessageGroup": {
            *("send", "search", "get", "history", "edit", "delete", "revisions", "react", "unreact", "reactions"),
            "import_many",
        },
        "UserPermissionUseCase": {
            *("check_permission", "require", "check_many", "assign_role", "revoke_role", "get_user_permissions"),
            *("can_manage_channel", "can_delete_message", "create_role", "update_role", "delete_role", "list_roles"),
            "who_can",
        },
        "RealTimeChatUseCase": {
            *("send_real_time_message", "join_channel", "leave_channel", "start_typing", "stop_typing"),
            *("mark_message_as_read", "broadcast_to_channel", "get_online_users", "get_typing_users", "read_events"),
        },
        "CacheUseCase": cached,
        "RedisCacheUseCase": cached
        | {
            *("flush_cache", "increment_counter", "set_with_expiry", "get_ttl", "set_hash", "get_hash"),
            *("get_keys_by_pattern", "is_connected", "reconnect"),
        },
    } == names


def test_a_group_with_one_use_case_is_that_use_case(saiondo_factory: UseCaseFactory) -> None:
    """The mission's longer path leads to the same object, and the factory makes it by its own name too."""
    use_cases = saiondo_factory.create_all_use_cases()
    assert use_cases.permission is use_cases.permission.permission
    assert use_cases.real_time is use_cases.real_time.chat
    assert use_cases.websocket is use_cases.websocket.websocket
    assert type(use_cases.permission) is type(saiondo_factory.create_user_permission_use_case())
    assert type(use_cases.real_time) is type(saiondo_factory.create_real_time_chat_use_case())
    assert type(use_cases.websocket) is type(saiondo_factory.create_web_socket_use_case())
    assert type(use_cases.cache.cache) is type(saiondo_factory.create_cache_use_case())


def test_credentials_are_named_where_they_are_taken(saiondo_factory: UseCaseFactory) -> None:
    """Tokens come in by the two names under which they are never shown again."""
    taken = {
        name
        for entry in operations(saiondo_factory.create_all_use_cases())
        for name in entry.parameters
        if "token" in name
    }
    assert taken == TOKENS
