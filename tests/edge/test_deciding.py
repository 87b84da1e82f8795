"""
What waits together is decided together, and each gets its own answer in time.
"""

import asyncio
from collections.abc import Sequence
from io import BytesIO
from threading import Event, Semaphore
from typing import Any

import pytest

from service import deciding
from service.deciding import Deciding
from service.wire import RawAnswer


class Desk:
    """
    Answers each request with its body, once it is let go, and keeps which ones came together.
    """

    def __init__(self) -> None:
        self.let_go = Event()
        self.is_busy = Event()
        self.together: list[list[bytes]] = []

    def __call__(self, environs: Sequence[dict[str, Any]]) -> list[RawAnswer]:
        bodies = [environ["wsgi.input"].read() for environ in environs]
        self.together.append(bodies)
        self.is_busy.set()
        self.let_go.wait()
        return [(200, [], body) for body in bodies]


@pytest.fixture
def desk() -> Desk:
    return Desk()


def environ(body: bytes) -> dict[str, Any]:
    return {"PATH_INFO": "/v1/comments", "REQUEST_METHOD": "POST", "wsgi.input": BytesIO(body)}


def ask(desk: Desk, bodies: list[bytes]) -> list[RawAnswer]:
    """
    Have the first body keep the desk busy until all others wait.
    """

    async def all_of_them() -> list[RawAnswer]:
        thread = Deciding(desk)
        first = thread.ask(environ(bodies[0]))
        await asyncio.to_thread(desk.is_busy.wait)
        others = [thread.ask(environ(body)) for body in bodies[1:]]
        desk.let_go.set()
        return await asyncio.gather(first, *others)

    return asyncio.run(all_of_them())


def test_what_came_while_others_were_decided_is_decided_together_and_each_gets_its_own_answer(desk: Desk) -> None:
    bodies = [b"%d" % number for number in range(10)]

    answers = ask(desk, bodies)

    assert [body for _, _, body in answers] == bodies
    assert desk.together == [bodies[:1], bodies[1:]]


def test_no_more_are_taken_together_than_one_may_wait_for(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deciding, "MOST_TOGETHER", 4)

    ask(desk, [b"x"] * 10)

    assert [len(bodies) for bodies in desk.together] == [1, 4, 4, 1]


def test_of_long_comments_fewer_are_taken_together(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deciding, "MOST_BYTES", 1000)

    ask(desk, [b"x", b"x" * 600, b"x" * 600, b"x" * 2000, b"x"])

    assert [len(bodies) for bodies in desk.together] == [1, 2, 1, 1]


def test_after_many_the_first_waits_until_as_many_came_again_with_those_that_waited(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(deciding, "GATHERING_SECONDS", 60)
    turns, together = Semaphore(0), list[int]()

    def answer(environs: Sequence[dict[str, Any]]) -> list[RawAnswer]:
        together.append(len(environs))
        turns.acquire()
        return [(200, [], b"decided")] * len(environs)

    async def in_groups() -> None:
        thread = Deciding(answer)

        async def begun(batches: int) -> None:
            while len(together) < batches:
                await asyncio.sleep(0.001)

        alone = thread.ask(environ(b"alone"))
        await begun(1)
        five = [thread.ask(environ(b"first")) for _ in range(5)]
        turns.release()
        await begun(2)
        three = [thread.ask(environ(b"meanwhile")) for _ in range(3)]
        turns.release()
        await asyncio.gather(alone, *five)
        turns.release(2)
        again = [thread.ask(environ(b"again")) for _ in range(5)]
        await asyncio.gather(*three, *again)

    asyncio.run(asyncio.wait_for(in_groups(), timeout=30))

    assert together == [1, 5, 8]


def test_what_was_answered_by_somebody_else_is_not_taken_up(desk: Desk) -> None:
    async def with_one_given_up() -> None:
        thread = Deciding(desk)
        first = thread.ask(environ(b"first"))
        await asyncio.to_thread(desk.is_busy.wait)
        given_up, last = thread.ask(environ(b"given up")), thread.ask(environ(b"last"))
        given_up.set_result((200, [], b"held"))
        desk.let_go.set()
        await asyncio.gather(first, last)

    asyncio.run(with_one_given_up())

    assert desk.together == [[b"first"], [b"last"]]


def test_the_thread_outlives_what_nobody_expected(desk: Desk) -> None:
    def answer(environs: Sequence[dict[str, Any]]) -> list[RawAnswer]:
        if environs[0]["wsgi.input"].getvalue() == b"poison":
            raise ZeroDivisionError
        return [(200, [], b"decided")] * len(environs)

    async def one_after_the_other() -> list[Any]:
        thread = Deciding(answer)
        return [
            *await asyncio.gather(thread.ask(environ(b"poison")), return_exceptions=True),
            await thread.ask(environ(b"good")),
        ]

    failed, decided = asyncio.run(one_after_the_other())

    assert isinstance(failed, ZeroDivisionError)
    assert decided == (200, [], b"decided")


def test_a_fault_of_the_thread_itself_ends_no_worker(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    faults, take = [MemoryError()], Deciding._take

    def once_without_memory(thread: Deciding) -> Any:
        taken = take(thread)
        if faults:
            raise faults.pop()
        return taken

    monkeypatch.setattr(Deciding, "_take", once_without_memory)
    desk.let_go.set()

    async def two() -> tuple[bool, RawAnswer]:
        thread = Deciding(desk)
        lost = thread.ask(environ(b"one"))
        while faults:
            await asyncio.sleep(0.001)
        return lost.done(), await asyncio.wait_for(thread.ask(environ(b"two")), timeout=10)

    assert asyncio.run(two()) == (False, (200, [], b"two"))
