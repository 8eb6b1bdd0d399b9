"""A process that is killed before, or just after, it keeps a result."""

KILLED = """
import os, signal, sys
import placement.outputs as outputs
from placement.cli import place
name, moment = sys.argv[1:3]
replacing = outputs.replace_file
def replace_file(path, content, *, inputs=()):
    mine = str(path).endswith(name)
    if mine and moment == "before":  # half of it written, under its passing name
        with outputs.replacing(path) as passing:
            passing.write_bytes(content[: len(content) // 2])
            os.kill(os.getpid(), signal.SIGKILL)
    replacing(path, content, inputs=inputs)
    if mine:
        os.kill(os.getpid(), signal.SIGKILL)
outputs.replace_file = replace_file
place(sys.argv[3:])
"""
"""The file by the end of its name, ``before`` or ``after``, then the words of a command."""
