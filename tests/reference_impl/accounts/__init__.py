"""The accounts of the relying party: alone, and against the fake J-LIS."""
