"""
Events as JSON, one line each, on standard error: never a text, a name, an address or a key.
"""

import json
import logging
import threading
import traceback
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from pydantic_core import to_json

# What a line may hold beside its time, level and event; everything else of a record stays out.
KEYS = (
    *("request_id", "trace_id", "span_id", "edge", "method", "route", "status", "problem", "milliseconds"),
    *("site", "verdict", "score", "degraded", "replayed", "model"),
)
# ASCII: line breaks, ESC and U+2028 cannot start a line or speak to a terminal.
_ENCODER = json.JSONEncoder(ensure_ascii=True, allow_nan=False, separators=(",", ":"), default=str)

logger = logging.getLogger("hamlet.threads")


class JsonLine(logging.Formatter):
    """
    Formats a record as one line of ASCII, whatever characters its message holds.
    """

    def format(self, record: logging.LogRecord) -> str:
        """
        Return the line, without its line break; a line for each of the record's `lines`, where it has any.
        """
        event: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name.removeprefix("_"),
            "event": record.getMessage(),
        }
        # What is said of many at once costs a quarter of what as many records would.
        if lines := record.__dict__.get("lines"):
            return "\n".join([_encoded(event | _known(line)) for line in lines])
        event |= _known(record.__dict__)
        if record.exc_info and record.exc_info[1]:
            event["error"] = _places(record.exc_info[1])
        return _encoded(event)


def ask_less() -> None:
    """
    Let the logging module not look for what no line holds, as its own documentation advises: caller, thread, process.
    """
    logging._srcfile = None
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False


def thread_ended(args: threading.ExceptHookArgs) -> None:
    """
    Log the error that ended a thread as any other is. Given to `threading.excepthook`, which would print its message.
    """
    if args.exc_type is not SystemExit:
        logger.error("the thread %s ended", args.thread.name if args.thread else "", exc_info=args.exc_value)


def configuration(level: str) -> dict[str, Any]:
    """
    Return the configuration of this process's logs, for `logging.config.dictConfig`.
    """
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": "service.logs.JsonLine"}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json", "stream": "ext://sys.stderr"}},
        "root": {"handlers": ["stderr"], "level": "WARNING"},
        "loggers": {
            "hamlet": {"level": level.upper()},
            "_granian": {"level": "WARNING"},
        },
    }


def _known(attributes: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key in KEYS if (value := attributes.get(key)) is not None}


def _encoded(event: dict[str, Any]) -> str:
    # Nearly every line is ASCII already, and this is written in a third of the time.
    line = to_json(event, fallback=str)
    return line.decode() if line.isascii() else _ENCODER.encode(event)


def _places(error: BaseException) -> list[str]:
    # No messages: those of drivers and parsers quote what they could not take, which may be a comment.
    frames = traceback.extract_tb(error.__traceback__)
    return [type(error).__qualname__, *(f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames)]
