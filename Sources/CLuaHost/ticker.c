// The ticker: a POSIX timer of the VM's own thread signals that thread every 10 ms while it is inside Lua, and the handler arms a
// hook on the running coroutine. Idle, it stops itself.
#if defined(__linux__) && !defined(_GNU_SOURCE)
#define _GNU_SOURCE
#endif
#include "internal.h"

#include <errno.h>
#include <pthread.h>
#include <time.h>
#include <unistd.h>

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define CLH_NO_TIMER 1  // it delays signals until the next call it knows, which a Lua loop never makes
#endif
#endif
#if !defined(__linux__)
#define CLH_NO_TIMER 1
#endif

void clh_thread_begin(void) {
  clh_hold_signals();
#if defined(__linux__)
  pthread_setname_np(pthread_self(), "lua");
#endif
}

#ifdef CLH_NO_TIMER

bool clh_timer_usable(void) { return false; }
bool clh_ticks_begin(clh_vm *vm) { return !vm; }
void clh_ticks_end(void) {}
void clh_thread_end(void) {}

#else

#ifndef sigev_notify_thread_id
#define sigev_notify_thread_id _sigev_un._tid
#endif

// SIGURG: ignored by default and used for nothing else in practice, which is why Go's runtime preempts with it too.
#define TICK_SIGNAL SIGURG
#define TICK_NANOSECONDS 10000000
#define IDLE_TICKS 5

typedef struct ticker {
  timer_t timer;
  bool made, failed;
  volatile sig_atomic_t armed, idle;
  clh_vm *volatile vm;  // inside Lua now
} ticker;

// Each thread has its own, and only signals directed at that thread touch it, so plain volatile fields are enough.
static _Thread_local ticker this_ticker;
static pthread_once_t handler_once = PTHREAD_ONCE_INIT;
static bool handler_installed;

static void set_timer(ticker *t, long nanoseconds) {
  struct itimerspec spec = {.it_value = {.tv_nsec = nanoseconds}, .it_interval = {.tv_nsec = nanoseconds}};
  timer_settime(t->timer, 0, &spec, NULL);  // async-signal-safe
}

static void on_tick(int number, siginfo_t *info, void *context) {
  (void)number, (void)context;
  if (info->si_code != SI_TIMER || !info->si_value.sival_ptr) return;
  int saved = errno;
  ticker *t = info->si_value.sival_ptr;
  clh_vm *vm = t->vm;
  if (vm) {
    t->idle = 0;
    bool overdue = vm->slice_over;
    vm->slice_over = 1;
    if (vm->ticks < 2) vm->ticks++;
    lua_State *L = vm->running;
    // What lua.c does on SIGINT: ldebug.c allows it in a signal, because the hook fields are read afresh. Only where it is needed:
    // setting a hook visits every frame of the coroutine, and with 200,000 of them that can outlast a tick, so that nothing else would
    // run. A count hook that is there looks by itself, unless its instructions are long ones.
    bool hooked = L && lua_gethook(L) == clh_hook;
    if (L && !(hooked && (!overdue || lua_gethookcount(L) == 1))) lua_sethook(L, clh_hook, LUA_MASKCOUNT, 1);
  } else if (++t->idle > IDLE_TICKS) {
    set_timer(t, 0);
    t->armed = 0;
  }
  errno = saved;
}

static void install_handler(void) {
  struct sigaction present;
  if (sigaction(TICK_SIGNAL, NULL, &present) != 0) return;
  if (present.sa_flags & SA_SIGINFO || (present.sa_handler != SIG_DFL && present.sa_handler != SIG_IGN)) return;
  struct sigaction action = {.sa_sigaction = on_tick, .sa_flags = SA_SIGINFO | SA_RESTART};
  sigemptyset(&action.sa_mask);
  handler_installed = sigaction(TICK_SIGNAL, &action, NULL) == 0;
}

// False when the program uses the signal for something else.
bool clh_timer_usable(void) {
  pthread_once(&handler_once, install_handler);
  return handler_installed;
}

static void make_timer(ticker *t) {
  struct sigevent event = {.sigev_notify = SIGEV_THREAD_ID, .sigev_signo = TICK_SIGNAL};
  event.sigev_value.sival_ptr = t;
  event.sigev_notify_thread_id = gettid();
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, TICK_SIGNAL);
  t->failed = pthread_sigmask(SIG_UNBLOCK, &set, NULL) != 0 || timer_create(CLOCK_MONOTONIC, &event, &t->timer) != 0;
  t->made = !t->failed;
}

// False when the process has no timer left.
bool clh_ticks_begin(clh_vm *vm) {
  ticker *t = &this_ticker;
  if (!t->made && !t->failed) make_timer(t);
  if (t->failed) return false;
  t->vm = vm;  // before looking at `armed`: from here on the handler does not stop the timer
  if (!t->armed) {
    t->armed = 1;
    t->idle = 0;
    set_timer(t, TICK_NANOSECONDS);
  }
  return true;
}

void clh_ticks_end(void) { this_ticker.vm = NULL; }

void clh_thread_end(void) {
  ticker *t = &this_ticker;
  t->vm = NULL;
  if (t->made) timer_delete(t->timer);
  t->made = false;
}

#endif
