"""A test substitute for PC/SC where pcscd cannot run: our own libpcsclite.so.1 and a broker. **Not pcscd.**

For containers without root, without namespaces, without packages: it needs a C compiler once, and no privilege. A
program finds it through LD_LIBRARY_PATH and KAZASHI_PCSC_SOCKET, unchanged otherwise. The cards are the same
processes as behind pcscd, for the broker listens like vpcd; only what lies between program and card is replaced.

    program ─dlopen→ libpcsclite.so.1 (ours) ─unix socket→ broker ─vpcd's frames, loopback→ cardsim.readers.vpcd

A green test here says that a client works on this library's idea of PC/SC; what pcscd and a driver do is shown by
`harness.pcsc_lane` alone. So the label stands in every reader's name, on standard error of every program, in the
vendor's name, and in `kind` of the lane.

    lane      the lane, in the shape of `harness.pcsc_lane.PcscLane`      words     numbers of PC/SC and of our wire
    library   the library, built when first needed                      wire      frames between library and broker
    broker    the process that answers the library                      sharing   who may do what to which card
    slots     vpcd's side of a slot
"""

from harness.pcsc_substitute.lane import SubstituteLane, running_substitute_lane
from harness.pcsc_substitute.words import LABEL

__all__ = ["LABEL", "SubstituteLane", "running_substitute_lane"]
