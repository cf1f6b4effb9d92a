"""Revocation lists outside of the core: fetched, kept in files that processes share, swapped.

fetch         over HTTP, only what has changed, bounded, from where the operator says
archive       all lists of a kind in one answer, for the first time
schedule      when to ask again (pure)
volume_file   a volume in one file: lists, index, what they are, a checksum
library       the files of a folder, and the shelf that is used now
"""
