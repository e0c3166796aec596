"""The command: `python -m signup sign-up EMAIL`, `buy PERSON ITEM CENTS`, `deliver`, `stuck`, `check`."""

from __future__ import annotations

import argparse
import logging
import os
import sys
import time

from signup.customer_io import NotDeliveredError
from signup.service import Service
from signup.settings import Settings, SettingsError


def main(arguments: list[str] | None = None) -> int:
    """Run one command; 0 when it succeeded, 1 when it did not, 2 when the environment is not usable."""
    asked = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.INFO)
    try:
        service = Service(Settings.from_environment(os.environ))
    except SettingsError as error:
        print(f"signup cannot start, {error}", file=sys.stderr)
        return 2
    try:
        return _run(service, asked)
    except (ValueError, LookupError, NotDeliveredError) as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return 1
    finally:
        service.close()


def _run(service: Service, asked: argparse.Namespace) -> int:
    if asked.command == "sign-up":
        print(service.sign_up(asked.email, asked.plan))
    elif asked.command == "buy":
        service.buy(asked.person, asked.item, asked.cents)
    elif asked.command == "check":
        service.customer_io.check()
    elif asked.command == "stuck":
        for row in service.outbox.stuck():
            print(*row)
    else:
        service.worker.run_once()
        while asked.forever:
            time.sleep(1)
            service.worker.run_once()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="signup", description="A sign-up and purchase service.")
    commands = parser.add_subparsers(dest="command", required=True)
    sign_up = commands.add_parser("sign-up", help="store a person")
    sign_up.add_argument("email")
    sign_up.add_argument("--plan", default="free")
    buy = commands.add_parser("buy", help="store a purchase")
    buy.add_argument("person")
    buy.add_argument("item")
    buy.add_argument("cents", type=int)
    deliver = commands.add_parser("deliver", help="tell Customer.io what it is owed")
    deliver.add_argument("--forever", action="store_true", help="again every second")
    commands.add_parser("stuck", help="what waits for an operator")
    commands.add_parser("check", help="can Customer.io be reached, with these credentials?")
    return parser


if __name__ == "__main__":
    sys.exit(main())
