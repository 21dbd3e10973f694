// Charging the running task for work done in C, where no hook looks in.
#include "internal.h"

// Takes what has piled up from the task's instructions, and ends the task when it is over.
CLH_JUMPS void clh_charge_now(lua_State *L) {
  clh_vm *vm = clh_vm_of(L);
  uint64_t work = vm->work;
  vm->work = 0;
  clh_task *task = vm->task;
  if (!task) return;
  if (vm->in_grace) {
    vm->grace_left -= work < INT64_MAX ? (int64_t)work : INT64_MAX;
    if (vm->grace_left <= 0) task->kill = CLH_KILL_LIMIT;
  } else {
    vm->instructions += work;
    if (task->kill) {
      // stays what it is
    } else if (clh_flag_is_set(task->flag)) {
      task->kill = CLH_KILL_CANCEL;
    } else if (vm->limits.instructions && vm->instructions > vm->limits.instructions) {
      task->kill = CLH_KILL_LIMIT;
    }
  }
  if (task->kill) clh_end_task(L);
}

// Whether others of the VM should have their turn now, and a C function with a continuation can let them.
bool clh_should_pause(lua_State *L) {
  clh_vm *vm = clh_vm_of(L);
  if (!vm->task || vm->in_grace || !clh_can_yield(L, vm)) return false;
  return vm->counting ? vm->instructions - vm->slice_start >= CLH_SLICE_COUNT : vm->slice_over;
}

// Lets others go on; `k` runs when it is this task's turn again.
CLH_JUMPS int clh_pause(lua_State *L, lua_KContext context, lua_KFunction k) {
  clh_vm_of(L)->host_yield = CLH_PREEMPTED;
  return lua_yieldk(L, 0, context, k);
}
