// Looking at running scripts: slices, cancellation, limits, and how a task is ended.
//
// Without a limit of instructions no hook is installed while a script runs. The ticker (ticker.c) signals the VM's thread every
// 10 ms while it is inside Lua and arms a hook on the running coroutine, which fires at the next instruction. With such a limit,
// or where no timer is to be had, there is a permanent count hook, too.
#include "internal.h"

#include <time.h>

// What a task that cannot yield is ended with: raised by C, or raised in a hook.
static const char end_marks[2];
enum { RAISED_BY_C, RAISED_IN_HOOK };

static int64_t now_on(clockid_t clock) {
  struct timespec time;
  clock_gettime(clock, &time);
  return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

bool clh_is_end_mark(lua_State *L, int index) {
  const void *value = lua_islightuserdata(L, index) ? lua_touserdata(L, index) : NULL;
  return value == &end_marks[RAISED_BY_C] || value == &end_marks[RAISED_IN_HOOK];
}

// Whether a coroutine died by what a hook raised. Lua leaves hooks off for such a one, so that nothing could end its `__close`
// handlers: it must not be closed.
bool clh_died_in_hook(lua_State *co) {
  int status = lua_status(co);
  return status != LUA_OK && status != LUA_YIELD && lua_touserdata(co, -1) == &end_marks[RAISED_IN_HOOK];
}

// MARK: the end of a task

// Condemns the running task, unless it is already; answers whether it has to end.
bool clh_stop(clh_vm *vm, int kill, int detail) {
  clh_task *task = vm->task;
  if (vm->in_grace) {
    vm->grace_over = true;  // the task keeps the reason it was ended for
    return true;
  }
  if (!task->kill) {
    task->kill = kill;
    if (kill == CLH_KILL_EXIT) task->exit_code = detail;
    if (kill == CLH_KILL_LIMIT) {
      task->limit = detail;
      if (vm->running) clh_note_place(task, vm->running, 0);
    }
  }
  return true;
}

// Leaves the ended task: by yielding where that is possible, since it is never resumed; its handlers run afterwards, see
// clh_task_free. Else by raising what the replaced pcall, xpcall, load and coroutine functions do not keep; then handlers run as the
// stack unwinds.
CLH_JUMPS static int end_task(lua_State *L, int how) {
  clh_vm *vm = clh_vm_of(L);
  if (!vm->in_grace && lua_isyieldable(L)) {
    vm->host_yield = CLH_KILLED;
    return lua_yield(L, 0);
  }
  clh_begin_unwinding(vm);
  lua_sethook(L, clh_hook, LUA_MASKCOUNT, vm->grace_over ? 1 : CLH_HOOK_COUNT);
  lua_pushlightuserdata(L, (void *)&end_marks[how]);
  return lua_error(L);
}

CLH_JUMPS int clh_end_task(lua_State *L) { return end_task(L, RAISED_BY_C); }

// MARK: looking

static int passed_time_limit(const clh_vm *vm) {
  int64_t now = now_on(CLOCK_MONOTONIC);
  if (now < vm->deadline) return CLH_LIMIT_NONE;
  const clh_limits *limits = &vm->limits;
  bool cumulative = limits->running_time && vm->running_time + now - vm->slice_began >= limits->running_time;
  return cumulative ? CLH_LIMIT_RUNNING_TIME : CLH_LIMIT_BURST_TIME;
}

static int passed_limit(const clh_vm *vm) {
  const clh_limits *limits = &vm->limits;
  if (limits->instructions && vm->instructions > limits->instructions) return CLH_LIMIT_INSTRUCTIONS;
  if (limits->burst_instructions && vm->task->burst > limits->burst_instructions) return CLH_LIMIT_BURST_INSTRUCTIONS;
  if (vm->deadline && (vm->slice_over || !vm->ticking)) return passed_time_limit(vm);
  return CLH_LIMIT_NONE;
}

// Takes `steps` from the budgets of what runs; answers whether it has to end.
bool clh_account(lua_State *L, clh_vm *vm, uint64_t steps) {
  clh_task *task = vm->task;
  if (vm->in_grace) {
    vm->grace_left -= steps < INT64_MAX ? (int64_t)steps : INT64_MAX;
    if (vm->grace_left <= 0) vm->grace_over = true;
    if (vm->slice_over || !vm->ticking) {
      vm->slice_over = 0;
      if (now_on(CLOCK_THREAD_CPUTIME_ID) > vm->grace_deadline) vm->grace_over = true;
    }
    return vm->grace_over;
  }
  vm->instructions += steps;
  task->burst += steps;
  if (task->kill) return true;
  if (clh_flag_is_set(task->flag)) return clh_stop(vm, CLH_KILL_CANCEL, 0);
  int limit = passed_limit(vm);
  if (limit == CLH_LIMIT_NONE) return false;
  vm->running = L;
  return clh_stop(vm, CLH_KILL_LIMIT, limit);
}

// Takes what has piled up from the budget of the code that did it, since who runs next must not pay for it. Whether the budget is
// used up is seen at the next look. In grace the work is forgotten: its budget ends here.
void clh_book_work(clh_vm *vm) {
  if (!vm->in_grace) {
    vm->instructions += vm->work;
    if (vm->task) vm->task->burst += vm->work;
  }
  vm->work = 0;
}

bool clh_slice_is_over(const clh_vm *vm) {
  // Two ticks: a task that waits often enough is never interrupted, whatever the timer's phase.
  return vm->ticking ? vm->ticks >= 2 : vm->instructions - vm->slice_start >= CLH_SLICE_COUNT;
}

// Runs in the script's coroutine between two instructions.
void clh_hook(lua_State *L, lua_Debug *ar) {
  (void)ar;
  clh_vm *vm = clh_vm_of(L);
  int count = lua_gethookcount(L);
  if (!vm->counting && !vm->in_grace) {
    lua_sethook(L, NULL, 0, 0);
  } else if (count != CLH_HOOK_COUNT) {  // the ticker or the end of a task armed it
    lua_sethook(L, clh_hook, LUA_MASKCOUNT, CLH_HOOK_COUNT);
  }
  if (!vm->task) return;
  uint64_t steps = (uint64_t)count + vm->work;
  vm->work = 0;
  bool over = clh_account(L, vm, steps), slice_over = !over && !vm->in_grace && clh_slice_is_over(vm);
  if (vm->ticking && vm->ticks < 2) vm->slice_over = 0;  // seen
  if (slice_over && !clh_can_yield(L, vm)) {
    // Nobody else can run, but time goes on: a `task.timeout` around this may be over.
    vm->slice_over = vm->ticks = 0;
    vm->slice_start = vm->instructions;
    vm->callbacks.tick(vm->callbacks.context);
    slice_over = false;
    over = vm->task->kill != CLH_KILL_NONE;
  }
  if (over) {
    end_task(L, RAISED_IN_HOOK);
  } else if (slice_over) {
    vm->host_yield = CLH_PREEMPTED;
    lua_yield(L, 0);
  }
}

// Notes which coroutine runs from here on. The ticker arms only the one that runs when it ticks, which may run C until its end: the
// next must look in its place.
static void run_on(clh_vm *vm, lua_State *L) {
  vm->running = L;
  if ((vm->slice_over || vm->in_grace) && lua_gethook(L) != clh_hook)
    lua_sethook(L, clh_hook, LUA_MASKCOUNT, vm->slice_over ? 1 : CLH_HOOK_COUNT);
}

void clh_enter(clh_vm *vm, lua_State *co) { run_on(vm, co); }
void clh_leave(clh_vm *vm, lua_State *L) { run_on(vm, L); }

void clh_charge_resume(clh_vm *vm) {
  if (vm->in_grace) {
    vm->grace_left -= CLH_RESUME_COUNT;
  } else if (vm->counting) {
    vm->instructions += CLH_RESUME_COUNT;
    if (vm->task) vm->task->burst += CLH_RESUME_COUNT;
  }
}

// MARK: output

// Counts what a script is about to print; what would go over the limit ends the task instead.
CLH_JUMPS void clh_count_output(lua_State *L, size_t bytes) {
  clh_vm *vm = clh_vm_of(L);
  if (!clh_add_output(vm, bytes)) clh_end_task(L);
}

bool clh_add_output(clh_vm *vm, size_t bytes) {
  uint64_t limit = vm->limits.output;
  if (limit && bytes > limit - vm->printed) {
    if (!vm->task) return false;
    clh_stop(vm, CLH_KILL_LIMIT, CLH_LIMIT_OUTPUT);
    if (vm->running) lua_sethook(vm->running, clh_hook, LUA_MASKCOUNT, 1);
    return false;
  }
  vm->printed += bytes;
  return true;
}

// MARK: slices

void clh_slice_begin(clh_vm *vm) {
  const clh_limits *limits = &vm->limits;
  clh_task *task = vm->task;
  vm->slice_over = vm->ticks = 0;
  vm->slice_start = vm->instructions;
  vm->deadline = 0;
  if (limits->running_time || limits->burst_time) {
    vm->slice_began = now_on(CLOCK_MONOTONIC);
    int64_t left = limits->running_time ? limits->running_time - vm->running_time : INT64_MAX;
    int64_t burst_left = limits->burst_time ? limits->burst_time - task->burst_time : INT64_MAX;
    if (burst_left < left) left = burst_left;
    vm->deadline = left < INT64_MAX - vm->slice_began ? vm->slice_began + left : INT64_MAX;
    if (left <= 0) {  // used up in steps too short to be seen by a tick
      vm->slice_over = 1;
      lua_sethook(task->co, clh_hook, LUA_MASKCOUNT, 1);
    }
  }
  if (vm->ticking && !clh_ticks_begin(vm)) {
    // No timer left in this process: count on. Coroutines inherit the hook from the main state.
    vm->ticking = false;
    vm->counting = true;
    lua_sethook(vm->L, clh_hook, LUA_MASKCOUNT, CLH_HOOK_COUNT);
    lua_sethook(task->co, clh_hook, LUA_MASKCOUNT, CLH_HOOK_COUNT);
  }
}

void clh_slice_end(clh_vm *vm) {
  if (vm->ticking) clh_ticks_end();
  if (vm->deadline) {
    int64_t took = now_on(CLOCK_MONOTONIC) - vm->slice_began;
    vm->running_time += took;
    vm->task->burst_time += took;
    vm->deadline = 0;
  }
}

// MARK: grace

static void grant(clh_vm *vm) {
  clh_book_work(vm);
  int64_t wall = now_on(CLOCK_MONOTONIC), now = now_on(CLOCK_THREAD_CPUTIME_ID);
  if (wall - vm->grace_window >= CLH_GRACE_WINDOW) {
    vm->grace_window = wall;
    vm->grace_spent = 0;
  }
  int64_t left = CLH_GRACE_NANOSECONDS - vm->grace_spent;
  vm->grace_left = left > 0 ? CLH_GRACE_COUNT : CLH_GRACE_LEAST;
  vm->grace_deadline = left > 0 ? now + left : INT64_MAX;
  vm->in_grace = true;
  vm->grace_over = false;
}

static void withdraw(clh_vm *vm) {
  clh_book_work(vm);
  if (vm->grace_deadline != INT64_MAX)
    vm->grace_spent = CLH_GRACE_NANOSECONDS - (vm->grace_deadline - now_on(CLOCK_THREAD_CPUTIME_ID));
  vm->in_grace = vm->grace_over = false;
}

// From here to the end of the step, only handlers of the ended task run.
void clh_begin_unwinding(clh_vm *vm) {
  if (vm->in_grace) return;
  grant(vm);
  vm->host_yield = 0;
  vm->blocked++;
}

// Between these two, script code runs for the host or after the end of its task.
void clh_grace_begin(clh_vm *vm, clh_task *task) {
  vm->task = task;
  vm->blocked = 1;
  vm->slice_over = 0;
  vm->stack_base = __builtin_frame_address(0);
  grant(vm);
  run_on(vm, vm->L);
  if (vm->ticking) clh_ticks_begin(vm);
}

void clh_grace_end(clh_vm *vm) {
  if (vm->ticking) clh_ticks_end();
  withdraw(vm);
  vm->task = NULL;
  vm->blocked = 0;
  vm->running = NULL;
  if (!vm->counting) lua_sethook(vm->L, NULL, 0, 0);
}

void clh_unwound(clh_vm *vm) {
  if (vm->in_grace) withdraw(vm);
}
