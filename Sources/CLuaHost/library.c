// What scripts find as globals: Lua's own libraries where they are harmless, replacements where they are not.
//
// The next levels of the sandbox belong here: a matcher with a step budget for string.find, match, gmatch and gsub, and
// caps on the ranges of table.move, insert, concat and unpack.
#include "internal.h"

#include <limits.h>
#include <string.h>

CLH_JUMPS int clh_print(lua_State *L) {
  clh_vm *vm = clh_vm_of(L);
  int count = lua_gettop(L);
  luaL_Buffer buffer;
  luaL_buffinit(L, &buffer);
  for (int i = 1; i <= count; i++) {
    if (i > 1) luaL_addchar(&buffer, '\t');
    luaL_tolstring(L, i, NULL);
    luaL_addvalue(&buffer);
  }
  luaL_addchar(&buffer, '\n');
  luaL_pushresult(&buffer);
  size_t length;
  const char *bytes = lua_tolstring(L, -1, &length);
  clh_count_output(L, length);
  vm->callbacks.print(vm->callbacks.context, bytes, length);
  return 0;
}

// A finalizer runs with hooks off, whenever a collection happens: scripts get none.
static int set_metatable(lua_State *L) {
  int type = lua_type(L, 2);
  luaL_argexpected(L, type == LUA_TNIL || type == LUA_TTABLE, 2, "nil or table");
  if (type == LUA_TTABLE) {
    lua_pushliteral(L, "__gc");
    if (lua_rawget(L, 2) != LUA_TNIL) return luaL_error(L, "'__gc' is not available to scripts; use '__close'");
    lua_pop(L, 1);
  }
  luaL_checktype(L, 1, LUA_TTABLE);
  if (luaL_getmetafield(L, 1, "__metatable") != LUA_TNIL) return luaL_error(L, "cannot change a protected metatable");
  lua_settop(L, 2);
  lua_setmetatable(L, 1);
  return 1;
}

static int collect_garbage(lua_State *L) {
  const char *option = luaL_optstring(L, 1, "collect");
  if (strcmp(option, "count") == 0) {
    lua_pushnumber(L, lua_gc(L, LUA_GCCOUNT) + lua_gc(L, LUA_GCCOUNTB) / 1024.0);
  } else if (strcmp(option, "collect") == 0) {
    clh_charge(L, clh_collection_cost(clh_vm_of(L)));
    lua_gc(L, LUA_GCCOLLECT);
    lua_pushinteger(L, 0);
  } else {
    return luaL_error(L, "collectgarbage('%s') is not available to scripts; only 'count' and 'collect' are", option);
  }
  return 1;
}

// Ends the whole run: the task is killed, the host reads the code.
CLH_JUMPS int clh_exit(lua_State *L) {
  clh_vm *vm = clh_vm_of(L);
  int code = lua_isboolean(L, 1) ? !lua_toboolean(L, 1) : (int)luaL_optinteger(L, 1, 0);
  if (!vm->task) return luaL_error(L, "os.exit is not possible here");
  clh_stop(vm, CLH_KILL_EXIT, code);
  return clh_end_task(L);
}

// Lua's own calls it a stack overflow when memory runs out; so the room is found before, as much as it will ask for.
static int code_point(lua_State *L) {
  size_t length = 0;
  if (lua_type(L, 1) == LUA_TSTRING) lua_tolstring(L, 1, &length);
  lua_Integer size = (lua_Integer)length, from = lua_isinteger(L, 2) ? lua_tointeger(L, 2) : 1;
  lua_Integer to = lua_isinteger(L, 3) ? lua_tointeger(L, 3) : from;
  if (from < 0) from += size + 1;
  if (to < 0) to += size + 1;
  if (from >= 1 && to <= size && to >= from && to - from < INT_MAX) clh_find_stack(L, L, (int)(to - from) + 1);
  return lua_tocfunction(L, lua_upvalueindex(1))(L);
}

static void open_library(lua_State *L, const char *name, lua_CFunction open) {
  luaL_requiref(L, name, open, 0);
  lua_pushvalue(L, -1);
  lua_setglobal(L, name);
}

// Copies some functions of a library that is not opened as a whole.
static void open_part(lua_State *L, const char *name, lua_CFunction open, const char *const *keys) {
  lua_newtable(L);
  lua_pushcfunction(L, open);
  lua_call(L, 0, 1);
  for (; *keys; keys++) {
    lua_getfield(L, -1, *keys);
    lua_setfield(L, -3, *keys);
  }
  lua_pop(L, 1);
  lua_pushvalue(L, -1);
  lua_setglobal(L, name);
}

static void remove_global(lua_State *L, const char *name) {
  lua_pushnil(L);
  lua_setglobal(L, name);
}

static void set_global(lua_State *L, const char *name, lua_CFunction f) {
  lua_pushcfunction(L, f);
  lua_setglobal(L, name);
}

static void open_base(lua_State *L) {
  luaL_requiref(L, "_G", luaopen_base, 1);
  lua_pop(L, 1);
  remove_global(L, "dofile");
  remove_global(L, "loadfile");
  remove_global(L, "warn");
  set_global(L, "print", clh_print);
  set_global(L, "pcall", clh_pcall);
  set_global(L, "xpcall", clh_xpcall);
  set_global(L, "setmetatable", set_metatable);
  set_global(L, "collectgarbage", collect_garbage);
  set_global(L, "require", clh_require);
  set_global(L, "load", clh_load);
  lua_getglobal(L, "next");
  lua_rawsetp(L, LUA_REGISTRYINDEX, &clh_next_key);
}

static void open_string(lua_State *L) {
  clh_open_string(L);
  lua_pushvalue(L, -1);
  lua_setglobal(L, LUA_STRLIBNAME);
  lua_pop(L, 1);
  lua_pushliteral(L, "");
  lua_getmetatable(L, -1);
  lua_pushboolean(L, 0);
  lua_setfield(L, -2, "__metatable");
  lua_pop(L, 2);
}

CLH_JUMPS void clh_open_library(lua_State *L) {
  static const char *const os_part[] = {"time", "date", "clock", "difftime", NULL};
  static const char *const debug_part[] = {"traceback", NULL};
  static const char *const names[] = {"string", "table", "math", "utf8", "coroutine", "os", "debug", NULL};
  open_base(L);
  open_string(L);
  clh_open_table(L);
  lua_setglobal(L, LUA_TABLIBNAME);
  open_library(L, LUA_MATHLIBNAME, luaopen_math);
  open_library(L, LUA_UTF8LIBNAME, luaopen_utf8);
  lua_getfield(L, -1, "codepoint");
  lua_pushcclosure(L, code_point, 1);
  lua_setfield(L, -2, "codepoint");
  lua_settop(L, 1);
  clh_open_coroutine(L);
  lua_setglobal(L, "coroutine");
  open_part(L, "os", luaopen_os, os_part);
  lua_pushcfunction(L, clh_exit);
  lua_setfield(L, -2, "exit");
  open_part(L, "debug", luaopen_debug, debug_part);
  lua_settop(L, 1);
  lua_rawgetp(L, LUA_REGISTRYINDEX, &clh_modules_key);
  for (const char *const *name = names; *name; name++) {
    lua_getglobal(L, *name);
    lua_setfield(L, -2, *name);
  }
  lua_pop(L, 1);
}
