// What the host is measured and tested against: plain C functions, as any C library for Lua would have them, and Lua's own
// libraries. Never in a script's reach otherwise.
#include "internal.h"

static int plain_add(lua_State *L) {
  lua_pushinteger(L, (lua_Integer)((lua_Unsigned)luaL_checkinteger(L, 1) + (lua_Unsigned)luaL_checkinteger(L, 2)));
  return 1;
}

static int plain_echo(lua_State *L) {
  size_t length;
  const char *bytes = luaL_checklstring(L, 1, &length);
  lua_pushlstring(L, bytes, length);
  return 1;
}

static int plain_copy(lua_State *L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_Integer length = luaL_len(L, 1);
  lua_createtable(L, (int)length, 0);
  for (lua_Integer i = 1; i <= length; i++) {
    lua_geti(L, 1, i);
    lua_seti(L, -2, i);
  }
  return 1;
}

// Adds a library of Lua's own, untouched, to the table on top. Opening the string library gives strings a metatable: undone.
static void add_original(lua_State *L, const char *name, lua_CFunction open) {
  lua_pushliteral(L, "");
  if (!lua_getmetatable(L, -1)) lua_pushnil(L);
  lua_pushcfunction(L, open);
  lua_pushstring(L, name);
  lua_call(L, 1, 1);
  lua_setfield(L, -4, name);
  lua_setmetatable(L, -2);
  lua_pop(L, 1);
}

static int add_baseline(lua_State *L) {
  static const luaL_Reg functions[] = {{"add", plain_add}, {"echo", plain_echo}, {"copy", plain_copy}, {NULL, NULL}};
  const char *module = lua_touserdata(L, 1);
  lua_rawgetp(L, LUA_REGISTRYINDEX, &clh_modules_key);
  luaL_newlib(L, functions);
  add_original(L, LUA_STRLIBNAME, luaopen_string);
  add_original(L, LUA_TABLIBNAME, luaopen_table);
  add_original(L, LUA_UTF8LIBNAME, luaopen_utf8);
  lua_setfield(L, -2, module);
  return 0;
}

bool clh_add_baseline(clh_vm *vm, const char *module) {
  return clh_protect(vm, add_baseline, (void *)module) == LUA_OK;
}
