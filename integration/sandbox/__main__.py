"""Run the sandbox: `python -m integration.sandbox --port 8443 --data DIR`."""

import sys

from integration.sandbox.cli import main

sys.exit(main())
