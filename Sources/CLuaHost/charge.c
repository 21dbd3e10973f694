// Charging the running task for work done in C, where no hook looks in.
#include "internal.h"

// Takes what has piled up from the task's instructions, and ends the task when it is over.
CLH_JUMPS void clh_charge_now(lua_State *L) {
  clh_vm *vm = clh_vm_of(L);
  uint64_t work = vm->work;
  vm->work = 0;
  if (vm->task && clh_account(L, vm, work)) clh_end_task(L);
}

// Whether others of the VM should have their turn now, and a C function with a continuation can let them.
bool clh_should_pause(lua_State *L) {
  clh_vm *vm = clh_vm_of(L);
  if (!vm->task || vm->in_grace || !clh_can_yield(L, vm)) return false;
  return clh_slice_is_over(vm);
}

// Lets others go on; `k` runs when it is this task's turn again.
CLH_JUMPS int clh_pause(lua_State *L, lua_KContext context, lua_KFunction k) {
  clh_vm_of(L)->host_yield = CLH_PREEMPTED;
  return lua_yieldk(L, 0, context, k);
}
