"""What the fake J-LIS issues, judged by programs of others; what they find and we keep is excused with a reason."""
