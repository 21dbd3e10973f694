// Host calls: Lua calls a Swift function, at once or by suspending the coroutine.
//
// The Swift frame is gone before anything that may raise runs: arguments are read in a no-fail window, the answer is
// pushed after Swift has returned its code.
#include "internal.h"

#include <string.h>

// Reads the arguments and asks Swift. Cannot raise.
static int ask(lua_State *L, clh_vm *vm) {
  int count = lua_gettop(L), code = CLH_RAISE;
  vm->alloc.nofail++;
  clh_read_begin(vm);
  if (vm->out.count) clh_out_reset(vm);
  bool ok = true;
  for (int i = 1; ok && i <= count; i++) ok = clh_read(vm, L, i, false);
  if (ok) {
    vm->calling = L;
    const void *function = lua_touserdata(L, lua_upvalueindex(1));
    code = vm->callbacks.call(vm->callbacks.context, function, vm->in, count, &vm->out);
    vm->calling = NULL;
  } else {
    clh_read_abandon(vm, L);
    code = -1;
  }
  vm->alloc.nofail--;
  return code;
}

// Turns what Swift left in the out buffer into results or an error.
CLH_JUMPS int clh_answer(lua_State *L, clh_vm *vm, int code) {
  clh_check_memory(L, vm);
  if (code == CLH_RETURN) {
    if (vm->out.count == 1 && vm->out.values[0].kind == CLH_INTEGER) {
      lua_pushinteger(L, vm->out.values[0].integer);
      return 1;
    }
    return clh_push_all(L, vm);
  }
  if (code < 0) return luaL_error(L, "%s", vm->message);
  if (vm->out.failed || vm->out.count == 0) return clh_raise_memory(L);
  luaL_checkstack(L, 8, NULL);
  size_t at = 0;
  clh_push(L, vm, &at);
  return lua_error(L);
}

CLH_JUMPS int clh_call_host(lua_State *L) {
  clh_vm *vm = clh_vm_of(L);
  return clh_answer(L, vm, ask(L, vm));
}

static int after_waiting(lua_State *L, int status, lua_KContext context) {
  (void)status, (void)context;
  clh_vm *vm = clh_vm_of(L);
  vm->task->awaiting = NULL;
  return clh_answer(L, vm, vm->task->answer);
}

CLH_JUMPS int clh_call_waiting(lua_State *L) {
  clh_vm *vm = clh_vm_of(L);
  if (!vm->task || !clh_can_yield(L, vm)) return luaL_error(L, "cannot await inside a comparator or callback");
  int code = ask(L, vm);
  if (code != CLH_PENDING) return clh_answer(L, vm, code);
  vm->task->awaiting = L;
  vm->host_yield = CLH_AWAIT;
  return lua_yieldk(L, 0, 0, after_waiting);
}

CLH_JUMPS void clh_push_function(lua_State *L, const void *function, bool waiting) {
  lua_pushlightuserdata(L, (void *)function);
  lua_pushcclosure(L, waiting ? clh_call_waiting : clh_call_host, 1);
}

int32_t clh_caller(clh_vm *vm, clh_task *task, const char **source) {
  lua_State *L = task ? task->awaiting : vm->calling;
  lua_Debug ar;
  for (int level = 1; L && lua_getstack(L, level, &ar); level++) {
    lua_getinfo(L, "Sl", &ar);
    if (ar.currentline > 0) {
      memcpy(vm->caller, ar.short_src, sizeof vm->caller);
      *source = vm->caller;
      return ar.currentline;
    }
  }
  *source = NULL;
  return -1;
}
