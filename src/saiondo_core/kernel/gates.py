"""Who decides about rights, and who may act at all."""

from abc import abstractmethod
from typing import ClassVar, Protocol

from saiondo_core.kernel.decisions import Actor, PermissionDecision
from saiondo_core.kernel.ids import EventId, RoleId, UserId
from saiondo_core.kernel.policies import Policy


class Gate(Protocol):
    """Who may do what. Local: it is asked in process, and what it reads may travel.

    Whatever it raises, and any delay beyond its time, is a refusal: see `Acting.judge`.

    Laws:
        - default_deny: What was never granted is not allowed.
        - the_system_may: The host itself is allowed everything.
        - own_things_count: What one's own things allow is allowed without a grant, and what needs them is refused for
          another's, whatever was granted.
        - members_only: What is asked inside a channel is refused to whoever is no member, whatever was granted.
    """

    __slots__ = ()
    local: ClassVar[bool] = True

    @abstractmethod
    async def decide(
        self, *, actor: Actor, policy: Policy, roles: tuple[RoleId, ...], scope: str | None, own: bool
    ) -> PermissionDecision:
        """Whether *actor* may do what *policy* says.

        Args:
            actor: Who wants to.
            policy: What.
            roles: What they are in the channel it is asked in: none for whoever is no member of it.
            scope: That channel; None where it is asked of the whole. For the explanation only.
            own: Whether the thing is their own.
        """


class Admissions(Protocol):
    """Who may act at all. Whoever was never refused may.

    Laws:
        - the_last_word_counts: Of all that was said of a user, the word with the highest id counts, in whatever order
          they were said; again is the same as once.
        - a_word_takes_what_was_given_before: Whatever a user was given by an event with a lower id is gone, also where
          the word itself comes late.
    """

    __slots__ = ()

    @abstractmethod
    async def admit(self, *, user_id: UserId, admitted: bool, word: EventId) -> None:
        """Note that the user may act, or may not, since the event *word*."""
