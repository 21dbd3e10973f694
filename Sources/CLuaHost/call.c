// Host calls: Lua calls a Swift function, at once or by suspending the coroutine.
//
// The Swift frame is gone before anything that may raise runs: arguments are read in a no-fail window, the answer is
// pushed after Swift has returned its code.
#include "internal.h"

#include <string.h>

// Calls with at most this many arguments, all plain, need no buffer: a receiver and six more.
#define PLAIN_ARGUMENTS 7

// The VM that this thread serves a call of. Tells whoever kept a call's arguments whether that call is still going on.
static _Thread_local clh_vm *served_here;

void *clh_serving(const clh_vm *vm) { return served_here && served_here == vm ? served_here->callbacks.context : NULL; }

// Reads a value that refers to nothing: without a buffer, without the registry. Numbers first, since most are.
static inline bool read_plain(lua_State *L, int index, clh_value *value) {
  if (lua_isinteger(L, index)) {
    value->kind = CLH_INTEGER;
    value->integer = lua_tointegerx(L, index, NULL);
    return true;
  }
  switch (lua_type(L, index)) {
    case LUA_TNUMBER:
      value->kind = CLH_NUMBER;
      value->number = lua_tonumberx(L, index, NULL);
      return true;
    case LUA_TSTRING:
      value->kind = CLH_STRING;
      value->bytes = lua_tolstring(L, index, &value->length);
      return true;
    case LUA_TBOOLEAN:
      value->kind = CLH_BOOLEAN;
      value->integer = lua_toboolean(L, index);
      return true;
    case LUA_TNIL: value->kind = CLH_NIL; return true;
    case LUA_TUSERDATA: value->kind = CLH_OBJECT; return clh_object_handle(L, index, &value->handle);
    default: return false;
  }
}

static inline int call(lua_State *L, clh_vm *vm, clh_call *swift, clh_value *values, int count) {
  vm->calling = L;
  served_here = vm;
  int code = swift(vm->callbacks.context, lua_touserdata(L, lua_upvalueindex(1)), values, count, &vm->out);
  served_here = NULL;
  vm->calling = NULL;
  return code;
}

// Has Swift say why the argument at `index` cannot cross.
static int refuse(clh_vm *vm, lua_State *L, const void *function, int index) {
  clh_read_abandon(vm, L);
  if (vm->no_memory) return CLH_NO_MEMORY;
  vm->calling = L;
  int code = vm->callbacks.refuse(vm->callbacks.context, function, index, &vm->out);
  vm->calling = NULL;
  return code;
}

// Reads any arguments and asks Swift. Cannot raise.
static int ask(lua_State *L, clh_vm *vm, clh_call *swift) {
  int count = lua_gettop(L), code;
  vm->alloc.nofail++;
  lua_Integer depth = lua_tointeger(L, lua_upvalueindex(2));
  clh_read_begin(vm, depth ? (uint32_t)depth - 1 : CLH_COPY_ALL);
  int read = 0;
  while (read < count && clh_read(vm, L, read + 1, false)) read++;
  code = read == count ? call(L, vm, swift, vm->in, count)
                       : refuse(vm, L, lua_touserdata(L, lua_upvalueindex(1)), read + 1);
  vm->alloc.nofail--;
  return code;
}

// The same for plain arguments; leaves others to `ask`.
static inline int ask_plainly(lua_State *L, clh_vm *vm, clh_call *swift) {
  clh_value values[PLAIN_ARGUMENTS];
  int count = lua_gettop(L);
  clh_out_clear(vm);
  if (count > PLAIN_ARGUMENTS) return ask(L, vm, swift);
  for (int i = 0; i < count; i++) {
    if (!read_plain(L, i + 1, &values[i])) return ask(L, vm, swift);
    if (values[i].kind == CLH_STRING && values[i].length > vm->limits.bytes / PLAIN_ARGUMENTS) return ask(L, vm, swift);
  }
  vm->in_count = 0;  // nothing that clh_forget_arguments would have to let go of
  vm->alloc.nofail++;
  int code = call(L, vm, swift, values, count);
  vm->alloc.nofail--;
  return code;
}

// Turns what Swift left in the out buffer into results or an error.
CLH_JUMPS int clh_answer(lua_State *L, clh_vm *vm, int code) {
  clh_check_memory(L, vm);
  if (code == CLH_RETURN) {
    if (vm->out.count == 1 && !vm->out.failed) {
      const clh_value *value = vm->out.values;
      switch (value->kind) {
        case CLH_INTEGER: lua_pushinteger(L, value->integer); return 1;
        case CLH_NUMBER: lua_pushnumber(L, value->number); return 1;
        case CLH_BOOLEAN: lua_pushboolean(L, (int)value->integer); return 1;
        case CLH_STRING: lua_pushlstring(L, vm->out.bytes + value->offset, value->length); return 1;
        default: break;
      }
    }
    return clh_push_all(L, vm);
  }
  if (code == CLH_NO_MEMORY || vm->out.failed || vm->out.count == 0) return clh_raise_memory(L);
  clh_need_stack(L, 8, "error for the script");
  size_t at = 0;
  clh_push(L, vm, &at);
  return lua_error(L);
}

CLH_JUMPS static int call_host(lua_State *L) {
  clh_vm *vm = clh_vm_of(L);
  return clh_answer(L, vm, ask_plainly(L, vm, vm->callbacks.call));
}

CLH_JUMPS static int call_raw(lua_State *L) {
  clh_vm *vm = clh_vm_of(L);
  return clh_answer(L, vm, ask_plainly(L, vm, vm->callbacks.raw));
}

static int after_waiting(lua_State *L, int status, lua_KContext context) {
  (void)status, (void)context;
  clh_vm *vm = clh_vm_of(L);
  return clh_answer(L, vm, vm->task->answer);
}

CLH_JUMPS static int call_waiting(lua_State *L) {
  clh_vm *vm = clh_vm_of(L);
  if (!vm->task || !clh_can_yield(L, vm)) return clh_refuse_await(L);
  int code = ask_plainly(L, vm, vm->callbacks.call);
  if (code != CLH_PENDING) return clh_answer(L, vm, code);
  vm->host_yield = CLH_AWAIT;
  return lua_yieldk(L, 0, 0, after_waiting);
}

CLH_JUMPS void clh_push_function(lua_State *L, const void *function, int how) {
  static const lua_CFunction calls[] = {call_host, call_waiting, call_raw};
  lua_pushlightuserdata(L, (void *)function);
  lua_pushinteger(L, how >> 8);
  lua_pushcclosure(L, calls[how & 0xff], 2);
}

// The declaration behind a host function on the stack; NULL if it is something else.
const void *clh_host_function(lua_State *L, int index) {
  lua_CFunction f = lua_tocfunction(L, index);
  if (f != call_host && f != call_waiting && f != call_raw) return NULL;
  lua_getupvalue(L, index, 1);
  const void *function = lua_touserdata(L, -1);
  lua_pop(L, 1);
  return function;
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
