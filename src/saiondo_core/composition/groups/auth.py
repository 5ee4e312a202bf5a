"""The group `auth`: registering, signing in and out."""

from attrs import frozen

from saiondo_core.auth.authenticate_user import AuthenticateUserUseCase
from saiondo_core.auth.change_password import ChangePasswordUseCase
from saiondo_core.auth.issue_session import IssueSessionUseCase
from saiondo_core.auth.list_sessions import ListSessionsUseCase
from saiondo_core.auth.logout_user import LogoutUserUseCase
from saiondo_core.auth.model import AuthPolicy
from saiondo_core.auth.refresh_session import RefreshSessionUseCase
from saiondo_core.auth.register_user import RegisterUserUseCase
from saiondo_core.auth.revoke_session import RevokeSessionUseCase
from saiondo_core.auth.verify_token import VerifyTokenUseCase
from saiondo_core.composition.ports import Ports
from saiondo_core.kernel.rights import Acting


@frozen(kw_only=True)
class SessionsGroup:
    """A user's signed-in clients."""

    list: ListSessionsUseCase
    revoke: RevokeSessionUseCase


@frozen(kw_only=True)
class AuthGroup:
    """Registering, signing in and out."""

    register: RegisterUserUseCase
    authenticate: AuthenticateUserUseCase
    logout: LogoutUserUseCase
    refresh: RefreshSessionUseCase
    verify: VerifyTokenUseCase
    change_password: ChangePasswordUseCase
    issue: IssueSessionUseCase
    sessions: SessionsGroup


def make_auth_group(ports: Ports, acting: Acting, limits: AuthPolicy) -> AuthGroup:
    """The group over *ports*, for whoever *acting* says."""
    return AuthGroup(
        register=RegisterUserUseCase(
            acting=acting,
            users=ports.users,
            credentials=ports.credentials,
            sessions=ports.sessions,
            passwords=ports.passwords,
            common=ports.common_passwords,
            secrets=ports.secrets,
            limits=limits,
        ),
        authenticate=AuthenticateUserUseCase(
            acting=acting,
            users=ports.users,
            credentials=ports.credentials,
            sessions=ports.sessions,
            passwords=ports.passwords,
            limiter=ports.limiter,
            secrets=ports.secrets,
            limits=limits,
        ),
        logout=LogoutUserUseCase(acting=acting, sessions=ports.sessions),
        refresh=RefreshSessionUseCase(
            acting=acting, users=ports.users, sessions=ports.sessions, secrets=ports.secrets, limits=limits
        ),
        verify=VerifyTokenUseCase(acting=acting, users=ports.users, sessions=ports.sessions),
        change_password=ChangePasswordUseCase(
            acting=acting,
            users=ports.users,
            credentials=ports.credentials,
            sessions=ports.sessions,
            passwords=ports.passwords,
            common=ports.common_passwords,
            limiter=ports.limiter,
            limits=limits,
        ),
        issue=IssueSessionUseCase(
            acting=acting, users=ports.users, sessions=ports.sessions, secrets=ports.secrets, limits=limits
        ),
        sessions=SessionsGroup(
            list=ListSessionsUseCase(acting=acting, sessions=ports.sessions),
            revoke=RevokeSessionUseCase(acting=acting, sessions=ports.sessions),
        ),
    )
