"""
What goes on beside the workers, in a process of its own: sites are told what was decided, what is too old is erased.
"""

from contextlib import AbstractContextManager, nullcontext

from sqlalchemy import Engine

from service import metrics, purging
from service.clock import now
from service.config import Settings
from service.delivery.deliverer import Deliverer
from service.delivery.deliverer import running as delivering
from service.delivery.sending import Sender
from service.signals import until_told
from service.store.backlog import Backlog
from service.store.engine import connect
from service.store.outbox import Outbox


def keep_up(settings: Settings) -> None:
    """
    Deliver and purge until told to end; a message that is under way then is finished.
    """
    engine = connect(settings.store_url)
    sender = Sender(allow_private=settings.deliver_privately)
    deliverer = Deliverer(Outbox(engine), Backlog(engine), sender, settings.secret.encode(), clock=now)
    with delivering(deliverer), _purging(settings, engine), until_told():
        pass
    engine.dispose()


def _purging(settings: Settings, engine: Engine) -> AbstractContextManager[None]:
    if not settings.purge:
        return nullcontext()
    return purging.running(purging.assemble(settings, engine, now), metrics.count_purged)
