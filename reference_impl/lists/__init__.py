"""Revocation lists outside of the core: fetched, kept in files that processes share, swapped.

fetch         over HTTP, only what has changed, bounded, from where the operator says
volume_file   a volume in one file: lists, index, what they are, a checksum
library       the files of a folder, and the shelf that is used now
"""
