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
  lua_Integer depth = lua_tointeger(L, lua_upvalueindex(2));
  clh_read_begin(vm, depth ? (uint32_t)depth - 1 : CLH_COPY_ALL);
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

#define RAW_ARGUMENTS 6

// Functions declared by their Swift types take plain values only: those need no buffer, and no reference can be lost.
CLH_JUMPS int clh_call_raw(lua_State *L) {
  clh_vm *vm = clh_vm_of(L);
  clh_value values[RAW_ARGUMENTS];
  int count = lua_gettop(L);
  if (count > RAW_ARGUMENTS) return clh_call_host(L);
  for (int i = 0; i < count; i++) {
    clh_value *value = &values[i];
    switch (lua_type(L, i + 1)) {
      case LUA_TNUMBER:
        if (lua_isinteger(L, i + 1)) {
          value->kind = CLH_INTEGER;
          value->integer = lua_tointegerx(L, i + 1, NULL);
        } else {
          value->kind = CLH_NUMBER;
          value->number = lua_tonumberx(L, i + 1, NULL);
        }
        break;
      case LUA_TBOOLEAN:
        value->kind = CLH_BOOLEAN;
        value->integer = lua_toboolean(L, i + 1);
        break;
      case LUA_TSTRING:
        value->kind = CLH_STRING;
        value->bytes = lua_tolstring(L, i + 1, &value->length);
        break;
      default: return clh_call_host(L);
    }
  }
  if (vm->out.count) clh_out_reset(vm);
  vm->in_count = 0;
  vm->calling = L;
  vm->alloc.nofail++;
  const void *function = lua_touserdata(L, lua_upvalueindex(1));
  int code = vm->callbacks.call(vm->callbacks.context, function, values, count, &vm->out);
  vm->alloc.nofail--;
  vm->calling = NULL;
  return clh_answer(L, vm, code);
}

static int after_waiting(lua_State *L, int status, lua_KContext context) {
  (void)status, (void)context;
  clh_vm *vm = clh_vm_of(L);
  return clh_answer(L, vm, vm->task->answer);
}

CLH_JUMPS int clh_call_waiting(lua_State *L) {
  clh_vm *vm = clh_vm_of(L);
  if (!vm->task || !clh_can_yield(L, vm)) return clh_refuse_await(L);
  int code = ask(L, vm);
  if (code != CLH_PENDING) return clh_answer(L, vm, code);
  vm->host_yield = CLH_AWAIT;
  return lua_yieldk(L, 0, 0, after_waiting);
}

CLH_JUMPS void clh_push_function(lua_State *L, const void *function, int how) {
  static const lua_CFunction calls[] = {clh_call_host, clh_call_waiting, clh_call_raw};
  lua_pushlightuserdata(L, (void *)function);
  lua_pushinteger(L, how >> 8);
  lua_pushcclosure(L, calls[how & 0xff], 2);
}

int32_t clh_caller(clh_vm *vm, const char **source, bool *same) {
  lua_State *L = vm->calling;
  lua_Debug ar;
  for (int level = 1; L && lua_getstack(L, level, &ar); level++) {
    lua_getinfo(L, "Sl", &ar);
    if (ar.currentline > 0) {
      *same = strcmp(vm->caller, ar.short_src) == 0;
      if (!*same) memcpy(vm->caller, ar.short_src, sizeof vm->caller);
      *source = vm->caller;
      return ar.currentline;
    }
  }
  *source = NULL;
  return -1;
}
