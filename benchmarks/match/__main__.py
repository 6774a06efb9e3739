import sys

from benchmarks.match.run import main

sys.exit(main(sys.argv[1:]))
