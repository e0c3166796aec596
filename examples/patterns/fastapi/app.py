"""A newsletter form. One exception handler answers the errors of Customer.io, for every route."""

from __future__ import annotations

import logging
import os
from functools import cache
from typing import Annotated

from customerio import CustomerIO, CustomerIOException
from fastapi import Depends, FastAPI, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel

log = logging.getLogger("newsletter")
app = FastAPI()


class Subscriber(BaseModel):
    id: str
    email: str


@cache
def customer_io() -> CustomerIO:
    # No retries while a browser waits: the error is answered at once.
    client = CustomerIO(os.environ["CUSTOMERIO_SITE_ID"], os.environ["CUSTOMERIO_API_KEY"], retries=0, timeout=3)
    client.http.max_redirects = 0  # to follow one would lose the body
    return client


@app.post("/subscribers", status_code=201)
def subscribe(subscriber: Subscriber, client: Annotated[CustomerIO, Depends(customer_io)]) -> dict[str, str]:
    client.identify(subscriber.id, email=subscriber.email, newsletter=True)
    return {"subscribed": subscriber.id}


@app.exception_handler(CustomerIOException)
def unavailable(request: Request, error: CustomerIOException) -> JSONResponse:
    # Never log the text of the SDK's exception: it contains the payload.
    log.warning("%s: %s", request.url.path, type(error).__name__)
    return JSONResponse({"detail": "please try again"}, status_code=503)
