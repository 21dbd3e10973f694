// What the host is measured and tested against: plain C functions, as any C library for Lua would have them, and Lua's own
// libraries. Never in a script's reach otherwise.
#include "internal.h"

#include <string.h>

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

static int plain_fail(lua_State *L) { return luaL_error(L, "%s", luaL_checkstring(L, 1)); }

#define COUNTER "plain.Counter"

static int counter_add(lua_State *L) {
  lua_Integer *value = luaL_checkudata(L, 1, COUNTER);
  *value = (lua_Integer)((lua_Unsigned)*value + (lua_Unsigned)luaL_checkinteger(L, 2));
  lua_pushinteger(L, *value);
  return 1;
}

// A type with fields: methods are looked up first, then the fields by name.
static int counter_index(lua_State *L) {
  const lua_Integer *value = luaL_checkudata(L, 1, COUNTER);
  const char *key = luaL_checkstring(L, 2);
  lua_pushvalue(L, 2);
  if (lua_rawget(L, lua_upvalueindex(1)) != LUA_TNIL) return 1;
  if (strcmp(key, "value") != 0) return luaL_error(L, "no field '%s'", key);
  lua_pushinteger(L, *value);
  return 1;
}

static int counter_gc(lua_State *L) {
  luaL_checkudata(L, 1, COUNTER);
  return 0;
}

static int plain_counter(lua_State *L) {
  lua_Integer *value = lua_newuserdatauv(L, sizeof *value, 0);
  *value = 0;
  luaL_setmetatable(L, COUNTER);
  return 1;
}

// Upvalue 1: a type without fields, whose methods are looked up by Lua itself.
static int plain_bare_counter(lua_State *L) {
  lua_Integer *value = lua_newuserdatauv(L, sizeof *value, 0);
  *value = 0;
  lua_pushvalue(L, lua_upvalueindex(1));
  lua_setmetatable(L, -2);
  return 1;
}

static int bare_counter_add(lua_State *L) {
  lua_Integer *value = luaL_checkudata(L, 1, COUNTER ".bare");
  *value = (lua_Integer)((lua_Unsigned)*value + (lua_Unsigned)luaL_checkinteger(L, 2));
  lua_pushinteger(L, *value);
  return 1;
}

static void make_types(lua_State *L) {
  luaL_newmetatable(L, COUNTER);
  lua_newtable(L);
  lua_pushcfunction(L, counter_add);
  lua_setfield(L, -2, "add");
  lua_pushcclosure(L, counter_index, 1);
  lua_setfield(L, -2, "__index");
  lua_pushcfunction(L, counter_gc);
  lua_setfield(L, -2, "__gc");
  lua_pop(L, 1);
}

// Lua's own base library, opened over other globals than the script's.
static void add_own_base(lua_State *L) {
  lua_rawgeti(L, LUA_REGISTRYINDEX, LUA_RIDX_GLOBALS);
  lua_newtable(L);
  lua_rawseti(L, LUA_REGISTRYINDEX, LUA_RIDX_GLOBALS);
  lua_pushcfunction(L, luaopen_base);
  int status = lua_pcall(L, 0, 1, 0);
  lua_pushvalue(L, -2);
  lua_rawseti(L, LUA_REGISTRYINDEX, LUA_RIDX_GLOBALS);
  if (status != LUA_OK) lua_error(L);
  lua_setfield(L, -3, "base");
  lua_pop(L, 1);
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
  static const luaL_Reg functions[] = {{"add", plain_add},         {"echo", plain_echo}, {"copy", plain_copy},
                                       {"counter", plain_counter}, {"fail", plain_fail}, {NULL, NULL}};
  const char *module = lua_touserdata(L, 1);
  lua_rawgetp(L, LUA_REGISTRYINDEX, &clh_modules_key);
  luaL_newlib(L, functions);
  make_types(L);
  luaL_newmetatable(L, COUNTER ".bare");
  lua_newtable(L);
  lua_pushcfunction(L, bare_counter_add);
  lua_setfield(L, -2, "add");
  lua_setfield(L, -2, "__index");
  lua_pushcclosure(L, plain_bare_counter, 1);
  lua_setfield(L, -2, "bare_counter");
  add_own_base(L);
  add_original(L, LUA_STRLIBNAME, luaopen_string);
  add_original(L, LUA_TABLIBNAME, luaopen_table);
  add_original(L, LUA_UTF8LIBNAME, luaopen_utf8);
  add_original(L, LUA_COLIBNAME, luaopen_coroutine);
  lua_setfield(L, -2, module);
  return 0;
}

bool clh_add_baseline(clh_vm *vm, const char *module) {
  return clh_protect(vm, add_baseline, (void *)module) == LUA_OK;
}

bool clh_baseline_state(void) {
  lua_State *L = luaL_newstate();
  if (!L) return false;
  luaL_openlibs(L);
  lua_close(L);
  return true;
}
