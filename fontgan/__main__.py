"""`python -m fontgan` is `fontgan`."""

from fontgan.cli import main

main()
