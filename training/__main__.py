"""
`python -m training` is the command `hamlet-train`, which says what to install where only the service is.
"""

import sys


def main() -> None:
    """
    Run the command, or exit with a line that names what it lacks and the cure.
    """
    try:
        from training.cli import main as run
    except ModuleNotFoundError as error:
        lacking = error.name or ""
        if lacking.partition(".")[0] in ("service", "training"):
            raise
        sys.exit(
            f"hamlet-train needs {lacking}, which the service does without: "
            '.ci/venv requirements-train.lock in a clone, pip install "hamlet-moderation[train]" elsewhere'
        )
    run()


if __name__ == "__main__":
    main()
