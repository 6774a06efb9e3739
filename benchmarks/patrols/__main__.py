"""`python -m benchmarks.patrols`."""

import sys

from benchmarks.patrols.run import main

sys.exit(main(sys.argv[1:]))
