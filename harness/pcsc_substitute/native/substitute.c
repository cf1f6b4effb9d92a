/* KAZASHI TEST SUBSTITUTE - not pcscd: the functions of libpcsclite.so.1, each of which asks the broker of
 * harness/pcsc_substitute and decides nothing. For tests where pcscd cannot run; it never reaches a real reader. */
#include "line.h"
#include "pcsc_abi.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define API __attribute__((visibility("default")))
#define CONTEXTS 64
#define NUMBER_BITS 24
#define NUMBER_MASK 0xFFFFFFL
#define RETRY_NANOSECONDS 2000000L

_Static_assert(sizeof(LONG) == 8, "the interface is declared for 64-bit Linux");

API const char kazashi_pcsc_label[] = "KAZASHI TEST SUBSTITUTE - not pcscd";
API const SCARD_IO_REQUEST g_rgSCardT0Pci = {1, sizeof(SCARD_IO_REQUEST)};
API const SCARD_IO_REQUEST g_rgSCardT1Pci = {2, sizeof(SCARD_IO_REQUEST)};
API const SCARD_IO_REQUEST g_rgSCardRawPci = {4, sizeof(SCARD_IO_REQUEST)};

/* As the broker numbers its operations (words.py, Operation). */
enum {
    ESTABLISH = 1, RELEASE, CONNECT, RECONNECT, DISCONNECT, BEGIN, END, STATUS, STATUS_CHANGE, TRANSMIT, READERS,
    GROUPS, CANCEL, ATTRIBUTE, CONTROL
};

typedef struct {
    pthread_mutex_t lock;
    int line;
    long number; /* the broker's; 0: this place is free */
    pid_t owner; /* a fork must not speak on its parent's line */
} context;

static context contexts[CONTEXTS];
static pthread_mutex_t table = PTHREAD_MUTEX_INITIALIZER;

__attribute__((constructor)) static void prepare(void)
{
    for (int i = 0; i < CONTEXTS; i++)
        pthread_mutex_init(&contexts[i].lock, NULL);
}

/* The context of a handle, locked; NULL when there is none. */
static context *hold(LONG handle)
{
    long place = (handle >> NUMBER_BITS) - 1;
    context *c;
    if (handle < 0 || place < 0 || place >= CONTEXTS)
        return NULL;
    c = &contexts[place];
    pthread_mutex_lock(&c->lock);
    if (c->number != 0 && c->owner == getpid())
        return c;
    pthread_mutex_unlock(&c->lock);
    return NULL;
}

static context *hold_context(SCARDCONTEXT handle)
{
    context *c = hold(handle);
    if (c != NULL && c->number != (handle & NUMBER_MASK)) {
        pthread_mutex_unlock(&c->lock);
        return NULL;
    }
    return c;
}

/* The broker's result; the message then holds what follows it. Lets the context go. */
static LONG ask(context *c, message *m)
{
    int gone = line_ask(c->line, m);
    LONG result;
    pthread_mutex_unlock(&c->lock);
    if (gone != 0)
        return SCARD_E_NO_SERVICE;
    result = (LONG)read_number(m);
    return m->bad ? SCARD_E_NO_SERVICE : result;
}

/* Whether to ask again, after a pause: like libpcsclite, a connection waits for another one's transaction. It waits
 * here and not in the broker, for another thread of the same context may have to end that one. */
static int must_wait(LONG result)
{
    const struct timespec pause = {0, RETRY_NANOSECONDS};
    if (result != SCARD_E_SHARING_VIOLATION)
        return 0;
    nanosleep(&pause, NULL);
    return 1;
}

static LONG ask_simply(LONG handle, unsigned char operation, DWORD argument)
{
    context *c = hold(handle);
    message m;
    LONG result;
    if (c == NULL)
        return SCARD_E_INVALID_HANDLE;
    message_begin(&m, operation);
    message_number(&m, (uint32_t)(handle & NUMBER_MASK));
    message_number(&m, (uint32_t)argument);
    result = ask(c, &m);
    message_free(&m);
    return result;
}

