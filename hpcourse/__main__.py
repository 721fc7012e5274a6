"""`python -m hpcourse`, the command line."""

import sys

from hpcourse.frame.commands import main

if __name__ == "__main__":
    sys.exit(main())
