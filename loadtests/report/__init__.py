"""What a load run leaves behind for people (load.html), for the next run (history.jsonl), and between two of them."""
