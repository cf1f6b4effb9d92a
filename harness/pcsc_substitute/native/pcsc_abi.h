/* The binary interface of PC/SC as programs on 64-bit Linux are compiled against it; declared here, copied from nobody.
 * Names and numbers: PC/SC part 5. tests/real_clients/test_substitute_abi.py compares sizes and offsets with the
 * headers of libpcsclite-dev. */
#ifndef KAZASHI_PCSC_ABI_H
#define KAZASHI_PCSC_ABI_H

typedef long LONG;
typedef unsigned long DWORD;
typedef LONG SCARDCONTEXT;
typedef LONG SCARDHANDLE;

typedef struct {
    const char *szReader;
    void *pvUserData;
    DWORD dwCurrentState;
    DWORD dwEventState;
    DWORD cbAtr;
    unsigned char rgbAtr[33];
} SCARD_READERSTATE;

typedef struct {
    unsigned long dwProtocol;
    unsigned long cbPciLength;
} SCARD_IO_REQUEST;

#define SCARD_AUTOALLOCATE ((DWORD)-1)

#define SCARD_S_SUCCESS ((LONG)0)
#define SCARD_E_INVALID_HANDLE ((LONG)0x80100003)
#define SCARD_E_INVALID_PARAMETER ((LONG)0x80100004)
#define SCARD_E_NO_MEMORY ((LONG)0x80100006)
#define SCARD_E_INSUFFICIENT_BUFFER ((LONG)0x80100008)
#define SCARD_E_SHARING_VIOLATION ((LONG)0x8010000B)
#define SCARD_E_NO_SERVICE ((LONG)0x8010001D)
#define SCARD_E_UNSUPPORTED_FEATURE ((LONG)0x8010001F)

#endif
