"""Why a request is not answered; the status of each error is in `requests.py`."""

from http import HTTPStatus

from flexscout.errors import FlexscoutError


class BadRequestError(FlexscoutError):
    """Raised when a request can't be understood, or names what doesn't exist.

    Attributes:
        status: The status of the answer.

    """

    def __init__(self, message: str, next_step: str = "", status: HTTPStatus = HTTPStatus.BAD_REQUEST) -> None:
        super().__init__(message, next_step)
        self.status = status


class BusyError(FlexscoutError):
    """Raised when a request has to wait until the run ends."""


class NoWorkspaceError(FlexscoutError):
    """Raised when a request needs an open workspace and there is none."""
