"""One family of errors with stable codes.

A code says what went wrong ("people.unit_unknown"); the sentence a person reads is made elsewhere, in his
language, from the code and the parameters. Codes are part of the interface: rename none.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar


class MusterError(Exception):
    """Something that the system refuses or cannot do, for a reason it can name.

    `code` is stable and dotted; `params` holds the values the sentence needs; `http_status` is what a web page
    answers with. Parameters must never hold personal data in the clear, since errors are logged.
    """

    http_status: ClassVar[int] = 400

    def __init__(self, code: str, /, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.params: dict[str, object] = params

    def __reduce__(self) -> tuple[Callable[..., MusterError], tuple[type[MusterError], dict[str, object]]]:
        # Errors come back from worker processes; the usual way would call the class with the code alone.
        return _rebuilt, (type(self), dict(self.__dict__))

    def __str__(self) -> str:
        if not self.params:
            return self.code
        return f"{self.code} ({', '.join(f'{name}={value}' for name, value in sorted(self.params.items()))})"


def _rebuilt(kind: type[MusterError], state: dict[str, object]) -> MusterError:
    error = kind.__new__(kind, state["code"])
    error.__dict__.update(state)
    return error


class InvalidInput(MusterError):
    """A value from outside breaks a rule."""


class Unreadable(MusterError):
    """A file or a message cannot be read at all."""


class NotAllowed(MusterError):
    """The person has no right to do this here."""

    http_status = 403


class NotFound(MusterError):
    """The thing does not exist, or must not be known to exist by the one who asks."""

    http_status = 404


class Conflict(MusterError):
    """The state has moved on since the caller looked at it."""

    http_status = 409


class IllegalTransition(Conflict):
    """A state machine was asked for a step that it does not have."""

    def __init__(self, code: str, /, *, from_state: str, to_state: str, **params: object) -> None:
        super().__init__(code, from_state=from_state, to_state=to_state, **params)
        self.from_state = from_state
        self.to_state = to_state


class Unavailable(MusterError):
    """Something this depends on does not answer now; trying later may help."""

    http_status = 503
