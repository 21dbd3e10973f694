// The coroutine library, with resume, wrap and close replaced so that the host may yield through a script's coroutines.
//
// A resumed coroutine that comes back with LUA_YIELD while clh_vm.host_yield is set yielded for the host, not for the
// script: the yield is passed on outwards, with a continuation that resumes the inner coroutine when the host is ready.
#include "internal.h"

// How much C stack may be in use when a coroutine is closed. Lua 5.4.4 counts C levels afresh in the closed coroutine, so
// that nesting of closes, each with 200 levels of other calls in between, would run over the end of the stack.
#define CLOSE_STACK_LIMIT (512 * 1024)

static int co_yield(lua_State *L);
static int co_resume(lua_State *L);
static int wrap_call(lua_State *L);

static lua_State *get_coroutine(lua_State *L) {
  lua_State *co = lua_tothread(L, 1);
  luaL_argexpected(L, co, 1, "coroutine");
  return co;
}

// The function a suspended coroutine stands in; NULL for one that has not started or stands in a Lua function.
static lua_CFunction suspended_in(lua_State *co, bool *started) {
  lua_Debug ar;
  *started = lua_getstack(co, 0, &ar) != 0;
  if (!*started || !clh_certain_stack(co, 2)) return NULL;
  lua_getinfo(co, "f", &ar);
  lua_CFunction f = lua_tocfunction(co, -1);
  lua_pop(co, 1);
  return f;
}

// Whether a coroutine was suspended by the host: then only its own task may go on with it.
static bool held_by_host(lua_State *co) {
  if (lua_status(co) != LUA_YIELD) return false;
  bool started;
  return suspended_in(co, &started) != co_yield;
}

// The coroutine through which `co` passed a host yield on; NULL if it is the innermost.
static lua_State *inner_coroutine(lua_State *co) {
  lua_Debug ar;
  lua_State *inner = NULL;
  if (lua_status(co) != LUA_YIELD || !clh_certain_stack(co, 4) || !lua_getstack(co, 0, &ar)) return NULL;
  lua_getinfo(co, "f", &ar);
  lua_CFunction f = lua_tocfunction(co, -1);
  if (f == wrap_call) {
    lua_getupvalue(co, -1, 1);
    inner = lua_tothread(co, -1);
    lua_pop(co, 1);
  } else if (f == co_resume && lua_getlocal(co, &ar, 1)) {
    inner = lua_tothread(co, -1);
    lua_pop(co, 1);
  }
  lua_pop(co, 1);
  return inner;
}

static void close_level(clh_vm *vm, lua_State *co, int depth) {
  lua_State *inner = depth < 200 ? inner_coroutine(co) : NULL;
  if (inner && inner != co) close_level(vm, inner, depth + 1);
  if (clh_died_in_hook(co)) return;
  clh_enter(vm, co);
  lua_resetthread(co);
  lua_settop(co, 0);  // without an error of a handler: a script that holds the coroutine finds it dead
}

// Runs the handlers of a chain of coroutines, from the innermost outwards, in grace.
void clh_close_chain(clh_vm *vm, lua_State *co) { close_level(vm, co, 0); }

// Goes on ending the task after the coroutine that was resumed here has ended with it.
CLH_JUMPS static int abandon(lua_State *L, clh_vm *vm, lua_State *co) {
  clh_begin_unwinding(vm);
  clh_close_chain(vm, co);
  clh_leave(vm, L);
  return clh_end_task(L);
}

// Whether a coroutine is that of the task whose error is being described: it has returned, and its stack holds the error.
static bool is_ended_task(const clh_vm *vm, lua_State *co) {
  return vm->in_grace && vm->task && co == vm->task->co && lua_status(co) == LUA_OK && vm->task->failure;
}

// Resumes; answers the number of results, -1 with a message, or leaves by passing a host yield on.
static int go(lua_State *L, lua_State *co, int count, lua_KFunction k) {
  clh_vm *vm = clh_vm_of(L);
  bool blocks = !lua_isyieldable(L), was_in_grace = vm->in_grace;
  int results = 0;
  vm->blocked += blocks;
  clh_enter(vm, co);
  int status = lua_resume(co, L, count, &results);
  clh_leave(vm, L);
  vm->blocked -= blocks;
  if (status == LUA_YIELD && vm->host_yield) {
    lua_pop(co, results);
    // Where this coroutine cannot yield, only one that was ended does: see clh_can_yield.
    return blocks ? abandon(L, vm, co) : lua_yieldk(L, 0, 0, k);
  }
  if (status == LUA_OK || status == LUA_YIELD) {
    if (clh_find_stack(L, L, results + 1)) {
      lua_xmove(co, L, results);
      return results;
    }
    lua_pop(co, results);
    lua_pushliteral(L, "too many results to resume");
    return -1;
  }
  if (clh_is_doomed(vm, was_in_grace)) return abandon(L, vm, co);
  lua_xmove(co, L, 1);
  return -1;
}

static int start(lua_State *L, lua_State *co, int count, lua_KFunction k) {
  clh_vm *vm = clh_vm_of(L);
  if (!clh_find_stack(L, co, count)) {
    lua_pushliteral(L, "too many arguments to resume");
    return -1;
  }
  if (is_ended_task(clh_vm_of(L), co)) {
    lua_pushliteral(L, "cannot resume dead coroutine");
    return -1;
  }
  if (held_by_host(co)) {
    lua_pushliteral(L, "cannot resume a coroutine that waits for the host");
    return -1;
  }
  clh_charge_resume(vm);
  lua_xmove(L, co, count);
  return go(L, co, count, k);
}

