// Why a call that waits cannot wait where it is, said so that its author finds the place.
#include "internal.h"

#include <string.h>

// The innermost C function under the call that keeps Lua from yielding; NULL if this coroutine has none.
static const char *find_obstacle(lua_State *L) {
  lua_Debug ar;
  for (int level = 1; lua_getstack(L, level, &ar); level++) {
    lua_getinfo(L, "Snf", &ar);
    lua_CFunction f = lua_tocfunction(L, -1);
    bool is_handler = f && clh_is_message_handler(f);
    bool passes = f == clh_pcall || f == clh_xpcall || f == clh_require || clh_passes_yields(f);
    lua_pop(L, 1);
    if (is_handler) return "a message handler";
    if (*ar.what == 'C' && !passes) return lua_pushfstring(L, "a callback of '%s'", ar.name ? ar.name : "?");
    // A metamethod that a C function runs looks like called from Lua, but the C function is the next level.
  }
  return NULL;
}

CLH_JUMPS int clh_refuse_await(lua_State *L) {
  clh_vm *vm = clh_vm_of(L);
  if (!vm->task || vm->in_grace) return luaL_error(L, "cannot await after the end of the task");
  luaL_checkstack(L, 8, NULL);
  const char *obstacle = find_obstacle(L);
  if (obstacle && strcmp(obstacle, "a message handler") == 0) {
    vm->refused_in_handler = true;
    return luaL_error(L, "cannot await inside a message handler of 'xpcall'");
  }
  if (obstacle) return luaL_error(L, "cannot await inside a comparator or callback: this is %s", obstacle);
  return luaL_error(L, "cannot await inside a comparator or callback: it resumed this coroutine");
}
