"""Stories that `kazashi scenario explore` found and made small: each once was a disagreement, and is told ever since."""
