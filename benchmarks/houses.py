"""A house of 1,000 users and 20 roles, in which to ask who may do what."""

from collections.abc import Mapping
from itertools import product
from random import Random

from attrs import evolve, frozen

USERS = 1_000
ROLES = 20
DEPTH = 3
QUESTIONS = 4_000

VERBS = ("read", "write", "share", "delete")
PERMISSIONS = tuple(f"thing{number}:{verb}" for number, verb in product(range(10), VERBS))

Question = tuple[str, str]
"""A user and a permission: may they?"""


@frozen(kw_only=True, eq=False)  # The same house only, and so a key.
class House:
    """Who holds which role, and what the roles allow.

    Attributes:
        users: The roles that each user holds.
        roles: What each role allows of its own.
        below: The role that a role inherits from, if it does.
        edit: A role, and a permission that an edit gives it, or takes from it again.
    """

    users: Mapping[str, tuple[str, ...]]
    roles: Mapping[str, frozenset[str]]
    below: Mapping[str, str]
    edit: tuple[str, str]

    def allowed(self, role: str) -> frozenset[str]:
        """What *role* allows, with what it inherits."""
        return self.roles[role] | (self.allowed(self.below[role]) if role in self.below else frozenset[str]())

    def allows(self, question: Question) -> bool:
        """The answer to *question*, as naively as it can be found."""
        user, permission = question
        return any(permission in self.allowed(role) for role in self.users[user])

    def pairs(self) -> frozenset[Question]:
        """All questions whose answer is yes."""
        allowed = {role: self.allowed(role) for role in self.roles}
        return frozenset(
            (user, permission) for user, held in self.users.items() for role in held for permission in allowed[role]
        )

    def edited(self) -> "House":
        """The house after its edit, whose own edit undoes that."""
        role, permission = self.edit
        return evolve(self, roles={**self.roles, role: self.roles[role] ^ {permission}})


def make_house() -> House:
    """The house, always the same: families of roles, each of which inherits from the one before it."""
    random = Random(4)  # noqa: S311 - it must be repeatable
    names = [f"role{number}" for number in range(ROLES)]
    below = {names[number]: names[number - 1] for number in range(ROLES) if number % (DEPTH + 1)}
    house = House(
        users={f"user{number}": tuple(random.sample(names, 2)) for number in range(USERS)},
        roles={name: frozenset(random.sample(PERMISSIONS, 2)) for name in names},
        below=below,
        edit=("", ""),
    )
    lowest, highest = names[0], names[DEPTH]
    new = next(permission for permission in PERMISSIONS if permission not in house.allowed(highest))
    return evolve(house, edit=(lowest, new))


def make_questions(house: House) -> tuple[Question, ...]:
    """Questions in *house*, always the same ones, half of them to be answered with yes, in no order."""
    random = Random(5)  # noqa: S311 - it must be repeatable
    pairs = house.pairs()
    yes = sorted(pairs)
    no = [question for question in product(house.users, PERMISSIONS) if question not in pairs]
    questions = [*random.sample(yes, QUESTIONS // 2), *random.sample(no, QUESTIONS // 2)]
    random.shuffle(questions)
    return tuple(questions)


def make_roll_call(house: House) -> tuple[Question, ...]:
    """A question of each user of *house*, always the same, about what its edit gives and takes."""
    _, permission = house.edit
    return tuple((user, permission) for user in house.users)
