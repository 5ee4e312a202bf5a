"""Where a host begins."""

from __future__ import annotations

from types import TracebackType
from typing import TYPE_CHECKING

from saiondo_core.composition.errors import AlreadyOpenError
from saiondo_core.composition.memory import memory_ports
from saiondo_core.composition.ports import Ports
from saiondo_core.composition.reports import Report, careful, log_warning
from saiondo_core.composition.settings import Settings
from saiondo_core.composition.tenant import Tenant
from saiondo_core.composition.use_cases import UseCases
from saiondo_core.kernel.text import clean_line

if TYPE_CHECKING:  # Each is loaded when it is first asked for.
    from saiondo_core.auth.authenticate_user import AuthenticateUserUseCase
    from saiondo_core.auth.get_current_user import GetCurrentUserUseCase
    from saiondo_core.auth.logout_user import LogoutUserUseCase
    from saiondo_core.auth.register_user import RegisterUserUseCase
    from saiondo_core.caching.cache_use_case import CacheUseCase
    from saiondo_core.caching.redis_cache_use_case import RedisCacheUseCase
    from saiondo_core.channels.create_channel import CreateChannelUseCase
    from saiondo_core.channels.invite_to_channel import InviteToChannelUseCase
    from saiondo_core.channels.leave_channel import LeaveChannelUseCase
    from saiondo_core.composition.redis_caches import RedisCaches
    from saiondo_core.composition.websocket.web_socket import WebSocketUseCase
    from saiondo_core.messages.search_messages import SearchMessagesUseCase
    from saiondo_core.messages.send_message import SendMessageUseCase
    from saiondo_core.permissions.user_permission import UserPermissionUseCase
    from saiondo_core.realtime.real_time_chat import RealTimeChatUseCase
    from saiondo_core.users.update_user import UpdateUserUseCase


class UseCaseFactory:
    """Joins ports and use cases, and runs what works in the background while it is open.

    ```python
    async with UseCaseFactory() as use_cases:
        ...
    ```

    Use cases called before it is opened, or after it is closed, raise `NotOpenError`. Closing lets the jobs finish
    what they are at, for at most `settings.stop_seconds`, and then closes the ports. It can be opened again.
    """

    def __init__(
        self, settings: Settings | None = None, ports: Ports | None = None, *, report: Report = log_warning
    ) -> None:
        """Choose what to build from.

        Args:
            settings: What can be chosen; the defaults are safe.
            ports: Where everything is kept; this process's memory by default.
            report: Whom background work tells of failures; structlog by default.

        Raises:
            InvalidInputError: `settings.redis` has a URL that leads nowhere.
        """
        self._settings = settings or Settings()
        self._ports = ports or memory_ports(self._settings)
        self._report = careful(report)
        self._redis = self._make_redis_caches()
        self._is_open = False
        self._tenants = dict[str, Tenant]()
        self._add_tenant("", self._ports)

    async def __aenter__(self) -> UseCases:
        """Start the background jobs, and give the use cases.

        Raises:
            AlreadyOpenError: It is open.
        """
        if self._is_open:
            raise AlreadyOpenError
        self._is_open = True
        if self._redis is not None:
            self._redis.open()
        for tenant in self._tenants.values():
            tenant.open()
        return self.create_all_use_cases()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Refuse further calls, end the jobs, and close the ports."""
        self._is_open = False
        for tenant in self._tenants.values():
            await tenant.close()
        if self._redis is not None:
            await self._redis.close()
        await self._ports.close()

    def create_all_use_cases(self) -> UseCases:
        """All use cases, acting for nobody yet."""
        return UseCases(self._tenants[""])

    def for_tenant(self, name: str) -> UseCases:
        """All use cases over the same connections, in the namespace *name*: nothing of another one is seen there.

        Raises:
            InvalidInputError: *name* is not 1 to 64 characters on one line.
            NoTenantsError: The ports know of one namespace only.
        """
        clean = clean_line(name, "name", least=1, most=64)
        if clean not in self._tenants:
            tenant = self._add_tenant(clean, self._ports.for_tenant(clean))
            if self._is_open:
                tenant.open()
        return UseCases(self._tenants[clean])

    def create_register_user_use_case(self) -> RegisterUserUseCase:
        """`auth.register`."""
        return self.create_all_use_cases().auth.register

    def create_authenticate_user_use_case(self) -> AuthenticateUserUseCase:
        """`auth.authenticate`."""
        return self.create_all_use_cases().auth.authenticate

    def create_logout_user_use_case(self) -> LogoutUserUseCase:
        """`auth.logout`."""
        return self.create_all_use_cases().auth.logout

    def create_get_current_user_use_case(self) -> GetCurrentUserUseCase:
        """`user.get_current`."""
        return self.create_all_use_cases().user.get_current

    def create_update_user_use_case(self) -> UpdateUserUseCase:
        """`user.update`."""
        return self.create_all_use_cases().user.update

    def create_create_channel_use_case(self) -> CreateChannelUseCase:
        """`channel.create`."""
        return self.create_all_use_cases().channel.create

    def create_invite_to_channel_use_case(self) -> InviteToChannelUseCase:
        """`channel.invite`."""
        return self.create_all_use_cases().channel.invite

    def create_leave_channel_use_case(self) -> LeaveChannelUseCase:
        """`channel.leave`."""
        return self.create_all_use_cases().channel.leave

    def create_send_message_use_case(self) -> SendMessageUseCase:
        """`message.send`."""
        return self.create_all_use_cases().message.send

    def create_search_messages_use_case(self) -> SearchMessagesUseCase:
        """`message.search`."""
        return self.create_all_use_cases().message.search

    def create_user_permission_use_case(self) -> UserPermissionUseCase:
        """`permission`."""
        return self.create_all_use_cases().permission

    def create_real_time_chat_use_case(self) -> RealTimeChatUseCase:
        """`real_time.chat`."""
        return self.create_all_use_cases().real_time

    def create_web_socket_use_case(self) -> WebSocketUseCase:
        """`websocket.websocket`."""
        return self.create_all_use_cases().websocket

    def create_cache_use_case(self) -> CacheUseCase:
        """`cache.cache`."""
        return self.create_all_use_cases().cache.cache

    def create_redis_cache_use_case(self) -> RedisCacheUseCase:
        """`cache.redis`.

        Raises:
            NoSharedCacheError: Neither the settings nor the ports have a cache that several processes share.
        """
        return self.create_all_use_cases().cache.redis

    def _make_redis_caches(self) -> RedisCaches | None:
        if self._settings.redis is None or self._ports.shared_cache is not None:
            return None
        # Only here, so that `import saiondo_core` loads no driver.
        from saiondo_core.composition.redis_caches import RedisCaches  # noqa: PLC0415

        return RedisCaches(self._settings.redis, self._ports.clock, self._report)

    def _add_tenant(self, name: str, ports: Ports) -> Tenant:
        if self._redis is not None and ports.shared_cache is None:
            ports = ports.replace(shared_cache=self._redis.for_tenant(name))
        tenant = self._tenants[name] = Tenant(ports, self._settings, self._report)
        return tenant
