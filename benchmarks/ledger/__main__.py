"""`python -m benchmarks.ledger`."""

import sys

from benchmarks.ledger.run import main

sys.exit(main(sys.argv[1:]))
