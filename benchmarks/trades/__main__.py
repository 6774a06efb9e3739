"""`python -m benchmarks.trades`."""

import sys

from benchmarks.trades.run import main

sys.exit(main(sys.argv[1:]))
