"""Attacks on the commands, as a stranger's files, a full disk and a kill make them.

`make attack` runs them all, many times; `test_attacks.py` runs a few of each family in `make test`.
"""
