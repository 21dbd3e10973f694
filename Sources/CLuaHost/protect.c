// pcall and xpcall as in Lua's own base library, except that the end of a task is not caught.
#include "internal.h"

// What the continuation has to know: how many values lie below the results, and whether the call was made in grace.
#define IN_GRACE 0x100

static lua_KContext context_of(const clh_vm *vm, int below) { return below | (vm->in_grace ? IN_GRACE : 0); }

static int finish(lua_State *L, int status, lua_KContext context) {
  if (status == LUA_OK || status == LUA_YIELD) return lua_gettop(L) - (int)(context & ~IN_GRACE);
  if (clh_is_doomed(clh_vm_of(L), context & IN_GRACE)) return clh_end_task(L);
  lua_pushboolean(L, 0);
  lua_pushvalue(L, -2);
  return 2;
}

CLH_JUMPS int clh_pcall(lua_State *L) {
  luaL_checkany(L, 1);
  lua_pushboolean(L, 1);
  lua_insert(L, 1);
  lua_KContext context = context_of(clh_vm_of(L), 0);
  int status = lua_pcallk(L, lua_gettop(L) - 2, LUA_MULTRET, 0, context, finish);
  return finish(L, status, context);
}

// The message handler does not see the end of a task: it would run with hooks off.
static int guarded_handler(lua_State *L) {
  if (clh_is_end_mark(L, 1)) return 1;
  clh_vm *vm = clh_vm_of(L);
  if (vm->refused_in_handler) {
    // A handler wanted to wait. To be told so it would be called again, and want to wait again, until the stack is full.
    vm->refused_in_handler = false;
    return 1;
  }
  lua_pushvalue(L, lua_upvalueindex(1));
  lua_insert(L, 1);
  lua_call(L, lua_gettop(L) - 1, 1);
  return 1;
}

bool clh_is_message_handler(lua_CFunction f) { return f == guarded_handler; }

CLH_JUMPS int clh_xpcall(lua_State *L) {
  int count = lua_gettop(L);
  luaL_checktype(L, 2, LUA_TFUNCTION);
  if (!lua_iscfunction(L, 2)) {  // a C function does not loop, and so `debug.traceback` shows no frame of ours
    lua_pushvalue(L, 2);
    lua_pushcclosure(L, guarded_handler, 1);
    lua_replace(L, 2);
  }
  lua_pushboolean(L, 1);
  lua_pushvalue(L, 1);
  lua_rotate(L, 3, 2);
  lua_KContext context = context_of(clh_vm_of(L), 2);
  int status = lua_pcallk(L, count - 2, LUA_MULTRET, 2, context, finish);
  return finish(L, status, context);
}
