"""Control clients in other languages: their sources, and what they are generated from.

Only the pleasant layer stands here (`java/`, `csharp/`). Messages and requests are generated when a client is built,
from a description that `description.py` draws from the table of the control API: nothing generated is committed.
"""
