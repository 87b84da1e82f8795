"""
The command `hamlet` in this process, on a state folder of a test's own.
"""

from pathlib import Path

from click.testing import CliRunner, Result

from service.cli import main


def hamlet(state: Path, *arguments: str, typed: str | None = None, **environ: str) -> Result:
    """
    Run the command and return what it did; `typed` is what somebody types, or standard input.
    """
    result = CliRunner().invoke(main, arguments, input=typed, env={"HAMLET_STATE_DIR": str(state), **environ})
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result
