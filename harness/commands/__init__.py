"""The commands of the world: `kazashi up`, `clock`, `resident`, `card`."""
