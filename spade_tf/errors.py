"""Errors that a user can mend: entry points print them as one line and exit with status 1."""


class UserError(ValueError):
    """Bad input: says what was received, what was expected and what to write instead."""
