"""
Who fits the folds of a fit: this process, or workers of Dask on other machines.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol, TypeVar

from joblib import Parallel, delayed, parallel_config

from training.errors import BadWorkers
from training.progress import say

T = TypeVar("T")
# For a scheduler that does not answer, and for its first worker.
WAIT_SECONDS = 30


class Workers(Protocol):
    """
    Calls a function with one shared argument and each of some others, and yields what it returns, in order.
    """

    def __call__(self, function: Callable[..., T], shared: object, calls: Sequence[Sequence[Any]]) -> Iterator[T]: ...


def here(function: Callable[..., T], shared: object, calls: Sequence[Sequence[Any]]) -> Iterator[T]:
    """
    Call a function in this process, one call after the other.
    """
    return (function(shared, *call) for call in calls)


@contextmanager
def dask(address: str) -> Iterator[Workers]:
    """
    Connect to the scheduler of some workers, which need the same Hamlet installed and none of its data.

    Args:
        address: `tcp://host:port` of the scheduler. Whoever reaches it can run code there: keep it within your network.

    Raises:
        BadWorkers: Dask is not installed, the scheduler does not answer, or it has no workers.
    """
    try:
        from distributed import Client
    except ImportError:
        raise BadWorkers("Dask is not installed; install the extra `dask`") from None
    try:
        client = Client(address, timeout=WAIT_SECONDS, set_as_default=True)
        client.wait_for_workers(1, timeout=WAIT_SECONDS)
    except (OSError, TimeoutError, ValueError) as error:
        raise BadWorkers(f"{address}: no scheduler with workers answers there ({error})") from None
    with client:
        say(f"{len(client.nthreads())} workers at {address}")

        def spread(function: Callable[..., T], shared: object, calls: Sequence[Sequence[Any]]) -> Iterator[T]:
            # Sent to each worker once, and not with every call: it is nearly all that there is to send.
            with parallel_config(backend="dask", scatter=[shared]):
                yield from Parallel(return_as="list")(delayed(function)(shared, *call) for call in calls)

        yield spread
