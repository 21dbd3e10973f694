// Why a call that waits cannot wait where it is, said so that its author finds the place.
#include "internal.h"

#include <stdio.h>

// Finds the innermost C function under the call that keeps Lua from yielding. False if this coroutine has none.
static bool find_obstacle(lua_State *L, char *name, size_t size, bool *is_handler) {
  lua_Debug ar;
  bool any = false;
  for (int level = 1; lua_getstack(L, level, &ar); level++) {
    lua_getinfo(L, "Snf", &ar);
    lua_CFunction f = lua_tocfunction(L, -1);
    *is_handler = f && clh_is_message_handler(f);
    bool passes = f == clh_pcall || f == clh_xpcall || f == clh_require || clh_passes_yields(f) || clh_is_task_body(f);
    bool found = *is_handler || (*ar.what == 'C' && !passes);
    bool named = found && clh_library_name(L, name, size);
    lua_pop(L, 1);
    if (named || *is_handler) return true;
    if (found && *name == '?' && ar.name) snprintf(name, size, "%s", ar.name);
    any |= found;  // it may be called by another C function that has a name
  }
  return any;
}

CLH_JUMPS int clh_refuse_await(lua_State *L) {
  clh_vm *vm = clh_vm_of(L);
  if (!vm->task || vm->in_grace) return luaL_error(L, "cannot await after the end of the task");
  clh_need_stack(L, 12, "error for the script");
  char name[128] = "?";
  bool is_handler = false;
  if (!find_obstacle(L, name, sizeof name, &is_handler))
    return luaL_error(L, "cannot await inside a comparator or callback, of which this coroutine is part");
  if (!is_handler) return luaL_error(L, "cannot await inside a comparator or callback, here that of '%s'", name);
  vm->refused_in_handler = true;
  return luaL_error(L, "cannot await inside the message handler of 'xpcall'");
}
