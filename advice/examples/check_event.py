"""Check whether events arrive: track one, and look it up under People > Activity."""

import os
import sys
import time

import requests

KEYS = (os.environ["CUSTOMERIO_SITE_ID"], os.environ["CUSTOMERIO_API_KEY"])
PERSON = "connection-check"


def main() -> int:
    """0 if it was accepted. Run check_connection first, because it creates the person."""
    try:
        response = requests.post(
            f"https://track.customer.io/api/v1/customers/{PERSON}/events",
            json={"name": "connection_check", "timestamp": int(time.time())},
            auth=KEYS,
            timeout=10,
            allow_redirects=False,
        )
    except requests.RequestException as error:
        print(f"not reached: {type(error).__name__}")
        return 1
    print(f"{response.status_code} {response.reason}, see People > {PERSON} > Activity")
    return 0 if response.status_code == 200 else 1


if __name__ == "__main__":
    sys.exit(main())
