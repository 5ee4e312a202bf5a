"""Whom a text mentions."""

import pytest

from saiondo_core.adapters.memory.users import MemoryUsers
from saiondo_core.channels.model import ChannelId
from saiondo_core.kernel.ids import UserId
from saiondo_core.messages.mentions import usernames_in
from saiondo_core.messages.model import CONTENT_MOST
from saiondo_core.users.model import User
from tests.messages.house import ANNA, BERT, CARL, TEAM, House


@pytest.mark.parametrize(
    ("content", "names"),
    [
        ("Hello @bert", ["bert"]),
        ("@bert, @carl. (@anna) @bert!", ["bert", "carl", "anna"]),
        ("@Bert_1.x-y... said @dots-", ["Bert_1.x-y", "dots"]),
        ("mail anna@bert.org, x.@bert, -@bert, @@bert, @-bert, @ bert, _@bert, 안@bert", []),
        ("@a is too short, @" + "a" * 21 + " too long", []),
        ("@" + "a" * 20, ["a" * 20]),
        ("「@bert」\n@carl", ["bert", "carl"]),
        ("nobody", []),
    ],
)
def test_a_mention_stands_apart(content: str, names: list[str]) -> None:
    """`@` begins a mention where no word, dot, dash or `@` precedes it; trailing dots and dashes are the sentence's."""
    assert [(name,) for name in names] == list(usernames_in(content))


@pytest.mark.parametrize(
    ("token", "names"),
    [
        ("bert님", ("bert님", "bert")),
        ("bert님이", ("bert님이", "bert님", "bert")),
        ("베르트에게", ("베르트에게", "베르트")),
        ("베르트님에게는", ("베르트님에게는", "베르트님", "베르트")),
        ("지은이가", ("지은이가", "지은이")),
        ("민수야", ("민수야", "민수")),
        ("민수-bert에게", ("민수-bert에게", "민수-bert", "민수")),
        ("은", ()),
        ("님은", ("님은",)),
        ("가나다라마바사아자차카타파하가나다라마바에게서", ("가나다라마바사아자차카타파하가나다라마바",)),
    ],
)
def test_korean_writes_onto_names(token: str, names: tuple[str, ...]) -> None:
    """A token may be a name as it stands, or one with a title, a particle or another script at its end."""
    assert ((names,) if names else ()) == usernames_in(f"@{token}")


@pytest.mark.parametrize(
    "content",
    [
        "@" * CONTENT_MOST,
        "@a" * (CONTENT_MOST // 2),
        "@" + "가" * (CONTENT_MOST - 1),
        " ".join(f"@{number:x}님이" for number in range(16**2, 16**2 + CONTENT_MOST // 7)),
        "@" + "." * (CONTENT_MOST - 1),
    ],
)
def test_hostile_text_is_little_work(content: str) -> None:
    """However many `@` a text holds, it asks for at most four names for each `@` and three characters."""
    mentions = usernames_in(content[:CONTENT_MOST])

    assert len(mentions) <= CONTENT_MOST // 3
    assert max(map(len, mentions), default=0) <= 4


async def test_members_are_mentioned_in_the_order_of_the_text(house: House) -> None:
    """Members count, in any case and width, each once; outsiders and strangers are just text."""
    message = await house.of(ANNA).send(
        channel_id=TEAM, content="@CARL and @bert, tell @eve and @nobody, @\uff42\uff45\uff52\uff54 and @anna too"
    )

    assert (CARL, BERT, ANNA) == message.mentions


async def test_the_longest_name_of_a_member_wins(house: House) -> None:
    """Where both the whole token and a part of it are names, the longest that is a member's is meant."""
    await house.user("베르트")
    await house.user("베르트님")
    channel = await house.channel(ANNA, UserId("베르트"), UserId("베르트님"), id=ChannelId("korean"))
    send = house.of(ANNA).send
    assert ("베르트님",) == (await send(channel_id=channel, content="@베르트님이 왔다")).mentions
    assert ("베르트",) == (await send(channel_id=channel, content="@베르트씨가 왔다")).mentions

    await house.remove(UserId("베르트님"), channel_id=channel)
    assert ("베르트",) == (await send(channel_id=channel, content="@베르트님이 왔다")).mentions


async def test_a_text_is_looked_up_once(house: House) -> None:
    """All names of a text are looked up in one call, and none where it mentions nobody."""
    asked: list[int] = []

    class Counted(MemoryUsers):
        async def by_usernames(self, *, usernames: tuple[str, ...]) -> tuple[User, ...]:
            asked.append(len(usernames))
            return await super().by_usernames(usernames=usernames)

    house.users = Counted(house.rooms.log)
    await house.of(ANNA).send(channel_id=TEAM, content="anna@example.org")
    await house.of(ANNA).send(channel_id=TEAM, content="@bert @bert님 @carl " * 20)

    assert [3] == asked
