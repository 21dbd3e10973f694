// The functions of `os` that act on the whole process, made harmless.
#include "internal.h"

#include <string.h>

// Ends the whole run: the task is killed, the host reads the code.
CLH_JUMPS int clh_exit(lua_State *L) {
  clh_vm *vm = clh_vm_of(L);
  int code = lua_isboolean(L, 1) ? !lua_toboolean(L, 1) : (int)luaL_optinteger(L, 1, 0);
  if (!vm->task) return luaL_error(L, "os.exit is not possible here");
  clh_stop(vm, CLH_KILL_EXIT, code);
  return clh_end_task(L);
}

// The longest format of a date: Lua's own works it off without looking up, a hundred nanoseconds an item and more.
#define DATE_FORMAT_LIMIT 4096

static int date(lua_State *L) {
  size_t length;
  luaL_optlstring(L, 1, "", &length);
  luaL_argcheck(L, length <= DATE_FORMAT_LIMIT, 1, "format too long");
  return lua_tocfunction(L, lua_upvalueindex(1))(L);
}

CLH_JUMPS int clh_open_os(lua_State *L) {
  lua_pushcfunction(L, luaopen_os);
  lua_call(L, 0, 1);
  lua_getfield(L, -1, "date");
  lua_pushcclosure(L, date, 1);
  lua_setfield(L, -2, "date");
  clh_wrap_starter(L, "execute");
  return 1;
}

// The locale belongs to the process, with all its threads and other VMs, and stays what it is.
CLH_JUMPS int clh_setlocale(lua_State *L) {
  static const char *const categories[] = {"all", "collate", "ctype", "monetary", "numeric", "time", NULL};
  const char *name = luaL_optstring(L, 1, NULL);
  luaL_checkoption(L, 2, "all", categories);
  if (!name || !*name || strcmp(name, "C") == 0 || strcmp(name, "POSIX") == 0) {
    lua_pushliteral(L, "C");
  } else {
    luaL_pushfail(L);
  }
  return 1;
}