/* Hands bytes out as PC/SC does: only their length, into the caller's memory, or into memory of ours. */
static LONG give(void *place, DWORD *room, const void *bytes, size_t length)
{
    DWORD had;
    if (room == NULL)
        return place == NULL ? SCARD_S_SUCCESS : SCARD_E_INVALID_PARAMETER;
    had = *room;
    *room = length;
    if (place == NULL)
        return SCARD_S_SUCCESS;
    if (had == SCARD_AUTOALLOCATE) {
        void *made = malloc(length > 0 ? length : 1);
        if (made == NULL)
            return SCARD_E_NO_MEMORY;
        memcpy(made, bytes, length);
        *(void **)place = made;
        return SCARD_S_SUCCESS;
    }
    if (had < length)
        return SCARD_E_INSUFFICIENT_BUFFER;
    memcpy(place, bytes, length);
    return SCARD_S_SUCCESS;
}

API LONG SCardEstablishContext(DWORD scope, const void *reserved1, const void *reserved2, SCARDCONTEXT *out)
{
    static int said;
    message m;
    LONG result = SCARD_E_NO_MEMORY;
    int line;
    (void)scope, (void)reserved1, (void)reserved2;
    if (out == NULL)
        return SCARD_E_INVALID_PARAMETER;
    if (!__sync_lock_test_and_set(&said, 1))
        fprintf(stderr, "%s\n", kazashi_pcsc_label);
    line = line_open();
    if (line < 0)
        return SCARD_E_NO_SERVICE;
    pthread_mutex_lock(&table);
    for (long i = 0; i < CONTEXTS; i++) {
        context *c = &contexts[i];
        if (c->number != 0 && c->owner == getpid())
            continue;
        message_begin(&m, ESTABLISH);
        pthread_mutex_lock(&c->lock);
        c->line = line;
        result = ask(c, &m);
        if (result == SCARD_S_SUCCESS) {
            c->number = (long)read_number(&m);
            c->owner = getpid();
            *out = (i + 1) << NUMBER_BITS | c->number;
        }
        message_free(&m);
        break;
    }
    pthread_mutex_unlock(&table);
    if (result != SCARD_S_SUCCESS)
        close(line);
    return result;
}

API LONG SCardReleaseContext(SCARDCONTEXT handle)
{
    context *c = hold_context(handle);
    message m;
    int gone;
    if (c == NULL)
        return SCARD_E_INVALID_HANDLE;
    message_begin(&m, RELEASE); /* answered once the broker took back what the context held */
    gone = line_ask(c->line, &m);
    message_free(&m);
    close(c->line);
    c->number = 0;
    pthread_mutex_unlock(&c->lock);
    return gone == 0 ? SCARD_S_SUCCESS : SCARD_E_NO_SERVICE;
}

API LONG SCardIsValidContext(SCARDCONTEXT handle)
{
    context *c = hold_context(handle);
    if (c == NULL)
        return SCARD_E_INVALID_HANDLE;
    pthread_mutex_unlock(&c->lock);
    return SCARD_S_SUCCESS;
}

API LONG SCardConnect(SCARDCONTEXT handle, const char *reader, DWORD share, DWORD protocols, SCARDHANDLE *card,
                      DWORD *active)
{
    context *c;
    message m;
    LONG result;
    if (reader == NULL || card == NULL || active == NULL)
        return SCARD_E_INVALID_PARAMETER;
    if ((c = hold_context(handle)) == NULL)
        return SCARD_E_INVALID_HANDLE;
    message_begin(&m, CONNECT);
    message_bytes(&m, reader, strlen(reader));
    message_number(&m, (uint32_t)share);
    message_number(&m, (uint32_t)protocols);
    result = ask(c, &m);
    *card = 0;
    *active = 0;
    if (result == SCARD_S_SUCCESS) {
        *card = (handle & ~NUMBER_MASK) | (long)read_number(&m);
        *active = read_number(&m);
    }
    message_free(&m);
    return result;
}

