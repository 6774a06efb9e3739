"""`python -m benchmarks.trails`."""

import sys

from benchmarks.trails.run import main

sys.exit(main(sys.argv[1:]))
