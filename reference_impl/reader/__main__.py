"""The command, with the readers of this machine."""

from reference_impl.reader.command import app
from reference_impl.reader.desk import PcscDoor

if __name__ == "__main__":
    app(obj=PcscDoor(), prog_name="python -m reference_impl.reader")
