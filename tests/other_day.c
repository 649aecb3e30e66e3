/* Another date for every process that this is preloaded into: the clock of the day is off by OTHER_DAY seconds.
 *
 * libfaketime 0.9.10 breaks the waits of Python 3.11 and newer, which go by the monotonic clock. That one is left alone here.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static time_t offset(void) {
    static time_t seconds;
    static int is_known;
    if (!is_known) {
        const char *said = getenv("OTHER_DAY");
        seconds = said ? atoll(said) : 0;
        is_known = 1;
    }
    return seconds;
}

static int is_of_the_day(clockid_t clock) { return clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE; }

int clock_gettime(clockid_t clock, struct timespec *now) {
    static __typeof__(&clock_gettime) real;
    if (!real) real = REAL(clock_gettime);
    int failed = real(clock, now);
    if (!failed && is_of_the_day(clock)) now->tv_sec += offset();
    return failed;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
    struct timespec fine;
    (void)zone;
    if (clock_gettime(CLOCK_REALTIME, &fine)) return -1;
    now->tv_sec = fine.tv_sec;
    now->tv_usec = fine.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *now) {
    struct timespec fine;
    clock_gettime(CLOCK_REALTIME, &fine);
    if (now) *now = fine.tv_sec;
    return fine.tv_sec;
}

int timespec_get(struct timespec *now, int base) {
    return base == TIME_UTC && !clock_gettime(CLOCK_REALTIME, now) ? base : 0;
}

/* A wait until a time of the day ends by the kernel's clock. Monotonic times are small, and stay. */
static const struct timespec *as_the_kernel_has_it(const struct timespec *until, struct timespec *space) {
    if (!until || until->tv_sec < 1000000000) return until;
    *space = *until;
    space->tv_sec -= offset();
    return space;
}

int sem_timedwait(sem_t *restrict one, const struct timespec *restrict until) {
    struct timespec space;
    return REAL(sem_timedwait)(one, as_the_kernel_has_it(until, &space));
}

int pthread_mutex_timedlock(pthread_mutex_t *restrict one, const struct timespec *restrict until) {
    struct timespec space;
    return REAL(pthread_mutex_timedlock)(one, as_the_kernel_has_it(until, &space));
}

int pthread_cond_timedwait(pthread_cond_t *restrict one, pthread_mutex_t *restrict lock, const struct timespec *restrict until) {
    struct timespec space;
    return REAL(pthread_cond_timedwait)(one, lock, as_the_kernel_has_it(until, &space));
}
