"""The factory: what it joins, starts, keeps apart and ends."""

import asyncio

import pytest
from attrs import evolve, fields

from saiondo_core import Ports, Settings, UseCaseFactory, memory_ports
from saiondo_core.adapters.memory.log import MemoryLog
from saiondo_core.adapters.memory.messages import MemoryMessages
from saiondo_core.adapters.memory.rooms import Rooms
from saiondo_core.adapters.memory.users import MemoryUsers
from saiondo_core.channels.errors import ChannelNotFoundError
from saiondo_core.composition.errors import AlreadyOpenError, NoTenantsError, SplitFamilyError
from saiondo_core.composition.settings import RelayPolicy
from saiondo_core.errors import InvalidInputError, NotOpenError, UserNotFoundError
from saiondo_core.testing.people import sign_up
from saiondo_core.testing.ports import cheap_ports
from saiondo_core.users.events import UserRegistered


async def test_it_leaves_nothing_running() -> None:
    """When the factory has closed, no task of it is left, whatever was done meanwhile."""
    before = asyncio.all_tasks()
    async with UseCaseFactory(ports=cheap_ports()) as use_cases:
        await sign_up(use_cases, "anna")
        await use_cases.settle()
        assert len(asyncio.all_tasks()) > len(before)
    assert before == asyncio.all_tasks()


async def test_it_can_be_opened_again(saiondo_factory: UseCaseFactory) -> None:
    """What was stored is still there, and use cases held from before work again."""
    async with saiondo_factory as use_cases:
        anna = await sign_up(use_cases, "anna")
    with pytest.raises(NotOpenError):
        await use_cases.user.get(anna.user.id)
    async with saiondo_factory:
        assert "anna" == (await use_cases.user.get(anna.user.id)).username


async def test_it_is_opened_once(saiondo_factory: UseCaseFactory) -> None:
    """Opened while it is open, it says so, and goes on as it was."""
    async with saiondo_factory as use_cases:
        with pytest.raises(AlreadyOpenError):
            await saiondo_factory.__aenter__()
        await sign_up(use_cases, "anna")


@pytest.mark.parametrize("field", [found.name for found in fields(RelayPolicy)])
@pytest.mark.parametrize("value", [0, -1, float("nan")])
def test_a_policy_is_made_of_possible_numbers(field: str, value: float) -> None:
    """A number that could only stop the relay is refused where it is chosen, by its name."""
    with pytest.raises(InvalidInputError) as caught:
        evolve(RelayPolicy(), **{field: value})  # type: ignore[arg-type]  # the tested name is not known statically
    assert field == caught.value.field


async def test_the_makers_share_the_factorys_state(saiondo_factory: UseCaseFactory) -> None:
    """What one use case made by hand has stored, the next one finds."""
    make = saiondo_factory
    async with make:
        anna = await make.create_register_user_use_case()(
            email="anna@example.org", username="anna", password="blue bicycle bell"
        )
        bert = await make.create_register_user_use_case()(
            email="bert@example.org", username="bert", password="blue bicycle bell"
        )
        again = await make.create_authenticate_user_use_case()(email="anna@example.org", password="blue bicycle bell")
        assert anna.user.id == again.user.id
        await make.create_update_user_use_case()(user_id=anna.user.id, display_name="Anna")
        channel = await make.create_create_channel_use_case()(name="team", owner_id=anna.user.id)
        invitation = await make.create_invite_to_channel_use_case()(
            channel_id=channel.id, inviter_id=anna.user.id, invitee_id=bert.user.id
        )
        await make.create_all_use_cases().channel.join(user_id=bert.user.id, code=invitation.code)
        message = await make.create_send_message_use_case()(
            channel_id=channel.id, sender_id=bert.user.id, content="hello"
        )
        assert 1 == message.sequence
        await make.create_leave_channel_use_case()(channel_id=channel.id, user_id=bert.user.id)
        assert "Anna" == (await make.create_get_current_user_use_case()(again.access_token)).display_name
        await make.create_logout_user_use_case()(again.access_token)


