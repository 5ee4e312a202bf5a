"""Judging those who listen, beside telling them."""

from attrs import frozen

from saiondo_core.realtime.hub import Hub


@frozen
class Judging:
    """The job that judges a hub's listeners: however long the gate takes over one, others are told meanwhile."""

    hub: Hub

    async def step(self) -> float:
        """See `Job.step`."""
        return await self.hub.judge()
