"""One thing spoiled for each story, and the story that goes red: a table (`changes/`), applied in process."""
