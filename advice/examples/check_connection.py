"""Check whether Customer.io can be reached with these credentials: identify a test person."""

import os
import sys

import requests

KEYS = (os.environ["CUSTOMERIO_SITE_ID"], os.environ["CUSTOMERIO_API_KEY"])


def main() -> int:
    """0 if it works. 401: see `explain 401-unauthorized`. A redirect: the other region."""
    try:
        response = requests.put(
            "https://track.customer.io/api/v1/customers/connection-check",
            json={"connection_check": True},
            auth=KEYS,
            timeout=10,
            allow_redirects=False,
        )
    except requests.RequestException as error:
        print(f"not reached: {type(error).__name__}")
        return 1
    print(f"{response.status_code} {response.reason}")
    return 0 if response.status_code == 200 else 1


if __name__ == "__main__":
    sys.exit(main())
