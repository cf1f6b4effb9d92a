"""How every test draws: no example has a deadline, for what takes 200 ms on a busy machine says nothing of the code.

`@given` takes the profile over when its module is read: a profile that one package's conftest loaded came too late for
the packages before it, and not at all where another package is run alone.
"""

import os

from hypothesis import settings

settings.register_profile("tests", deadline=None)
settings.register_profile("long", deadline=None, max_examples=3000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "tests"))
