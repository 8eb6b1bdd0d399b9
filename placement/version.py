"""The version of placement: the package, the command line and each solution file state it."""

__version__ = "0.1.0"
