"""The command line: `hpcourse lab` and `save` for learners, `hpcourse course ...` for instructors."""

import argparse
from importlib import import_module

COMMANDS = ("hpcourse.frame.start", "hpcourse.instructor")  # each has add_to(commands)


def main(argv=None):
    """Run a command; returns what the process should exit with."""
    parser = argparse.ArgumentParser(
        prog="hpcourse",
        description="Learning rate, batch size, optimizer: the course.",
    )
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    for module in COMMANDS:
        import_module(module).add_to(commands)
    arguments = parser.parse_args(argv)
    return arguments.run(arguments)
