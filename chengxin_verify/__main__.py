"""`python -m chengxin_verify`."""

from chengxin_verify.cli import main

main()
