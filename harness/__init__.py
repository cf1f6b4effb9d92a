"""The world around the card: one clock, residents, the fake J-LIS, doors, the terminal and the contract."""
