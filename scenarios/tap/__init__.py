"""The tap without PIN (かざし利用): where, after which enrolment, with which chip, and until when (spec/pki.md §5)."""
