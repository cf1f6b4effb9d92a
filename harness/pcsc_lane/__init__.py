"""A private PC/SC lane: pcscd with vpcd readers of its own, cards put into them, and the rate at which they answer.

pcscd's socket is fixed when it is built (`/run/pcscd/pcscd.comm`) and vpcd listens on all interfaces (spec/card.md §9),
so a daemon beside another one needs a mount and a network namespace; a user namespace gives both without root.
Only pcscd and the card doors live in there. A folder of ours is mounted over `/run`, not a tmpfs: the socket that
pcscd makes is then also a file out here, and a unix socket with a path can be reached from any network namespace.
So pytest, pyscard and OpenSC stay outside, unchanged, and find the daemon by PCSCLITE_CSOCK_NAME; nothing has to
run itself again inside.

    unshare -Urnm  ─exec→ `inside` ─exec→ pcscd      loopback up, folder on /run; one pid from start to end
    nsenter -U -n  ─exec→ cardsim.readers.vpcd       the door of one card, in pcscd's network

Nothing survives the process that started the lane, not even its `kill -9`: pcscd asks the kernel for SIGTERM at its
parent's death (prctl(2), PR_SET_PDEATHSIG; the parent is the thread that started the lane), and a card door ends
when pcscd closes its line. Where the kernel refuses the namespaces, pcscd runs without, provided that no other does.

    lane      the lane and the cards in it         daemon    pcscd: its configuration, start and end
    readers   what PC/SC says of its readers       inside    the process that becomes pcscd
    rate      commands a second                    restart   pcscd killed and begun again

Where not even that runs, `harness.pcsc_substitute` replaces the PC/SC library, and says so wherever it is named.
"""

from harness.pcsc_lane.faults import LaneUnavailable
from harness.pcsc_lane.lane import OUR_READER, CardProcess, PcscLane, running_lane
from harness.pcsc_lane.rate import measure_read_binary, on_one_cpu
from harness.pcsc_lane.readers import Connection, slots_with_card

__all__ = [
    "OUR_READER",
    "CardProcess",
    "Connection",
    "LaneUnavailable",
    "PcscLane",
    "measure_read_binary",
    "on_one_cpu",
    "running_lane",
    "slots_with_card",
]
