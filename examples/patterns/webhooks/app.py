"""A shop that sends receipts. Customer.io tells it by a webhook which addresses cannot be reached any more."""

import hashlib
import hmac
import json
import os
import time

from customerio import APIClient, CustomerIOException, SendEmailRequest
from flask import Flask, request

app = Flask(__name__)
unreachable = set()  # addresses; a real shop has a table
seen = set()  # ids of events: Customer.io may send one twice


@app.post("/receipts")
def send_receipt():
    email = request.json["email"]
    if email in unreachable:
        return {"error": "this address bounced: ask for another one"}, 409
    client = APIClient(os.environ["CUSTOMERIO_APP_API_KEY"], url=os.environ["CUSTOMERIO_APP_URL"], timeout=5)
    try:
        client.send_email(SendEmailRequest(transactional_message_id=3, to=email, identifiers={"email": email}))
    except CustomerIOException:
        return {"error": "not sent, try again later"}, 503
    return {"sent": email}, 202


@app.post("/webhooks/customerio")
def customerio():
    body = request.get_data()
    if not is_genuine(request.headers, body):
        return "", 401
    event = json.loads(body)
    if event["event_id"] not in seen and event["metric"] in ("bounced", "spammed"):
        unreachable.add(event["data"]["recipient"])
    seen.add(event["event_id"])
    return "", 204


def is_genuine(headers, body):
    """Whether Customer.io sent this within the last five minutes."""
    timestamp = headers.get("X-CIO-Timestamp", "")
    if not timestamp.isdigit() or abs(time.time() - int(timestamp)) > 300:
        return False
    key = os.environ["CUSTOMERIO_WEBHOOK_SIGNING_KEY"].encode()
    expected = hmac.new(key, b"v0:" + timestamp.encode() + b":" + body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected, headers.get("X-CIO-Signature", ""))
