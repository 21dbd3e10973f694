#define _GNU_SOURCE
#include "CEdit.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

enum { HIGHEST_SIGNAL = 64 };

static int pipe_ends[2] = {-1, -1};
static pthread_once_t pipe_once = PTHREAD_ONCE_INIT;
static pthread_mutex_t table_lock = PTHREAD_MUTEX_INITIALIZER;
static struct sigaction previous[HIGHEST_SIGNAL + 1];
static bool trapped[HIGHEST_SIGNAL + 1];

static void make_pipe(void) {
  if (pipe2(pipe_ends, O_CLOEXEC | O_NONBLOCK) != 0) {
    pipe_ends[0] = pipe_ends[1] = -1;
  }
}

int slip_signals_descriptor(void) {
  pthread_once(&pipe_once, make_pipe);
  return pipe_ends[0];
}

/* Async-signal-safe: one write, errno kept. A full pipe loses the byte; a thousand of the kind are waiting then. */
static void note(int signal_number) {
  int kept = errno;
  unsigned char byte = (unsigned char)signal_number;
  ssize_t written = write(pipe_ends[1], &byte, 1);
  (void)written;
  errno = kept;
}

int slip_signals_trap(int signal_number) {
  if (signal_number < 1 || signal_number > HIGHEST_SIGNAL) {
    errno = EINVAL;
    return -1;
  }
  if (slip_signals_descriptor() < 0) {
    return -1;
  }
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_handler = note;
  action.sa_flags = SA_RESTART;
  sigfillset(&action.sa_mask);
  pthread_mutex_lock(&table_lock);
  int result = 0;
  if (!trapped[signal_number]) {
    result = sigaction(signal_number, &action, &previous[signal_number]);
    trapped[signal_number] = result == 0;
  }
  pthread_mutex_unlock(&table_lock);
  return result;
}

int slip_signals_release(int signal_number) {
  if (signal_number < 1 || signal_number > HIGHEST_SIGNAL) {
    errno = EINVAL;
    return -1;
  }
  pthread_mutex_lock(&table_lock);
  int result = 0;
  if (trapped[signal_number]) {
    result = sigaction(signal_number, &previous[signal_number], NULL);
    trapped[signal_number] = result != 0;
  }
  pthread_mutex_unlock(&table_lock);
  return result;
}
