/* The time of day, wrong by KAZASHI_WRONG_SECONDS, for whoever asks libc (LD_PRELOAD).
 *
 * The monotonic clock is left as it is, and so are all waits that are measured by it: a span stays a span. (libfaketime
 * 0.9.10 shifts both and then lets sem_clockwait wait for the whole offset; with the monotonic clock left alone it breaks
 * clock_nanosleep.) Times of files stay the host's.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>

static time_t wrong_by(void) {
    static int known;
    static time_t seconds;
    if (!known) {
        const char *said = getenv("KAZASHI_WRONG_SECONDS");
        seconds = said == NULL ? 0 : (time_t)atoll(said);
        known = 1;
    }
    return seconds;
}

int clock_gettime(clockid_t clock, struct timespec *at) {
    static int (*real)(clockid_t, struct timespec *);
    if (real == NULL)
        real = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
    int failed = real(clock, at);
    if (!failed && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE || clock == CLOCK_TAI))
        at->tv_sec += wrong_by();
    return failed;
}

int gettimeofday(struct timeval *at, void *zone) {
    struct timespec now;
    (void)zone;
    if (clock_gettime(CLOCK_REALTIME, &now))
        return -1;
    at->tv_sec = now.tv_sec;
    at->tv_usec = now.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *at) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (at != NULL)
        *at = now.tv_sec;
    return now.tv_sec;
}
