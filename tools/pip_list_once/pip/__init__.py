"""Stands before pip on the path of the CLI runs of tests and demo; see ``__main__``."""
