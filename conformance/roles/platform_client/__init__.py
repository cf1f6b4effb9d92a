"""The role platform-client: its place and the words of its cases; the catalogue is empty until the platforms stand."""
