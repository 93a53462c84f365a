"""The command line: one file per subcommand, `commands.py`, which assembles them, and `main`, which runs one.

A command reads its options, makes one call into the library, and shows the result.
"""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command that was typed; a mistake of the user ends it with one line and status 1."""
    try:
        # Imported here, so that Ctrl-C is answered while they are.
        from fontgan.cli.commands import app
        from fontgan.cli.ending import run

        status = run(app)
    except KeyboardInterrupt:
        from fontgan.cli.ending import INTERRUPTED, INTERRUPTION, say

        say(INTERRUPTION)
        status = INTERRUPTED
    sys.exit(status)
