/* See line.h. Frames: four octets of length, big-endian, then the content (harness/pcsc_substitute/wire.py). */
#include "line.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define LONGEST (1u << 20)

static unsigned char *room(message *m, size_t length)
{
    if (m->bad)
        return NULL;
    if (m->length + length > m->capacity) {
        size_t capacity = 2 * (m->length + length) + 64;
        unsigned char *bytes = realloc(m->bytes, capacity);
        if (bytes == NULL) {
            m->bad = 1;
            return NULL;
        }
        m->bytes = bytes;
        m->capacity = capacity;
    }
    m->length += length;
    return m->bytes + m->length - length;
}

static void put_number(unsigned char *place, uint32_t value)
{
    place[0] = (unsigned char)(value >> 24);
    place[1] = (unsigned char)(value >> 16);
    place[2] = (unsigned char)(value >> 8);
    place[3] = (unsigned char)value;
}

static uint32_t get_number(const unsigned char *place)
{
    return (uint32_t)place[0] << 24 | (uint32_t)place[1] << 16 | (uint32_t)place[2] << 8 | place[3];
}

void message_begin(message *m, unsigned char operation)
{
    unsigned char *place;
    memset(m, 0, sizeof *m);
    place = room(m, 5);
    if (place != NULL)
        place[4] = operation;
}

void message_number(message *m, uint32_t value)
{
    unsigned char *place = room(m, 4);
    if (place != NULL)
        put_number(place, value);
}

void message_bytes(message *m, const void *bytes, size_t length)
{
    unsigned char *place;
    message_number(m, (uint32_t)length);
    place = room(m, length);
    if (place != NULL && length > 0)
        memcpy(place, bytes, length);
}

uint32_t read_number(message *m)
{
    if (m->bad || m->length - m->at < 4) {
        m->bad = 1;
        return 0;
    }
    m->at += 4;
    return get_number(m->bytes + m->at - 4);
}

const unsigned char *read_bytes(message *m, size_t *length)
{
    *length = read_number(m);
    if (m->bad || m->length - m->at < *length) {
        m->bad = 1;
        *length = 0;
        return m->bytes;
    }
    m->at += *length;
    return m->bytes + m->at - *length;
}

void message_free(message *m)
{
    free(m->bytes);
    memset(m, 0, sizeof *m);
}

int line_open(void)
{
    const char *path = getenv("KAZASHI_PCSC_SOCKET");
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int line;
    if (path == NULL || strlen(path) >= sizeof address.sun_path)
        return -1;
    strcpy(address.sun_path, path);
    line = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (line >= 0 && connect(line, (struct sockaddr *)&address, sizeof address) != 0) {
        close(line);
        line = -1;
    }
    return line;
}

static int send_all(int line, const unsigned char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t sent = send(line, bytes, length, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent <= 0)
            return -1;
        bytes += sent;
        length -= (size_t)sent;
    }
    return 0;
}

static int receive_all(int line, unsigned char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t received = recv(line, bytes, length, 0);
        if (received < 0 && errno == EINTR)
            continue;
        if (received <= 0)
            return -1;
        bytes += received;
        length -= (size_t)received;
    }
    return 0;
}

int line_ask(int line, message *m)
{
    unsigned char head[4];
    uint32_t length;
    if (m->bad)
        return -1;
    put_number(m->bytes, (uint32_t)(m->length - 4));
    if (send_all(line, m->bytes, m->length) != 0 || receive_all(line, head, 4) != 0)
        return -1;
    length = get_number(head);
    m->length = m->at = 0;
    if (length > LONGEST || room(m, length) == NULL)
        return -1;
    return receive_all(line, m->bytes, length);
}
