"""Load that also judges: Locust users whose every answer is compared with the truth.

Three processes: the parent (world, fake J-LIS, the command), the product, and Locust. Importing `locust` patches the
whole process, so only `users` and `locustfile` import it, and nobody here imports those two.
"""
