"""`python -m benchmarks.persons`."""

import sys

from benchmarks.persons.run import main

sys.exit(main(sys.argv[1:]))
