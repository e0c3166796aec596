"""Check on the App API whether a person exists, has this address and is not unsubscribed."""

import os
import sys

import requests

HEADERS = {"Authorization": f"Bearer {os.environ['CUSTOMERIO_APP_API_KEY']}"}
BASE = "https://api.customer.io/v1/customers"


def get(url: str, **params: str) -> dict[str, object]:
    response = requests.get(url, params=params, headers=HEADERS, timeout=10)
    response.raise_for_status()
    return dict(response.json())


def main(email: str) -> int:
    """0 if the person exists. Prints each person with that address."""
    people = get(BASE, email=email)["results"]
    for person in people if isinstance(people, list) else []:
        found = get(f"{BASE}/cio_{person['cio_id']}/attributes", id_type="cio_id")
        print(found["customer"])
    return 0 if people else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
