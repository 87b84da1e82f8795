"""
A site to try Hamlet on, with a key that stays the same from start to start.
"""

from pathlib import Path

from sqlalchemy import Engine

from service import private_files
from service.errors import Unauthorised
from service.gate import Gate
from service.store.errors import SiteExists
from service.store.sites import Sites

NAME = "demo"


def make_demo_site(engine: Engine, key_file: Path) -> str:
    """
    Return a key of the demo site: the one that the file keeps if it still works, else a new one, kept there.
    """
    sites = Sites(engine)
    if key_file.exists():
        key = key_file.read_text(encoding="utf-8").strip()
        try:
            Gate(sites).admit(None, key)
        except Unauthorised:
            pass  # another store, or the key was rotated
        else:
            return key
    key = _new_key(sites)
    private_files.write(key_file, key)
    return key


def _new_key(sites: Sites) -> str:
    try:
        return sites.add(NAME)
    except SiteExists:
        sites.enable(NAME)
        return sites.rotate(NAME)
