"""Certificates that are wrong on purpose: the vocabulary, what they are made from, and one module for each chapter.

`harness/jlis/wrong_certificates.py` is the door; nothing else of this package is for callers.
"""
