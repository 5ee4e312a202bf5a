"""Where Redis is, and how long anything may wait for it. Names no driver, so that reading settings loads none."""

from attrs import field, frozen

from saiondo_core.kernel.numbers import not_negative, positive


@frozen(kw_only=True)
class RedisSettings:
    """How to reach Redis, and how much of everything there may be. All durations are seconds.

    Attributes:
        url: Where it is, in place of `host` to `db`: `redis://user:password@host:port/db`, the same with `rediss://`
            for TLS, `unix:///path?db=0`, or `redis+sentinel://user:password@host:port,host:port/service/db`
            (`rediss+sentinel://`), which asks the Sentinels for the master of that service at each new connection.
        host: The server's name or address.
        port: Its port.
        username: Who we are to its access control lists; None for its default user.
        password: What proves it.
        db: The number of the database.
        key_prefix: What all keys begin with. Two that share a server and a prefix share their cache.
        budget: How long a call may take in all: waiting for a connection, making one, and the reply.
        connections: How many connections there are at most; further calls wait for one, within their budget.
        failures: After how many failures in a row Redis is left alone.
        rest: How long it then is, before a single call tries it again.
        lease: How long a load may take to be kept.
        patience: How long to wait for what another process loads, before loading it, too.
        near_cache: Whether what was read lately is told from this process's memory. Then a change that another process
            makes may be told up to twice `silence` late; by default it is seen as soon as their write has returned.
        silence: How often the near cache asks Redis for a sign of life. For twice as long at most it tells a value that
            another process has changed.
        near_entries: How many values the near cache holds.
        value_octets: How large a value may be; larger ones are not kept, and counted (1 MiB).
    """

    url: str | None = field(default=None, repr=False)
    host: str = "localhost"
    port: int = field(default=6379, validator=positive)
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    db: int = field(default=0, validator=not_negative)
    key_prefix: str = "saiondo:"
    budget: float = field(default=0.5, validator=positive)
    connections: int = field(default=16, validator=positive)
    failures: int = field(default=3, validator=positive)
    rest: float = field(default=1.0, validator=positive)
    lease: float = field(default=10.0, validator=positive)
    patience: float = field(default=1.0, validator=positive)
    near_cache: bool = False
    silence: float = field(default=1.0, validator=positive)
    near_entries: int = field(default=10_000, validator=positive)
    value_octets: int = field(default=2**20, validator=positive)
