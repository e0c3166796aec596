"""Made-up credentials."""

import os

os.environ["CUSTOMERIO_SITE_ID"] = "5f2a9c81d37be604"
os.environ["CUSTOMERIO_API_KEY"] = "9d1c7e5b3a2f48606c4e"
os.environ["CUSTOMERIO_APP_KEY"] = "b7e0c94f1d6a52837f0d"
