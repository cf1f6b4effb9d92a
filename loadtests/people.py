"""Whoever a run drives, as the file that Locust reads: the holders of a product, or the ground of anything else."""

from pathlib import Path

from loadtests.locust_command import POPULATION
from loadtests.population import Population, read_population, write_population
from loadtests.targets.ground import GROUND, Ground, read_ground, write_ground

People = Population | Ground


def write_people(people: People, folder: Path) -> Path:
    """Write the file, mode 0600, and return its path."""
    if isinstance(people, Ground):
        write_ground(people, folder / GROUND)
        return folder / GROUND
    write_population(people, folder / POPULATION)
    return folder / POPULATION


def read_people(path: Path) -> People:
    """Return who is in the file; ConfigurationError when nobody is."""
    return read_ground(path) if path.name == GROUND else read_population(path)


def people_in(folder: Path) -> Path | None:
    """Return the file in a folder, if one is there."""
    return next((each for each in (folder / POPULATION, folder / GROUND) if each.exists()), None)
