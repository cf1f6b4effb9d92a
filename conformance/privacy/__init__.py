"""The privacy oracle: values planted in each resident (canaries), looked for wherever the product writes or speaks.

canary     what is planted, and which kinds are too short alone          places    what each place may hold
written    the octets that a value becomes in every encoding              watch     --watch PLACE=PATH
finder     many patterns in one pass over octets                          follow    what grew or changed in files
scan       a place searched: as it is, squeezed, unpacked                 capture   pcap and pcapng, TCP put together
overheard  what goes over the contract and to the fake J-LIS              oracle    all of it beside a run; findings
verdicts   findings become checks of the cases they belong to             reference the reference, watched by default

The first five rooms are functions of octets; `follow`, `overheard` and `oracle` are the doors.
"""
