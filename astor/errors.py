"""The one exception that people, not programmers, are meant to read."""


class UserError(Exception):
    """A mistake that its reader can mend.

    The message is one sentence that names the thing, its value and the way out. The command line prints it
    without a traceback and exits with code 2.
    """
