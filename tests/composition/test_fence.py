"""The fence: of private and direct channels, nobody who is not in them learns anything, by any operation."""

from collections.abc import Mapping
from itertools import product

from attrs import frozen

from saiondo_core import ChannelId, Ports, UseCaseFactory, UseCases, UserId
from saiondo_core.testing.people import sign_up
from tests.composition.surface import Entry, operations, outcome

MISSING: Mapping[str, str] = {
    "channel_id": "01900000-0000-7000-8000-00000000dead",
    "message_id": "01900000-0000-7000-8000-00000000beef",
    "reply_to": "01900000-0000-7000-8000-00000000beef",
    "invitation_id": "01900000-0000-7000-8000-00000000cafe",
    "session_id": "01900000-0000-7000-8000-00000000f00d",
}
"""Ids that do not exist, by the argument that takes them."""

QUESTIONS = {"permission.can_manage_channel", "permission.can_delete_message"}
"""What is answered with a plain no."""


@frozen
class Estate:
    """What one person has: the ids of theirs, by the argument that takes them."""

    owner: UserId
    private: ChannelId
    ids: Mapping[str, tuple[str, ...]]


async def estate(use_cases: UseCases, name: str, friend: UserId) -> Estate:
    """Somebody with a private channel and a direct one, with *friend* in both, and something of everything in them."""
    owner = await sign_up(use_cases, name)
    me = use_cases.as_user(owner.user.id)
    private = await me.channel.create(name="private", members=[friend])
    direct = await me.channel.create(name="direct", type="direct", members=[friend])
    messages: list[str] = []
    for channel in (private, direct):
        first = await me.message.send(channel_id=channel.id, content="first")
        second = await me.message.send(channel_id=channel.id, content="second", reply_to=first.id)
        await me.message.edit(message_id=first.id, content="edited")
        await me.message.react(message_id=second.id, emoji="👍")
        messages += [first.id, second.id]
    gone = await me.message.send(channel_id=private.id, content="gone")
    await me.message.delete(message_id=gone.id)
    link = await me.channel.invite(channel_id=private.id, max_uses=5)
    return Estate(
        owner.user.id,
        private.id,
        {
            "channel_id": (private.id, direct.id),
            "message_id": (*messages, gone.id),
            "reply_to": (*messages, gone.id),
            "invitation_id": (link.id,),
            "session_id": (owner.session.id,),
        },
    )


async def recorded(ports: Ports) -> int:
    """How many events there are."""
    return sum(
        [
            len(await log.read(partition=number, after=0, limit=10_000))
            for log in ports.logs
            for number in range(await log.partitions())
        ]
    )


def combinations(entry: Entry, estates: tuple[Estate, ...], own: Estate) -> list[dict[str, str]]:
    """Every way to name things of *estates*, or *own* ones, in the arguments that take ids; one at least is foreign."""
    names = [name for name in MISSING if name in entry.parameters]
    choices = [[identity for one in (*estates, own) for identity in one.ids[name]] for name in names]
    foreign = {identity for one in estates for many in one.ids.values() for identity in many}
    return [dict(zip(names, chosen, strict=True)) for chosen in product(*choices) if not foreign.isdisjoint(chosen)]


async def test_foreign_ids_are_as_good_as_missing_ones(saiondo_ports: Ports) -> None:
    """For every operation and every pair of ids of different owners: the answer is that for an id that is not."""
    compared: set[str] = set()
    async with UseCaseFactory(ports=saiondo_ports) as use_cases:
        friend = (await sign_up(use_cases, "friend")).user.id
        estates = (await estate(use_cases, "anna", friend), await estate(use_cases, "bert", friend))
        for stranger in (
            await estate(use_cases, "eve", friend),
            await former_member(use_cases, estates[0], friend),
            await banned_member(use_cases, estates[0], friend),
        ):
            before = await recorded(saiondo_ports)
            foreign = {identity for one in estates for many in one.ids.values() for identity in many}
            for entry in operations(use_cases.as_user(stranger.owner)):
                for named in combinations(entry, estates, stranger):
                    unnamed = {name: MISSING[name] if one in foreign else one for name, one in named.items()}
                    others = {"user_id": estates[0].owner} if entry.path.startswith("channel.") else {}
                    given = entry.arguments() | {
                        name: value for name, value in others.items() if name in entry.arguments()
                    }
                    kind, text = await outcome(entry.call, given | named)
                    for name, one in named.items():
                        text = text.replace(one, unnamed[name])
                    assert (kind, text) == await outcome(entry.call, given | unnamed), f"{entry.path}({named})"
                    if entry.path in QUESTIONS:
                        assert ("result", "False") == (kind, text), f"{entry.path}({named})"
                        compared.add(entry.path)
                        continue
                    assert kind != "result", f"{entry.path}({named})"
                    assert entry.documents(kind), f"{entry.path} does not say that it raises {kind}"
                    compared.add(entry.path)
            assert before == await recorded(saiondo_ports), "no refused call leaves anything"

    taking_ids = {e.path for e in operations(use_cases) if MISSING.keys() & e.parameters.keys()}
    assert taking_ids == compared
    assert len(taking_ids) >= 25


async def former_member(use_cases: UseCases, left: Estate, friend: UserId) -> Estate:
    """Somebody who was in the private channel of *left*, knows its ids, and was removed."""
    one = await estate(use_cases, "former", friend)
    await _admit(use_cases, left, one)
    await use_cases.as_user(left.owner).channel.remove_member(channel_id=left.private, user_id=one.owner)
    return one


async def banned_member(use_cases: UseCases, left: Estate, friend: UserId) -> Estate:
    """The same, but banned."""
    one = await estate(use_cases, "banned", friend)
    await _admit(use_cases, left, one)
    await use_cases.as_user(left.owner).channel.ban(channel_id=left.private, user_id=one.owner)
    return one


async def _admit(use_cases: UseCases, into: Estate, one: Estate) -> None:
    link = await use_cases.as_user(into.owner).channel.invite(channel_id=into.private, max_uses=5)
    await use_cases.as_user(one.owner).channel.join(code=link.code)
