"""Random histories of a world, each of whose views is judged by a naive register."""