API LONG SCardReconnect(SCARDHANDLE handle, DWORD share, DWORD protocols, DWORD initialization, DWORD *active)
{
    context *c;
    message m;
    LONG result;
    if (active == NULL)
        return SCARD_E_INVALID_PARAMETER;
    if ((c = hold(handle)) == NULL)
        return SCARD_E_INVALID_HANDLE;
    message_begin(&m, RECONNECT);
    message_number(&m, (uint32_t)(handle & NUMBER_MASK));
    message_number(&m, (uint32_t)share);
    message_number(&m, (uint32_t)protocols);
    message_number(&m, (uint32_t)initialization);
    result = ask(c, &m);
    if (result == SCARD_S_SUCCESS)
        *active = read_number(&m);
    message_free(&m);
    return result;
}

API LONG SCardDisconnect(SCARDHANDLE handle, DWORD disposition)
{
    return ask_simply(handle, DISCONNECT, disposition);
}

API LONG SCardBeginTransaction(SCARDHANDLE handle)
{
    LONG result;
    do
        result = ask_simply(handle, BEGIN, 0);
    while (must_wait(result));
    return result;
}

API LONG SCardEndTransaction(SCARDHANDLE handle, DWORD disposition)
{
    return ask_simply(handle, END, disposition);
}

/* One question about a connection, with octets or without, asked until no transaction of another stands before it. */
static LONG ask_waiting(LONG handle, unsigned char operation, const void *bytes, size_t length, message *m)
{
    for (;;) {
        context *c = hold(handle);
        LONG result;
        message_begin(m, operation);
        if (c == NULL)
            return SCARD_E_INVALID_HANDLE;
        message_number(m, (uint32_t)(handle & NUMBER_MASK));
        if (bytes != NULL)
            message_bytes(m, bytes, length);
        result = ask(c, m);
        if (!must_wait(result))
            return result;
        message_free(m);
    }
}

API LONG SCardStatus(SCARDHANDLE handle, char *reader, DWORD *reader_room, DWORD *state, DWORD *protocol,
                     unsigned char *atr, DWORD *atr_room)
{
    message m;
    LONG result = ask_waiting(handle, STATUS, NULL, 0, &m);
    if (result == SCARD_S_SUCCESS) {
        size_t name_length, atr_length;
        const unsigned char *name = read_bytes(&m, &name_length), *bytes;
        uint32_t flags = read_number(&m), active = read_number(&m);
        LONG second;
        bytes = read_bytes(&m, &atr_length);
        if (state != NULL)
            *state = flags;
        if (protocol != NULL)
            *protocol = active;
        result = give(reader, reader_room, name, name_length);
        second = give(atr, atr_room, bytes, atr_length);
        if (result == SCARD_S_SUCCESS)
            result = second;
    }
    message_free(&m);
    return result;
}

API LONG SCardGetStatusChange(SCARDCONTEXT handle, DWORD timeout, SCARD_READERSTATE *states, DWORD count)
{
    context *c;
    message m;
    LONG result;
    if (states == NULL && count > 0)
        return SCARD_E_INVALID_PARAMETER;
    for (DWORD i = 0; i < count; i++)
        if (states[i].szReader == NULL)
            return SCARD_E_INVALID_PARAMETER;
    if ((c = hold_context(handle)) == NULL)
        return SCARD_E_INVALID_HANDLE;
    message_begin(&m, STATUS_CHANGE);
    message_number(&m, (uint32_t)timeout);
    message_number(&m, (uint32_t)count);
    for (DWORD i = 0; i < count; i++) {
        message_bytes(&m, states[i].szReader, strlen(states[i].szReader));
        message_number(&m, (uint32_t)states[i].dwCurrentState);
    }
    result = ask(c, &m);
    for (DWORD i = 0; i < count && m.at < m.length; i++) {
        size_t length;
        const unsigned char *atr;
        states[i].dwEventState = read_number(&m);
        atr = read_bytes(&m, &length);
        if (length > sizeof states[i].rgbAtr)
            length = sizeof states[i].rgbAtr;
        states[i].cbAtr = length;
        memcpy(states[i].rgbAtr, atr, length);
    }
    message_free(&m);
    return result;
}

API LONG SCardControl(SCARDHANDLE handle, DWORD code, const void *sent, DWORD sent_length, void *received,
                      DWORD received_room, DWORD *received_length)
{
    (void)sent, (void)sent_length, (void)received, (void)received_room;
    if (received_length != NULL)
        *received_length = 0;
    return ask_simply(handle, CONTROL, code);
}

