/* The line to the broker: one socket a PC/SC context, one question and one answer at a time. */
#ifndef KAZASHI_LINE_H
#define KAZASHI_LINE_H

#include <stddef.h>
#include <stdint.h>

/* A question being written, or an answer being read. Reading past its end, or writing past memory, sets `bad`. */
typedef struct {
    unsigned char *bytes;
    size_t length, capacity, at;
    int bad;
} message;

void message_begin(message *m, unsigned char operation);
void message_number(message *m, uint32_t value);
void message_bytes(message *m, const void *bytes, size_t length);
uint32_t read_number(message *m);
/* Points into the message; valid until it is freed. */
const unsigned char *read_bytes(message *m, size_t *length);
void message_free(message *m);

/* A connected socket, or -1. */
int line_open(void);
/* Sends the question and replaces it by the answer. 0, or -1 when the broker is gone. */
int line_ask(int line, message *m);

#endif
