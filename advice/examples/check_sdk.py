"""Check whether the official SDK can be imported, when an image is built or at start."""

import sys
from importlib.metadata import version


def main() -> int:
    """0 where the SDK can be imported. 1: another package replaced a file of it."""
    try:
        from customerio import CustomerIO
    except ImportError as error:
        print(f"customerio {version('customerio')} is broken: {error}")
        return 1
    print(f"customerio {version('customerio')}: {CustomerIO.__name__} is there")
    return 0


if __name__ == "__main__":
    sys.exit(main())
