// Interrupting scripts: slices, cancellation, instruction limits.
//
// Without an instruction limit no hook is installed while a script runs. A POSIX timer of the VM's own thread signals that
// thread every 10 ms while it is inside Lua; the handler arms a hook on the running coroutine, which fires at the next
// instruction. With a limit (or where no timer is to be had) a permanent count hook does the same.
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

static const char kill_mark;

// Leaves a killed task: by yielding where that is possible, since it is never resumed. Else by raising what the replaced
// pcall, xpcall and coroutine functions do not keep; whatever else catches it, as `load` does, meets it at the next instruction.
CLH_JUMPS int clh_end_task(lua_State *L) {
  clh_vm *vm = clh_vm_of(L);
  if (clh_can_yield(L, vm)) {
    // Not by raising: handlers that run for an error raised in a hook run with hooks off, for ever if they like.
    vm->host_yield = CLH_KILLED;
    return lua_yield(L, 0);
  }
  lua_sethook(L, clh_hook, LUA_MASKCOUNT, 1);
  lua_pushlightuserdata(L, (void *)&kill_mark);
  return lua_error(L);
}

// Whether a coroutine died by what clh_end_task raises. Such a one must not be closed: if it was raised in a hook, Lua
// leaves hooks off for that coroutine, and nothing could end its `__close` handlers.
bool clh_died_of_kill(lua_State *co) {
  int status = lua_status(co);
  return status != LUA_OK && status != LUA_YIELD && lua_touserdata(co, -1) == &kill_mark;
}

// Runs in the script's coroutine between two instructions.
void clh_hook(lua_State *L, lua_Debug *ar) {
  (void)ar;
  clh_vm *vm = clh_vm_of(L);
  clh_task *task = vm->task;
  bool slice_over = vm->slice_over;
  if (vm->counting || vm->in_grace) {
    // A coroutine that a killed task or the timer left armed may be used again.
    if (lua_gethookcount(L) != CLH_HOOK_COUNT) lua_sethook(L, clh_hook, LUA_MASKCOUNT, CLH_HOOK_COUNT);
  } else {
    lua_sethook(L, NULL, 0, 0);
  }
  if (!task) return;
  if (vm->in_grace) {
    vm->grace_left -= CLH_HOOK_COUNT;
    if (vm->grace_left <= 0) task->kill = CLH_KILL_LIMIT;
  } else {
    if (vm->counting) {
      vm->instructions += CLH_HOOK_COUNT;
      slice_over = vm->instructions - vm->slice_start >= CLH_SLICE_COUNT;
    }
    if (slice_over && !clh_can_yield(L, vm)) {
      // Nobody else can run, but time goes on: a `task.timeout` around this may be over.
      vm->slice_over = 0;
      vm->slice_start = vm->instructions;
      vm->callbacks.tick(vm->callbacks.context);
    }
    if (task->kill) {
      // stays what it is
    } else if (clh_flag_is_set(task->flag)) {
      task->kill = CLH_KILL_CANCEL;
    } else if (vm->limits.instructions && vm->instructions > vm->limits.instructions) {
      task->kill = CLH_KILL_LIMIT;
    }
  }
  if (task->kill) {
    clh_end_task(L);
  } else if (slice_over && clh_can_yield(L, vm)) {
    vm->host_yield = CLH_PREEMPTED;
    lua_yield(L, 0);
  }
}

// Between these two, script code runs for the host or after the end of its task: with one budget for all of it, unable to
// yield, and heedless of a cancellation.
void clh_grace_begin(clh_vm *vm, clh_task *task) {
  vm->task = task;
  vm->blocked = 1;
  vm->in_grace = true;
  vm->grace_left = CLH_GRACE_COUNT;
  vm->stack_base = __builtin_frame_address(0);
  lua_sethook(vm->L, clh_hook, LUA_MASKCOUNT, CLH_HOOK_COUNT);
}

void clh_grace_end(clh_vm *vm) {
  vm->task = NULL;
  vm->blocked = 0;
  vm->in_grace = false;
  vm->running = NULL;
  if (!vm->counting) lua_sethook(vm->L, NULL, 0, 0);
}

// Notes which coroutine runs from here on. In grace there is no timer, so each must have the hook.
void clh_enter(clh_vm *vm, lua_State *co) {
  vm->running = co;
  if (vm->in_grace) lua_sethook(co, clh_hook, LUA_MASKCOUNT, CLH_HOOK_COUNT);
}

void clh_charge_resume(clh_vm *vm) {
  if (vm->in_grace) {
    vm->grace_left -= CLH_RESUME_COUNT;
  } else if (vm->counting) {
    vm->instructions += CLH_RESUME_COUNT;
  }
}

void clh_thread_begin(void) {
#if defined(__linux__)
  pthread_setname_np(pthread_self(), "lua");
#endif
}

