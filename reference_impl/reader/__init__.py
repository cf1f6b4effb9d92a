"""The card client: what a counter's software does with a card, over any connection shaped like pyscard's."""
