"""A conversation, from registering to being refused: the one beside this file, or IRC logs given as arguments.

Ends with 0 if every line is accounted for, with 1 if something does not add up, with 2 if a log cannot be used.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from examples.replay.command import main

if __name__ == "__main__":
    sys.exit(main())
