"""Evidence that somebody else can check: what a run was, what is signed of it, and how the signature is checked.

circumstances      when a run was, in how many sittings, what its clock was set to
expected_failures  known failures, each with an end
run_journal        finished cases, kept while a run goes on
resuming           going on with a run that was interrupted
signing_key        the certifier's Ed25519 key
container          the octets of the one file
manifest, bundle   what is signed, and the whole file
verifying          whether it holds
recomputing        the report, computed once more from what it says
comparing          two reports
"""
