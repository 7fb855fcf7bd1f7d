"""python -m zkdash"""

import sys

from zkdash.cli import main

sys.exit(main())
