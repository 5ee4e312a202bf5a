"""The house of users and roles that rights are measured in."""

from benchmarks.houses import DEPTH, QUESTIONS, ROLES, USERS, Question, make_house, make_questions, make_roll_call


def test_the_house_is_as_large_and_as_deep_as_it_says() -> None:
    """So many users and roles, and a role that inherits through so many others."""
    house = make_house()

    def depth(role: str) -> int:
        return 1 + depth(house.below[role]) if role in house.below else 0

    assert (USERS, ROLES, DEPTH) == (len(house.users), len(house.roles), max(map(depth, house.roles)))


def test_what_is_asked_is_always_the_same() -> None:
    """Whoever measures again measures the same house with the same questions, in the same order."""
    one, other = make_house(), make_house()

    assert (one.users, one.roles, one.edit) == (other.users, other.roles, other.edit)
    assert make_questions(one) == make_questions(other)


def test_half_of_the_questions_are_answered_with_yes() -> None:
    """Neither a yes nor a no can be counted on."""
    house = make_house()

    assert QUESTIONS == 2 * sum(map(house.allows, make_questions(house)))


def test_all_pairs_are_all_that_is_allowed() -> None:
    """The limit's set and the naive answer agree, on every user and about what the edit gives."""
    house = make_house().edited()
    pairs = house.pairs()

    for question in (*make_questions(house), *make_roll_call(house)):
        assert house.allows(question) == (question in pairs)


def test_an_edit_can_be_seen_and_undone() -> None:
    """An edit gives something to all who hold one of a whole family of roles; another takes it back."""
    house = make_house()
    edited, (lowest, permission) = house.edited(), house.edit

    def in_the_family(role: str) -> bool:
        return role == lowest or (role in house.below and in_the_family(house.below[role]))

    seen = {(user, permission) for user, held in house.users.items() if any(map(in_the_family, held))}
    assert seen > edited.pairs() - house.pairs() > set[Question]()
    assert house.pairs() < edited.pairs()
    assert house.roles == edited.edited().roles
