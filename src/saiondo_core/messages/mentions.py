"""Whom a text mentions: every `@username` of a member."""

import re

from saiondo_core.channels.model import ChannelId
from saiondo_core.channels.ports import ChannelRepository
from saiondo_core.kernel.ids import UserId
from saiondo_core.users.model import USERNAME_MOST, username_key
from saiondo_core.users.ports import UserRepository

USERNAME_LEAST = 2

KOREAN_TITLES = ("님", "씨")
KOREAN_PARTICLES = (
    *("에게서", "에게는", "에게도", "한테는", "한테도", "에게", "한테", "께서", "이랑", "하고", "이야"),
    *("이", "가", "은", "는", "을", "를", "께", "와", "과", "랑", "의", "도", "만", "아", "야"),
)
"""What Korean writes onto the end of a name, without a space: to, from, with, of, too, and the cases."""

# What follows a letter, or a sign that stands in addresses, is no mention: "mail me at anna@bert.org".
# The look behind comes second, so that the search leaps from one `@` to the next.
_MENTION = re.compile(r"@(?<![\w.@-]@)(\w[\w.-]*)")
_ONE_SCRIPT = re.compile(r"[\x00-\x7f]+|[^\x00-\x7f]+")
_KOREAN = re.compile(rf"(?P<called>(?P<name>.+?)(?:{'|'.join(KOREAN_TITLES)})?)(?:{'|'.join(KOREAN_PARTICLES)})?")


def usernames_in(content: str) -> tuple[tuple[str, ...], ...]:
    """For each `@…` of *content*, in their order, the usernames it may mean: at most four, the longest first.

    Korean titles and particles stick to the name: "@bert님이" may mean "bert님이", "bert님" or "bert".
    """
    tokens = dict.fromkeys(found.rstrip(".-") for found in _MENTION.findall(content))
    return tuple(filter(None, map(_meanings, tokens)))


async def mentioned_in(
    content: str, channel_id: ChannelId, *, channels: ChannelRepository, users: UserRepository
) -> tuple[UserId, ...]:
    """The members of the channel whom *content* mentions, each once, in the order of their first mention."""
    mentions = usernames_in(content)
    if not mentions:
        return ()
    found = await users.by_usernames(usernames=tuple({name: None for names in mentions for name in names}))
    ids = {username_key(user.username): user.id for user in found}
    memberships = await channels.memberships(channel_id=channel_id, user_ids=tuple(ids.values()))
    members = {membership.user_id for membership in memberships}
    meant = ([ids.get(username_key(name)) for name in names] for names in mentions)
    chosen = (next((user_id for user_id in candidates if user_id in members), None) for candidates in meant)
    return tuple(dict.fromkeys(user_id for user_id in chosen if user_id is not None))


def _meanings(token: str) -> tuple[str, ...]:
    names = {token}
    if script := _ONE_SCRIPT.match(token):
        names.add(script[0].rstrip(".-"))
    if korean := _KOREAN.fullmatch(token):
        names |= {korean["called"], korean["name"]}
    possible = (name for name in names if USERNAME_LEAST <= len(name) <= USERNAME_MOST)
    return tuple(sorted(possible, key=lambda name: (-len(name), name)))
