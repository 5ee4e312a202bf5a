"""How late everybody else is served while very many sign in."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from functools import partial
from statistics import quantiles
from time import perf_counter

from argon2 import PasswordHasher

from benchmarks.harness import Bench, reading
from benchmarks.rows import Goal, Of, Row
from saiondo_core import Settings, UseCaseFactory, UseCases

TITLE = "Loop lag under sign-ins (Argon2id: t=3, 64 MiB, p=4)"
LOGINS = 200
ON_THE_LOOP = 10
ACCOUNTS = 10
REST = 0.001
PASSWORD = "correct horse battery staple"  # noqa: S105 - it opens nothing


async def measure(bench: Bench) -> None:
    """Let 200 sign in at once, beside 200 hashes in bare threads, and beside hashing on the loop."""
    argon2 = PasswordHasher(time_cost=3, memory_cost=65_536, parallelism=4)
    digest = argon2.hash(PASSWORD)
    verify = partial(argon2.verify, digest, PASSWORD)
    async with _accounts() as use_cases:
        bare = [await _lag(partial(_in_threads, verify))]
        ours = [await _lag(partial(_sign_in, use_cases))]
        on_loop = [await _lag(partial(_on_the_loop, verify))]
    await bench.keep(
        Row(
            case=f"p99 of the lag, {LOGINS} at once",
            unit="s",
            limit=reading("hashes in bare threads", bare),
            ours=reading("authenticate", ours, bare),
            peers=(reading("hashes on the loop", on_loop, bare),),
            goal=Goal(of=Of.VALUE, most=20e-3),
        )
    )


async def _lag(work: Callable[[], Awaitable[None]]) -> float:
    """The 99th percentile of how much too late a sleeper wakes while *work* is done."""
    late: list[float] = []

    async def sleep() -> None:
        while True:
            began = perf_counter()
            await asyncio.sleep(REST)
            late.append(perf_counter() - began - REST)

    sleeper = asyncio.create_task(sleep())
    await work()
    sleeper.cancel()
    await asyncio.wait([sleeper])
    return quantiles(late, n=100, method="inclusive")[-1]


@asynccontextmanager
async def _accounts() -> AsyncGenerator[UseCases]:
    async with UseCaseFactory(Settings()) as use_cases:
        for number in range(ACCOUNTS):
            await use_cases.auth.register(email=_email(number), username=f"person{number}", password=PASSWORD)
        yield use_cases


async def _sign_in(use_cases: UseCases) -> None:
    async with asyncio.TaskGroup() as group:
        for number in range(LOGINS):
            group.create_task(
                use_cases.auth.authenticate(
                    email=_email(number % ACCOUNTS), password=PASSWORD, client=f"device {number}"
                )
            )


async def _in_threads(verify: Callable[[], object]) -> None:
    loop = asyncio.get_running_loop()
    with ThreadPoolExecutor(Settings().password_workers) as pool:
        await asyncio.gather(*(loop.run_in_executor(pool, verify) for _ in range(LOGINS)))


async def _on_the_loop(verify: Callable[[], object]) -> None:
    for _ in range(ON_THE_LOOP):
        verify()
        await asyncio.sleep(0)


def _email(number: int) -> str:
    return f"person{number}@bench.example"
