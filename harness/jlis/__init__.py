"""The fake J-LIS: what its authorities issue and publish, as pure functions of register, keys and instant."""
