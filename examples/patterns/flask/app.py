"""A newsletter form. The subscribers are stored in Customer.io only, so the answer waits for it."""

from __future__ import annotations

import os

from customerio import CustomerIO, CustomerIOException
from flask import Flask, request


def create_app() -> Flask:
    app = Flask(__name__)
    # No retries while a browser waits: the error is answered at once.
    customer_io = CustomerIO(os.environ["CUSTOMERIO_SITE_ID"], os.environ["CUSTOMERIO_API_KEY"], retries=0, timeout=3)
    customer_io.http.max_redirects = 0  # to follow one would lose the body

    @app.post("/subscribers")
    def subscribe() -> tuple[dict[str, str], int]:
        form = request.get_json()
        try:
            customer_io.identify(form["id"], email=form["email"], newsletter=True)
        except CustomerIOException as error:
            app.logger.warning("identify %s: %s", form["id"], type(error).__name__)
            return {"error": "not subscribed, please try again"}, 503
        return {"subscribed": form["id"]}, 201

    return app
