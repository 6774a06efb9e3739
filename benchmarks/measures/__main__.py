"""`python -m benchmarks.measures`."""

import sys

from benchmarks.measures.run import main

sys.exit(main(sys.argv[1:]))
