import sys

from benchmarks.check.run import main

sys.exit(main(sys.argv[1:]))
