"""The only module that knows the Customer.io SDK: sends one row, and reports the result."""

from __future__ import annotations

import json

import requests
from customerio import APIClient, CustomerIO, CustomerIOException, Regions, SendEmailRequest
from urllib3.exceptions import NewConnectionError

from signup.outbox import Row
from signup.settings import Settings

TIMEOUT = 5  # seconds; the SDK's own is 10
# The outbox owns every retry. The SDK's own repeats each POST, e-mails too, four times within 0.2 seconds.
RETRIES = 0
TRANSIENT = (
    requests.ConnectionError,
    requests.Timeout,
    requests.exceptions.RetryError,
    requests.exceptions.ChunkedEncodingError,
)


class NotDeliveredError(Exception):
    """Customer.io did not confirm the call.

    `reason` is a status or a class name: the SDK's own text holds the whole payload, which belongs in no log.
    `retry` says that a later attempt may succeed, `after` how many seconds the server asked for, and `perhaps` that the
    call may have been carried out although nobody confirmed it.
    """

    def __init__(self, reason: str, *, retry: bool = False, perhaps: bool = False, after: float = 0.0) -> None:
        super().__init__(reason)
        self.reason = reason
        self.retry = retry
        self.perhaps = perhaps
        self.after = after


class CustomerIo:
    """Track API and App API of one workspace."""

    def __init__(self, settings: Settings) -> None:
        region = Regions.EU if settings.region == "eu" else Regions.US
        options = {"region": region, "retries": RETRIES, "timeout": TIMEOUT}
        self._track = CustomerIO(settings.site_id, settings.track_key, **options)
        self._app = APIClient(settings.app_key, **options)
        self._receipt_message = settings.receipt_message
        for client in (self._track, self._app):
            client.http.hooks["response"].append(_refuse)
        self._calls = {"identify": self._identify, "purchase": self._purchase, "receipt": self._receipt}

    def deliver(self, row: Row) -> None:
        """Send what one row owes. Raises NotDeliveredError."""
        try:
            self._calls[row.call](row)
        except NotDeliveredError:
            raise
        except CustomerIOException as error:
            raise _reason(error.__cause__) from None
        except requests.JSONDecodeError:
            raise NotDeliveredError("answer is not JSON", perhaps=True) from None

    def check(self) -> None:
        """Raise NotDeliveredError unless Customer.io can be reached with these credentials."""
        self.deliver(Row(0, "identify", "signup-check", {"signup_check": True}, "", 0, 0))

    def _identify(self, row: Row) -> None:
        self._track.identify(row.person, **row.payload)

    def _purchase(self, row: Row) -> None:
        self._track.track(row.person, "purchase", row.payload, id=row.event_id, timestamp=row.created_at)

    def _receipt(self, row: Row) -> None:
        request = SendEmailRequest(
            transactional_message_id=self._receipt_message,
            to=row.payload["email"],
            identifiers={"id": row.person},
            message_data=row.payload["data"],
        )
        self._app.send_email(request)


def _refuse(response: requests.Response, **_: object) -> None:
    """Turn any answer but a 2xx of Customer.io into NotDeliveredError.

    Redirects too: following one would lose the body of a POST. And a 200 with a page, which some gateway wrote.
    """
    status = response.status_code
    if 200 <= status < 300 and _is_json(response.content):
        return
    response.close()
    after = response.headers.get("Retry-After", "")
    raise NotDeliveredError(
        str(status),
        retry=status in (408, 429) or status >= 500 or status < 300,
        perhaps=status == 408 or status >= 500 or status < 300,
        after=float(after) if after.isdigit() else 0.0,
    )


def _is_json(body: bytes) -> bool:
    try:
        json.loads(body or b"{}")
    except ValueError:
        return False
    return True


def _reason(cause: BaseException | None) -> NotDeliveredError:
    """The cause of the SDK's exception, which has one class for all errors."""
    if isinstance(cause, NotDeliveredError):
        return cause
    transient = isinstance(cause, TRANSIENT)
    perhaps = transient and not _never_connected(cause)
    return NotDeliveredError(type(cause).__name__, retry=transient, perhaps=perhaps)


def _never_connected(cause: BaseException | None) -> bool:
    inner = getattr(cause.args[0], "reason", None) if cause is not None and cause.args else None
    return isinstance(cause, requests.ConnectTimeout) or isinstance(inner, NewConnectionError)
