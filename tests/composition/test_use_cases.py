"""The host's side: binding, handlers of events, the hook, dead letters, settling."""

import asyncio
from datetime import timedelta

import pytest
from attrs import define, field

from saiondo_core import Message, Ports, Settings, UseCaseFactory, UseCases, UserId
from saiondo_core.channels.events import ChannelEvent, MemberJoined
from saiondo_core.composition.errors import DeadLetterNotFoundError, HandlerNameTakenError, HandlerNotFoundError
from saiondo_core.composition.settings import RelayPolicy
from saiondo_core.errors import (
    ActorMismatchError,
    InvalidCursorError,
    InvalidInputError,
    MessageRejectedError,
    SystemOnlyError,
)
from saiondo_core.kernel.decisions import Actor, PermissionDecision
from saiondo_core.kernel.events import Event
from saiondo_core.kernel.gates import Gate
from saiondo_core.kernel.ids import RoleId
from saiondo_core.kernel.policies import Policy
from saiondo_core.messages.events import MessageSent, ReactionAdded
from saiondo_core.messages.model import Allow, Judgement, MessageDraft, Reject, Replace
from saiondo_core.realtime.notes import RightsChanged
from saiondo_core.testing.clocks import FrozenClock, breathe
from saiondo_core.testing.people import sign_up


@define(eq=False)
class Heard:
    """A handler that keeps what it hears, and fails while it is told to."""

    failing: bool = False
    events: list[Event] = field(factory=list[Event], init=False)

    async def __call__(self, event: Event) -> None:
        """Keep *event*, or fail."""
        if self.failing:
            raise RuntimeError
        self.events.append(event)


async def talk(use_cases: UseCases, *texts: str) -> None:
    """Let somebody say *texts* in a channel of their own."""
    anna = use_cases.as_user((await sign_up(use_cases, f"anna{len(texts)}")).user.id)
    channel = await anna.channel.create(name="team")
    for text in texts:
        await anna.message.send(channel_id=channel.id, content=text)


async def test_handlers_hear_of_their_kind_in_order(saiondo_factory: UseCaseFactory) -> None:
    """By call and by decorator, each handler hears of its kind of events in order; a base class stands for all its."""
    everything, sent = Heard(), list[MessageSent]()
    async with saiondo_factory as use_cases:
        assert everything is use_cases.on(ChannelEvent, everything, name="everything")

        @use_cases.on(MessageSent)
        async def note(event: MessageSent) -> None:
            sent.append(event)

        await talk(use_cases, "one", "two")
        await use_cases.settle()
        actions = ["channel.created", "member.joined", "message.sent", "message.sent"]
        assert actions == [event.action for event in everything.events]
        assert everything.events[2:] == sent

        use_cases.off(note)
        await talk(use_cases, "a", "b", "c")
        await use_cases.settle()
        assert 2 == len(sent)
        assert 4 + 5 == len(everything.events)


async def test_a_handler_goes_on_where_its_name_was(saiondo_ports: Ports) -> None:
    """After a restart it hears what it has not heard, and a new name hears everything from the beginning."""
    old, restarted, new = Heard(), Heard(), Heard()
    async with UseCaseFactory(ports=saiondo_ports) as use_cases:
        use_cases.on(MessageSent, old, name="crm")
        await talk(use_cases, "one")
        await use_cases.settle()
    async with UseCaseFactory(ports=saiondo_ports) as use_cases:
        await talk(use_cases, "two", "three")
        use_cases.on(MessageSent, restarted, name="crm")
        use_cases.on(MessageSent, new, name="archive")
        await use_cases.settle()
    assert (1, 2, 3) == (len(old.events), len(restarted.events), len(new.events))


async def test_a_relay_restarted_at_every_event_tells_each_once(saiondo_ports: Ports) -> None:
    """A factory that is closed while its handler is at an event loses none: the next one tells it again."""
    effects: dict[str, str] = {}
    async with UseCaseFactory(ports=saiondo_ports) as use_cases:
        await talk(use_cases, "one", "two", "three", "four")
        whole = Heard()
        use_cases.on(Event, whole, name="whole")
        await use_cases.settle()

    for crash in range(len(whole.events)):
        effects.clear()
        name = f"crash-{crash}"
        at_it = asyncio.Event()

        async def die(event: Event, crash: int = crash, at_it: asyncio.Event = at_it) -> None:
            if len(effects) == crash:
                at_it.set()
                await asyncio.Event().wait()  # the process ends while it waits
            effects[event.stamp.id] = event.action

        settings = Settings(stop_seconds=0)
        async with UseCaseFactory(settings, saiondo_ports) as use_cases:
            use_cases.on(Event, die, name=name)
            await at_it.wait()
        again = Heard()
        async with UseCaseFactory(settings, saiondo_ports) as use_cases:
            use_cases.on(Event, again, name=name)
            await use_cases.settle()
        told = set(effects) | {event.stamp.id for event in again.events}
        assert {event.stamp.id for event in whole.events} == told, f"closed at event {crash}"
        assert len(whole.events) == len(effects) + len(again.events), f"closed at event {crash}"


