"""What goes wrong with the one who acts: nobody does, the wrong one does, or their rights are in doubt."""

from typing import ClassVar

from attrs import frozen

from saiondo_core.kernel.errors import AccessDeniedError, ConflictError, InvalidInputError, Said, UnavailableError


@frozen(kw_only=True)
class MissingActorError(InvalidInputError):
    """A use case was called for nobody."""

    code = "missing_actor"
    field: str = "actor"
    expected: str = "who acts: name the user, or call through use_cases.as_user(id)"


@frozen(kw_only=True)
class ActorMismatchError(AccessDeniedError):
    """A call through `as_user(id)` or `as_system(name)` named somebody else as the one who acts."""

    code = "actor_mismatch"
    permission: str = "act for another"
    hint = "Leave the acting user out: it is filled in; or take as_user() of the other one."


@frozen(kw_only=True)
class SystemOnlyError(AccessDeniedError):
    """Only the host itself may do this."""

    code = "system_only"
    hint = "Call it in process, through use_cases.as_system(name)."


@frozen(kw_only=True)
class DeactivatedError(AccessDeniedError):
    """The acting user was deleted."""

    code = "deactivated"
    what = "The acting user was deleted, and may do nothing; {permission} was asked for."
    hint = "Act for somebody else; user.ensure(id, username) brings back a user of your own."


@frozen(kw_only=True)
class GateFailedError(AccessDeniedError):
    """Whoever decides about rights failed, took too long, or gave no decision: until they do, nobody may."""

    code = "gate_failed"
    retryable = True
    what = "It could not be decided whether the acting user holds the permission {permission}."
    hint = "Look at the error this one was raised from; a gate gives a PermissionDecision, and soon."
    user_messages: ClassVar[Said] = UnavailableError.user_messages


@frozen(kw_only=True)
class StaleRightsError(ConflictError):
    """The rights of the one who acts were changed since they were judged."""

    code = "stale_rights"
    retryable = True
    what = "The rights of the acting user were changed in the meantime."
