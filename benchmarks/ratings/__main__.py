"""`python -m benchmarks.ratings`."""

import sys

from benchmarks.ratings.run import main

sys.exit(main(sys.argv[1:]))
