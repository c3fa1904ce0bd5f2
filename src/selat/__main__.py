"""`python -m selat` is `selat`."""

import sys

from selat.cli import main

if __name__ == "__main__":
    sys.exit(main())
