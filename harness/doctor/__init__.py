"""The preflight: what keeps a product from being judged at all, found before a run, each with how to mend it.

    machine    the home, the ports, the proxies that a product would inherit
    readers    PC/SC readers and their names
    product    the product reached, configured, and reaching back to the fake J-LIS

None of it is a verdict: a product that passes may still be refused for what it decides.
"""
