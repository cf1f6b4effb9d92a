"""The written contract between the suite and a product under test: messages, schemas, client, launch."""
