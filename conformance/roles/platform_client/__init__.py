"""The role platform-client: a service that logs people in through a platform, by contract 1.0.

case      the words of a case         fake_platform   OpenID Connect on the loopback, and how it goes wrong
bench     a case played and judged    tokens          JSON Web Signatures, well or not
"""
