"""Load that also judges: Locust users whose every answer is compared with the truth."""
