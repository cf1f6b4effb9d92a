"""Stories of holders and services, told as tests: tap, PIN lockout, expiry, address change."""
