"""The role responder: OCSP over HTTP and revocation lists, judged by RFC 6960, 9654, 9919 and 5280.

case      the words of a case          asking   the requests           seen        what came back
facts     what is known beforehand     bench    asks, and compares     ocsp_rules · crl_rules · signatures
stand     the fake J-LIS to be judged, with what is wrong on purpose
"""
