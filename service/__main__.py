"""
`python -m service` is the command `hamlet`.
"""

from service.cli import main

if __name__ == "__main__":
    main(prog_name="hamlet")
