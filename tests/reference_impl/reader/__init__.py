"""The card client against the virtual card, in process, and against connections that lie."""
