"""TLS at the fake J-LIS's door: an authority of the installation's own, its door's certificate, its clients' list."""
