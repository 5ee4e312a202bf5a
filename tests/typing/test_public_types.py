"""What the type checkers say of the public surface: they read this file, and the interpreter runs it too."""

from collections.abc import Awaitable, Callable
from typing import assert_type

import pytest

from saiondo_core import AuthSession, Channel, Message, Ports, Settings, UseCaseFactory, UseCases, User, memory_ports
from saiondo_core.auth.model import Principal, Session
from saiondo_core.channels.model import Invitation, Membership, Unread
from saiondo_core.kernel.paging import Page
from saiondo_core.messages.events import MessageSent
from saiondo_core.messages.model import Reaction, Revision


async def test_results_have_their_types(saiondo_factory: UseCaseFactory) -> None:
    """Every call of the surface gives the type that the contract names, bound or not."""
    async with saiondo_factory as use_cases:
        assert_type(use_cases, UseCases)
        anna = await use_cases.auth.register(email="anna@example.org", username="anna", password="blue bicycle bell")
        assert_type(anna, AuthSession)
        assert_type(await use_cases.auth.verify(anna.access_token), Principal)
        me = use_cases.as_user(anna.user.id)
        assert_type(me, UseCases)
        assert_type(await me.user.get_current(), User)
        assert_type(await me.user.list(), Page[User])
        assert_type(await me.auth.sessions.list(), tuple[Session, ...])

        channel = await me.channel.create(name="team")
        assert_type(channel, Channel)
        assert_type(await me.channel.create.execute(name="other"), Channel)
        assert_type(await me.channel.list(), Page[Channel])
        assert_type(await me.channel.members(channel_id=channel.id), Page[Membership])
        assert_type(await me.channel.invite(channel_id=channel.id), Invitation)
        assert_type(await me.channel.unread(), Page[Unread])

        message = await me.message.send(channel_id=channel.id, content="hello")
        assert_type(message, Message)
        assert_type(await me.message.history(channel_id=channel.id), tuple[Message, ...])
        assert_type(await me.message.revisions(message.id), tuple[Revision, ...])
        assert_type(await me.message.reactions(message.id), tuple[Reaction, ...])


def test_handlers_are_typed_by_their_event(saiondo_factory: UseCaseFactory) -> None:
    """A handler takes the event it is registered for, and comes back as it is, by call and by decorator."""
    use_cases = saiondo_factory.create_all_use_cases()

    async def note(event: MessageSent) -> None:
        assert_type(event, MessageSent)

    assert_type(use_cases.on(MessageSent, note, name="call"), Callable[[MessageSent], Awaitable[None]])
    assert_type(use_cases.on(MessageSent, name="decorator")(note), Callable[[MessageSent], Awaitable[None]])


def test_a_port_of_the_wrong_kind_is_refused() -> None:
    """The bundle knows which port goes where: the checkers refuse another one, and an unknown name."""
    ports = memory_ports(Settings())
    assert_type(ports, Ports)
    ports.replace(users=ports.sessions)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType] - the claim.
    with pytest.raises(TypeError, match="userz"):
        memory_ports(userz=ports.users)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue] - the claim.
