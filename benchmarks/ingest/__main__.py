import sys

from benchmarks.ingest.run import main

sys.exit(main(sys.argv[1:]))
