"""A nightly export: a CSV of people, sent in batches. Exit code 1 if Customer.io did not accept all of them."""

from __future__ import annotations

import csv
import os
import sys

from customerio import CustomerIO

CHUNK = 500  # a batch may hold 500 KB


def export(client: CustomerIO, people: list[dict[str, str]]) -> list[str]:
    """The people who were not accepted, with the reason. An error of a whole batch raises an exception."""
    rejected: list[str] = []
    for start in range(0, len(people), CHUNK):
        chunk = people[start : start + CHUNK]
        response = client.batch([identify(**person) for person in chunk])
        if response.status_code == 207:  # a 207 raises no exception, although some people were rejected
            for error in response.json()["errors"]:
                person = chunk[error["batch_index"]]
                rejected.append(f"{person['id']}: {error['field']}: {error['message']}")
    return rejected


def identify(id: str, **attributes: str) -> dict[str, object]:  # noqa: A002 - the column's name
    return {"type": "person", "action": "identify", "identifiers": {"id": id}, "attributes": attributes}


def main(path: str) -> int:
    client = CustomerIO(os.environ["CUSTOMERIO_SITE_ID"], os.environ["CUSTOMERIO_API_KEY"], retries=0)
    client.http.max_redirects = 0  # to follow one would lose the body
    with open(path, encoding="utf-8", newline="") as file:
        rejected = export(client, list(csv.DictReader(file)))
    for line in rejected:
        print(line, file=sys.stderr)
    return 1 if rejected else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
