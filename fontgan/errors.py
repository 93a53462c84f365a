"""The one exception that a user is meant to see."""


class FontganError(Exception):
    """A mistake or a lack that the user can mend.

    The message is one line: what is wrong, with which file or setting, and the command or change
    that mends it. The command line prints it without a traceback and exits with status 1; what was
    whole before it is whole after it.
    """