static int conclude_resume(lua_State *L, int results) {
  lua_pushboolean(L, results >= 0);
  lua_insert(L, results >= 0 ? -(results + 1) : -2);
  return results >= 0 ? results + 1 : 2;
}

static int resume_k(lua_State *L, int status, lua_KContext context) {
  (void)status, (void)context;
  return conclude_resume(L, go(L, lua_tothread(L, 1), 0, resume_k));
}

static int co_resume(lua_State *L) {
  lua_State *co = get_coroutine(L);
  return conclude_resume(L, start(L, co, lua_gettop(L) - 1, resume_k));
}

// Runs the `__close` handlers of a coroutine and leaves its status on its stack.
static int reset(lua_State *L, lua_State *co) {
  clh_vm *vm = clh_vm_of(L);
  ptrdiff_t used = vm->stack_base - (const char *)__builtin_frame_address(0);
  if (used > CLOSE_STACK_LIMIT || used < -CLOSE_STACK_LIMIT)
    return luaL_error(L, "coroutine.close is nested too deeply");
  bool was_in_grace = vm->in_grace;
  vm->blocked++;  // a handler that yields would yield to nobody
  clh_enter(vm, co);
  int status = lua_resetthread(co);
  clh_leave(vm, L);
  vm->blocked--;
  if (clh_is_doomed(vm, was_in_grace)) return clh_end_task(L);
  return status;
}

static int conclude_wrap(lua_State *L, lua_State *co, int results) {
  if (results >= 0) return results;
  int status = lua_status(co);
  if (status != LUA_OK && status != LUA_YIELD && !clh_died_in_hook(co)) {
    status = reset(L, co);
    lua_xmove(co, L, 1);
  }
  if (status != LUA_ERRMEM && lua_type(L, -1) == LUA_TSTRING) {
    luaL_where(L, 1);
    lua_insert(L, -2);
    lua_concat(L, 2);
  }
  return lua_error(L);
}

static int wrap_k(lua_State *L, int status, lua_KContext context) {
  (void)status, (void)context;
  lua_State *co = lua_tothread(L, lua_upvalueindex(1));
  return conclude_wrap(L, co, go(L, co, 0, wrap_k));
}

static int wrap_call(lua_State *L) {
  lua_State *co = lua_tothread(L, lua_upvalueindex(1));
  return conclude_wrap(L, co, start(L, co, lua_gettop(L), wrap_k));
}

static int co_create(lua_State *L) {
  luaL_checktype(L, 1, LUA_TFUNCTION);
  lua_State *co = lua_newthread(L);
  lua_pushvalue(L, 1);
  lua_xmove(L, co, 1);
  return 1;
}

static int co_wrap(lua_State *L) {
  co_create(L);
  lua_pushcclosure(L, wrap_call, 1);
  return 1;
}

static int co_yield(lua_State *L) {
  clh_vm *vm = clh_vm_of(L);
  if (vm->task && L == vm->task->co) return luaL_error(L, "attempt to yield from outside a coroutine");
  return lua_yield(L, lua_gettop(L));
}

static const char *status_of(lua_State *L, lua_State *co) {
  if (L == co) return "running";
  if (lua_status(co) == LUA_YIELD) return held_by_host(co) ? "normal" : "suspended";
  if (lua_status(co) != LUA_OK || is_ended_task(clh_vm_of(L), co)) return "dead";
  bool started;
  suspended_in(co, &started);
  if (started) return "normal";
  return lua_gettop(co) == 0 ? "dead" : "suspended";
}

static int co_status(lua_State *L) {
  lua_pushstring(L, status_of(L, get_coroutine(L)));
  return 1;
}

static int co_close(lua_State *L) {
  lua_State *co = get_coroutine(L);
  const char *status = status_of(L, co);
  if (*status == 'r' || *status == 'n') return luaL_error(L, "cannot close a %s coroutine", status);
  if (is_ended_task(clh_vm_of(L), co)) {
    lua_pushboolean(L, 1);
    return 1;
  }
  if (clh_died_in_hook(co)) {
    lua_pushboolean(L, 0);
    lua_pushliteral(L, "the coroutine was ended with its task");
    return 2;
  }
  if (reset(L, co) == LUA_OK) {
    lua_pushboolean(L, 1);
    return 1;
  }
  lua_pushboolean(L, 0);
  lua_xmove(co, L, 1);
  return 2;
}

static int co_running(lua_State *L) {
  clh_vm *vm = clh_vm_of(L);
  lua_State *co = L == vm->L ? vm->task->co : L;  // the main state serves the host and is not for scripts
  if (co == L) {
    lua_pushthread(L);
  } else {
    lua_rawgeti(L, LUA_REGISTRYINDEX, vm->task->reference);
  }
  lua_pushboolean(L, co == vm->task->co);
  return 2;
}

static int co_isyieldable(lua_State *L) {
  clh_vm *vm = clh_vm_of(L);
  lua_State *co = lua_isnone(L, 1) ? L : get_coroutine(L);
  lua_pushboolean(L, lua_isyieldable(co) && !(vm->task && co == vm->task->co));
  return 1;
}

// Whether a function of this library lets the host yield through it.
bool clh_passes_yields(lua_CFunction f) { return f == co_resume || f == wrap_call; }

CLH_JUMPS int clh_open_coroutine(lua_State *L) {
  static const luaL_Reg functions[] = {
      {"create", co_create}, {"resume", co_resume},   {"wrap", co_wrap},           {"yield", co_yield},
      {"status", co_status}, {"running", co_running}, {"isyieldable", co_isyieldable}, {"close", co_close},
      {NULL, NULL}};
  luaL_newlib(L, functions);
  return 1;
}
