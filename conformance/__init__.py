"""The judge: catalogue, roles, mutants, the independent checker and the reports."""