async def test_settling_waits_for_what_handlers_cause(saiondo_factory: UseCaseFactory) -> None:
    """A handler's own doing causes events, and settling waits until others, who take their time, handled those too."""
    told: list[ReactionAdded] = []
    async with saiondo_factory as use_cases:
        anna = (await sign_up(use_cases, "anna")).user.id
        me = use_cases.as_user(anna)

        @use_cases.on(MessageSent)
        async def like(event: MessageSent) -> None:
            await breathe()
            await me.message.react(message_id=event.message_id, emoji="👍")

        @use_cases.on(ReactionAdded)
        async def listen(event: ReactionAdded) -> None:
            await breathe()
            told.append(event)

        channel = await me.channel.create(name="team")
        await me.message.send(channel_id=channel.id, content="one")
        await use_cases.settle()

        assert 1 == len(told)


async def test_dead_letters_are_listed_replayed_and_discarded(saiondo_ports: Ports, saiondo_clock: FrozenClock) -> None:
    """What a handler failed on for good waits with its reason, is told again on demand, and then is gone."""
    handler, reports = Heard(failing=True), list[str]()
    settings = Settings(relay=RelayPolicy(attempts=2))
    factory = UseCaseFactory(settings, saiondo_ports, report=lambda event, **_: reports.append(event))
    async with factory as use_cases:
        use_cases.on(MessageSent, handler, name="crm")
        await talk(use_cases, "one", "two", "three")
        for _ in range(10):
            await saiondo_clock.advance(1)
        await use_cases.settle()

        box = use_cases.dead_letters
        first = await box.list(consumer="crm", limit=2)
        second = await box.list(consumer="crm", limit=2, cursor=first.next_cursor)
        letters = [*first, *second]
        assert (2, 1, None) == (len(first), len(second), second.next_cursor)
        assert ["RuntimeError"] * 3 == [letter.error for letter in letters]
        assert () == (await box.list(consumer="other")).items
        assert 6 == reports.count("handler_failed")

        with pytest.raises(RuntimeError):
            await box.replay(letters[0].id)
        assert 3 == len(await box.list())
        handler.failing = False
        await box.replay(letters[0].id)
        await box.discard(letters[1].id)
        assert [letters[2].id] == [letter.id for letter in await box.list()]
        assert [letters[0].recorded.event] == handler.events

        with pytest.raises(DeadLetterNotFoundError):
            await box.replay(letters[0].id)
        use_cases.off(handler)
        with pytest.raises(HandlerNotFoundError):
            await box.replay(letters[2].id)
        with pytest.raises(InvalidCursorError):
            await box.list(cursor="nonsense")


async def test_a_report_that_fails_stops_nothing(saiondo_ports: Ports, saiondo_clock: FrozenClock) -> None:
    """A host that cannot be told of failures, for its log is closed, hears of that by the loop; all work goes on."""
    handler, told = Heard(failing=True), list[object]()
    asyncio.get_running_loop().set_exception_handler(lambda _, context: told.append(context.get("exception")))

    def closed_log(event: str, **fields: str | float) -> None:
        raise ValueError(event, fields)

    async with UseCaseFactory(ports=saiondo_ports, report=closed_log) as use_cases:
        use_cases.on(MessageSent, handler)
        await talk(use_cases, "one", "two")
        await saiondo_clock.advance(1)
        handler.failing = False
        await saiondo_clock.advance(60)
        assert 2 == len(handler.events)
        assert told
        assert {ValueError} == {type(error) for error in told}


@define(eq=False)
class Thoughtful(Gate):
    """A gate that comes to no end about some, and else decides as another one does."""

    other: Gate
    endless: set[UserId] = field(factory=set[UserId], init=False)

    async def decide(
        self, *, actor: Actor, policy: Policy, roles: tuple[RoleId, ...], scope: str | None, own: bool
    ) -> PermissionDecision:
        """See `Gate`."""
        if actor.id in self.endless:
            await asyncio.Event().wait()
        return await self.other.decide(actor=actor, policy=policy, roles=roles, scope=scope, own=own)


async def test_who_listens_waits_for_no_gate_that_comes_to_no_end(
    saiondo_ports: Ports, saiondo_clock: FrozenClock
) -> None:
    """While it thinks about Bert, Anna is told of what is said, second by second."""
    gate = Thoughtful(saiondo_ports.gate)
    async with UseCaseFactory(ports=saiondo_ports.replace(gate=gate)) as use_cases:
        anna, bert = [use_cases.as_user((await sign_up(use_cases, name)).user.id) for name in ("anna", "bert")]
        heard, channels = list[str](), [await user.channel.create(name="talk") for user in (anna, bert)]

        @anna.real_time.on_message
        async def listen(message: Message) -> None:
            heard.append(message.content)

        for user, channel in zip((anna, bert), channels, strict=True):
            await user.real_time.join_channel(channel_id=channel.id)
        await use_cases.settle()
        gate.endless.add(channels[1].owner_id)
        await saiondo_ports.bus.publish(note=RightsChanged())
        await breathe()
        for number in range(10):
            await anna.message.send(channel_id=channels[0].id, content=f"{number}")
            await saiondo_clock.advance(1)
            assert f"{number}" == heard[-1]