#ifdef CLH_NO_TIMER

bool clh_timer_usable(void) { return false; }
void clh_slice_begin(clh_vm *vm) { vm->slice_start = vm->instructions; }
void clh_slice_end(clh_vm *vm) { (void)vm; }
void clh_thread_end(void) {}

#else

#ifndef sigev_notify_thread_id
#define sigev_notify_thread_id _sigev_un._tid
#endif

// SIGURG: ignored by default and used for nothing else in practice, which is why Go's runtime preempts with it too.
#define SLICE_SIGNAL SIGURG
#define SLICE_NANOSECONDS 10000000
#define IDLE_TICKS 5

typedef struct slicer {
  timer_t timer;
  bool made, failed;
  volatile sig_atomic_t armed, idle;
  clh_vm *volatile vm;  // inside Lua now
} slicer;

// Each thread has its own, and only signals directed at that thread touch it, so plain volatile fields are enough.
static _Thread_local slicer this_slicer;
static pthread_once_t handler_once = PTHREAD_ONCE_INIT;
static bool handler_installed;

static void set_timer(slicer *s, long nanoseconds) {
  struct itimerspec spec = {.it_value = {.tv_nsec = nanoseconds}, .it_interval = {.tv_nsec = nanoseconds}};
  timer_settime(s->timer, 0, &spec, NULL);  // async-signal-safe
}

static void on_tick(int number, siginfo_t *info, void *context) {
  (void)number, (void)context;
  if (info->si_code != SI_TIMER || !info->si_value.sival_ptr) return;
  int saved = errno;
  slicer *s = info->si_value.sival_ptr;
  clh_vm *vm = s->vm;
  if (vm) {
    s->idle = 0;
    vm->slice_over = 1;
    lua_State *L = vm->running;
    // What lua.c does on SIGINT: ldebug.c allows it in a signal, because the hook fields are read afresh. Once is enough: setting a
    // hook visits every frame of the coroutine, and with 200,000 of them that can outlast a tick, so that nothing else would run.
    if (L && !(lua_gethook(L) == clh_hook && lua_gethookcount(L) == 1)) lua_sethook(L, clh_hook, LUA_MASKCOUNT, 1);
  } else if (++s->idle > IDLE_TICKS) {
    set_timer(s, 0);
    s->armed = 0;
  }
  errno = saved;
}

static void install_handler(void) {
  struct sigaction present;
  if (sigaction(SLICE_SIGNAL, NULL, &present) != 0) return;
  if (present.sa_flags & SA_SIGINFO || (present.sa_handler != SIG_DFL && present.sa_handler != SIG_IGN)) return;
  struct sigaction action = {.sa_sigaction = on_tick, .sa_flags = SA_SIGINFO | SA_RESTART};
  sigemptyset(&action.sa_mask);
  handler_installed = sigaction(SLICE_SIGNAL, &action, NULL) == 0;
}

// Whether slices can be cut by the timer; false when the program uses the signal for something else.
bool clh_timer_usable(void) {
  pthread_once(&handler_once, install_handler);
  return handler_installed;
}

static void make_timer(slicer *s) {
  struct sigevent event = {.sigev_notify = SIGEV_THREAD_ID, .sigev_signo = SLICE_SIGNAL};
  event.sigev_value.sival_ptr = s;
  event.sigev_notify_thread_id = gettid();
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SLICE_SIGNAL);
  s->failed = pthread_sigmask(SIG_UNBLOCK, &set, NULL) != 0 || timer_create(CLOCK_MONOTONIC, &event, &s->timer) != 0;
  s->made = !s->failed;
}

void clh_slice_begin(clh_vm *vm) {
  vm->slice_over = 0;
  vm->slice_start = vm->instructions;
  if (vm->counting) return;
  slicer *s = &this_slicer;
  if (!s->made && !s->failed) make_timer(s);
  if (s->failed) {
    // No timer left in this process: count on. Coroutines inherit the hook from the main state.
    vm->counting = true;
    lua_sethook(vm->L, clh_hook, LUA_MASKCOUNT, CLH_HOOK_COUNT);
    lua_sethook(vm->running, clh_hook, LUA_MASKCOUNT, CLH_HOOK_COUNT);
    return;
  }
  s->vm = vm;  // before looking at `armed`: from here on the handler does not stop the timer
  if (!s->armed) {
    s->armed = 1;
    s->idle = 0;
    set_timer(s, SLICE_NANOSECONDS);
  }
}

void clh_slice_end(clh_vm *vm) {
  (void)vm;
  this_slicer.vm = NULL;
}

void clh_thread_end(void) {
  slicer *s = &this_slicer;
  s->vm = NULL;
  if (s->made) timer_delete(s->timer);
  s->made = false;
}

#endif
