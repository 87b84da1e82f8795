"""
What goes on beside the workers, in a process of its own: sites are told what was decided, what is too old is erased.
"""

import threading

from service import purging
from service.clock import now
from service.config import Settings
from service.delivery.deliverer import Deliverer, deliver
from service.delivery.sending import SECONDS, Sender
from service.metrics import count_purged
from service.processes.signals import until_told
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
    stop = threading.Event()
    delivery = threading.Thread(target=deliver, args=(deliverer, stop.wait), name="delivery", daemon=True)
    delivery.start()
    if settings.purge:
        parts = (purging.assemble(settings, engine, now), count_purged, stop.wait)
        threading.Thread(target=purging.daily, args=parts, name="purge", daemon=True).start()
    with until_told():
        pass
    stop.set()
    delivery.join(SECONDS)
    engine.dispose()