API LONG SCardTransmit(SCARDHANDLE handle, const SCARD_IO_REQUEST *send_pci, const unsigned char *sent,
                       DWORD sent_length, SCARD_IO_REQUEST *receive_pci, unsigned char *received, DWORD *room)
{
    message m;
    LONG result;
    if (sent == NULL || received == NULL || room == NULL || send_pci == NULL)
        return SCARD_E_INVALID_PARAMETER;
    result = ask_waiting(handle, TRANSMIT, sent, sent_length, &m);
    if (result == SCARD_S_SUCCESS) {
        size_t length;
        const unsigned char *answer = read_bytes(&m, &length);
        if (receive_pci != NULL)
            *receive_pci = (SCARD_IO_REQUEST){send_pci->dwProtocol, sizeof(SCARD_IO_REQUEST)};
        result = give(received, room, answer, length);
    } else {
        *room = 0;
    }
    message_free(&m);
    return result;
}

/* What is asked of a context and answered by one string of octets. */
static LONG ask_context_for_bytes(SCARDCONTEXT handle, unsigned char operation, char *place, DWORD *room)
{
    context *c;
    message m;
    LONG result;
    if (room == NULL)
        return SCARD_E_INVALID_PARAMETER;
    if ((c = hold_context(handle)) == NULL)
        return SCARD_E_INVALID_HANDLE;
    message_begin(&m, operation);
    result = ask(c, &m);
    if (result == SCARD_S_SUCCESS) {
        size_t length;
        const unsigned char *bytes = read_bytes(&m, &length);
        result = give(place, room, bytes, length);
    }
    message_free(&m);
    return result;
}

API LONG SCardListReaders(SCARDCONTEXT handle, const char *groups, char *readers, DWORD *room)
{
    (void)groups;
    return ask_context_for_bytes(handle, READERS, readers, room);
}

API LONG SCardListReaderGroups(SCARDCONTEXT handle, char *groups, DWORD *room)
{
    return ask_context_for_bytes(handle, GROUPS, groups, room);
}

API LONG SCardFreeMemory(SCARDCONTEXT handle, const void *memory)
{
    (void)handle;
    free((void *)memory);
    return SCARD_S_SUCCESS;
}

API LONG SCardCancel(SCARDCONTEXT handle)
{
    /* On a line of its own: the context's is waiting for an answer, and its lock is taken. */
    context asker = {.lock = PTHREAD_MUTEX_INITIALIZER};
    message m;
    LONG result;
    asker.line = line_open();
    if (asker.line < 0)
        return SCARD_E_NO_SERVICE;
    message_begin(&m, CANCEL);
    message_number(&m, (uint32_t)(handle & NUMBER_MASK));
    pthread_mutex_lock(&asker.lock);
    result = ask(&asker, &m);
    message_free(&m);
    close(asker.line);
    return result;
}

API LONG SCardGetAttrib(SCARDHANDLE handle, DWORD attribute, unsigned char *place, DWORD *room)
{
    context *c;
    message m;
    LONG result;
    if (room == NULL)
        return SCARD_E_INVALID_PARAMETER;
    if ((c = hold(handle)) == NULL)
        return SCARD_E_INVALID_HANDLE;
    message_begin(&m, ATTRIBUTE);
    message_number(&m, (uint32_t)(handle & NUMBER_MASK));
    message_number(&m, (uint32_t)attribute);
    result = ask(c, &m);
    if (result == SCARD_S_SUCCESS) {
        size_t length;
        const unsigned char *bytes = read_bytes(&m, &length);
        result = give(place, room, bytes, length);
    }
    message_free(&m);
    return result;
}

API LONG SCardSetAttrib(SCARDHANDLE handle, DWORD attribute, const unsigned char *bytes, DWORD length)
{
    (void)handle, (void)attribute, (void)bytes, (void)length;
    return SCARD_E_UNSUPPORTED_FEATURE;
}

API const char *pcsc_stringify_error(const LONG code)
{
    static _Thread_local char text[96];
    snprintf(text, sizeof text, "PC/SC result 0x%08lX (%s)", (unsigned long)code & 0xFFFFFFFFUL, kazashi_pcsc_label);
    return text;
}