async def test_a_handlers_name_is_its_own(saiondo_factory: UseCaseFactory) -> None:
    """Two handlers cannot share a position; what is not registered cannot be taken off."""
    async with saiondo_factory as use_cases:
        use_cases.on(MessageSent, Heard(), name="crm")
        with pytest.raises(HandlerNameTakenError):
            use_cases.on(MemberJoined, Heard(), name="crm")
        with pytest.raises(HandlerNotFoundError):
            use_cases.off(Heard())


@pytest.mark.parametrize(
    ("verdict", "stored"), [(Allow(), "hello"), (Replace(content="h****"), "h****"), (Reject(reason="rude"), None)]
)
async def test_before_send_has_the_last_word(
    saiondo_factory: UseCaseFactory, verdict: Judgement, stored: str | None
) -> None:
    """The host's hook lets a message through, changes it, or refuses it with its reason; also where it comes late."""
    async with saiondo_factory as use_cases:
        anna = use_cases.as_user((await sign_up(use_cases, "anna")).user.id)
        channel = await anna.channel.create(name="team")
        send = anna.message.send

        @use_cases.before_send
        async def judge(draft: MessageDraft) -> Judgement:
            assert "hello" == draft.content
            return verdict

        if stored is None:
            with pytest.raises(MessageRejectedError, match="rude"):
                await send(channel_id=channel.id, content="hello")
        else:
            assert stored == (await send(channel_id=channel.id, content="hello")).content


async def test_a_repeated_send_is_answered_whatever_happened_since(
    saiondo_factory: UseCaseFactory, saiondo_clock: FrozenClock
) -> None:
    """Muted, with the answered message deleted and the hook refusing: the same send still gives the same message."""
    async with saiondo_factory as use_cases:
        anna, bert = (await sign_up(use_cases, "anna")).user.id, (await sign_up(use_cases, "bert")).user.id
        owner, member = use_cases.as_user(anna), use_cases.as_user(bert)
        team = (await owner.channel.create(name="team", members=[bert])).id
        question = await owner.message.send(channel_id=team, content="why?")

        async def send() -> Message:
            return await member.message.send(
                channel_id=team, content="because", reply_to=question.id, client_message_id="once"
            )

        sent = await send()
        await owner.message.delete(message_id=question.id)
        await owner.channel.mute(channel_id=team, user_id=bert, until=saiondo_clock.now() + timedelta(hours=1))

        async def refuse(_: MessageDraft) -> Judgement:
            return Reject(reason="closed")

        use_cases.before_send(refuse)
        assert sent == await send()


async def test_binding_is_for_good(saiondo_factory: UseCaseFactory) -> None:
    """Use cases of one user become neither another's nor the system's, and hand out none of the host's tools."""
    async with saiondo_factory as use_cases:
        anna = use_cases.as_user("anna")
        anna.as_user("anna")
        with pytest.raises(ActorMismatchError):
            anna.as_user("bert")
        with pytest.raises(ActorMismatchError):
            anna.as_system("cron")
        with pytest.raises(SystemOnlyError):
            anna.on(MessageSent, Heard(), name="crm")
        with pytest.raises(SystemOnlyError):
            anna.before_send(use_cases.before_send(_allow))
        with pytest.raises(SystemOnlyError):
            _ = anna.dead_letters


@pytest.mark.parametrize("user_id", ["", "x" * 65, "system:root", "a\nb", "\ud800"])
def test_an_impossible_user_cannot_act(saiondo_factory: UseCaseFactory, user_id: str) -> None:
    """An id that no user can have, the system's above all, is refused."""
    with pytest.raises(InvalidInputError):
        saiondo_factory.create_all_use_cases().as_user(user_id)


async def _allow(_: MessageDraft) -> Judgement:
    """Allow everything."""
    return Allow()


async def test_who_comes_back_before_the_relay_has_run_has_no_place_left(saiondo_ports: Ports) -> None:
    """Deleted and mirrored again at once: no membership, nor role in a channel, is theirs again, then or later."""
    async with UseCaseFactory(ports=saiondo_ports) as use_cases:
        host = use_cases.as_system("test")
        for name in ("anna", "bert"):
            await host.user.ensure(id=name, username=name)
        team = await use_cases.as_user("anna").channel.create(name="team", members=[UserId("bert")])
        await host.permission.assign_role(user_id=UserId("bert"), role_id=RoleId("admin"), scope=team.id)
        await host.user.delete(UserId("bert"))
        await host.user.ensure(id="bert", username="bert")
        for _ in range(2):
            members = await host.channel.members(channel_id=team.id)
            assert ["anna"] == [member.user_id for member in members.items]
            assert not await host.permission.can_manage_channel(channel_id=team.id, user_id=UserId("bert"))
            await use_cases.settle()