async def test_tenants_see_nothing_of_each_other(saiondo_factory: UseCaseFactory) -> None:
    """The same names can be taken in each namespace, and ids of one mean nothing in another."""
    async with saiondo_factory as use_cases:
        acme, umbrella = saiondo_factory.for_tenant("acme"), saiondo_factory.for_tenant("umbrella")
        here, there = await sign_up(acme, "anna"), await sign_up(umbrella, "anna")
        await sign_up(use_cases, "anna")
        assert here.user.id != there.user.id
        with pytest.raises(UserNotFoundError):
            await umbrella.user.get(here.user.id, actor=there.user.id)
        assert "anna" == (await saiondo_factory.for_tenant("acme").user.get(here.user.id)).username

        lobby, other = [
            await tenant.channel.create(name="lobby", type="public", key="lobby", owner_id=anna.user.id)
            for tenant, anna in ((acme, here), (umbrella, there))
        ]
        assert lobby.id != other.id
        with pytest.raises(ChannelNotFoundError):
            await umbrella.channel.get(lobby.id, user_id=there.user.id)


async def test_a_tenants_handlers_hear_of_that_tenant_only(saiondo_factory: UseCaseFactory) -> None:
    """Each namespace has its own log, positions and handlers."""
    heard: list[str] = []

    async def note(event: UserRegistered) -> None:
        heard.append(event.user_id)

    async with saiondo_factory:
        acme, umbrella = saiondo_factory.for_tenant("acme"), saiondo_factory.for_tenant("umbrella")
        acme.on(UserRegistered, note, name="note")
        anna = await sign_up(acme, "anna")
        await sign_up(umbrella, "bert")
        await acme.settle()
        await umbrella.settle()
    assert [anna.user.id] == heard


def test_a_strangers_store_has_one_namespace() -> None:
    """Where a store of the host's own is plugged in, a second namespace is refused, not shared by accident."""
    factory = UseCaseFactory(ports=cheap_ports(users=MemoryUsers(MemoryLog())))
    with pytest.raises(NoTenantsError, match="tenants"):
        factory.for_tenant("acme")


def test_tenants_of_the_hosts_own() -> None:
    """Given a way to make them, the factory has the host's namespaces."""
    made: list[str] = []

    def tenants(name: str) -> Ports:
        made.append(name)
        return cheap_ports()

    factory = UseCaseFactory(ports=cheap_ports(tenants=tenants))
    factory.for_tenant("acme")
    factory.for_tenant("acme")
    assert ["acme"] == made


def test_channels_and_messages_are_not_split() -> None:
    """Messages of another family than the channels are refused: their offsets and fences would not be one."""
    with pytest.raises(SplitFamilyError):
        memory_ports(messages=MemoryMessages(Rooms(log=MemoryLog())))
    with pytest.raises(SplitFamilyError):
        cheap_ports().replace(messages=MemoryMessages(Rooms(log=MemoryLog())))


def test_a_replaced_store_is_a_family_of_its_own() -> None:
    """The relay reads the log of each family once."""
    assert 1 == len(cheap_ports().logs)
    assert 2 == len(cheap_ports(users=MemoryUsers(MemoryLog())).logs)


@pytest.mark.parametrize("name", ["", " ", "a\nb", "x" * 65])
def test_a_tenants_name_is_a_line(saiondo_factory: UseCaseFactory, name: str) -> None:
    """A namespace is named by 1 to 64 characters on one line."""
    with pytest.raises(InvalidInputError):
        saiondo_factory.for_tenant(name)


def test_the_defaults_are_those_of_the_contract() -> None:
    """What nobody chose is as the contract says."""
    settings = Settings()
    assert (15 * 60, 30 * 86_400, 90 * 86_400, 30) == (
        settings.auth.access_seconds,
        settings.auth.refresh_seconds,
        settings.auth.absolute_seconds,
        settings.auth.grace_seconds,
    )
    assert (5, 50, 15 * 60) == (
        settings.auth.guesses_per_client,
        settings.auth.guesses_per_account,
        settings.auth.guess_window_seconds,
    )
    assert 1_000 == settings.password_waiting
