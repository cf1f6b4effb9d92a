"""`python -m reference_impl.audit`."""

import sys

from reference_impl.audit.command import main

sys.exit(main())
