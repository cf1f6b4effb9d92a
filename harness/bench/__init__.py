"""What is measured, each figure beside a reference of the same run (PERFORMANCE.md)."""
