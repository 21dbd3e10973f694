// The part of `debug` that only reads, and only what belongs to scripts.
//
// Left out is what changes things behind the back of Lua and the host (hooks, the registry, metatables of protected values,
// locals of a running loop), and every way to get hold of the host's own C functions, which trust whoever calls them.
#include "internal.h"

#include <string.h>

// An optional coroutine in front of the arguments; `*shift` = 1 if it was given.
static lua_State *get_thread(lua_State *L, int *shift) {
  *shift = lua_isthread(L, 1);
  return *shift ? lua_tothread(L, 1) : L;
}

// Lua's own, except that a level of the stack does not give away a C function. Upvalue 1 = the original.
static int get_info(lua_State *L) {
  int shift;
  get_thread(L, &shift);
  bool by_level = !lua_isfunction(L, shift + 1);
  if (by_level) {
    lua_Integer level = luaL_checkinteger(L, shift + 1);
    if (level < 0 || level >= INT32_MAX) {
      luaL_pushfail(L);
      return 1;
    }
  }
  lua_tocfunction(L, lua_upvalueindex(1))(L);  // in this frame, so that levels and names are what they are in Lua
  if (by_level && lua_istable(L, -1)) {
    lua_pushliteral(L, "func");
    lua_rawget(L, -2);
    if (lua_iscfunction(L, -1)) {
      lua_pushnil(L);
      lua_setfield(L, -3, "func");
    }
    lua_pop(L, 1);
  }
  return 1;
}

static int get_local(lua_State *L) {
  int shift;
  lua_State *other = get_thread(L, &shift);
  lua_Integer wanted = luaL_checkinteger(L, shift + 2);
  int number = wanted > -100000 && wanted < 100000 ? (int)wanted : 0;
  if (lua_isfunction(L, shift + 1)) {
    lua_pushvalue(L, shift + 1);
    lua_pushstring(L, lua_getlocal(L, NULL, number));
    return 1;
  }
  lua_Integer level = luaL_checkinteger(L, shift + 1);
  lua_Debug ar;
  luaL_argcheck(L, level >= 0 && level < INT32_MAX && lua_getstack(other, (int)level, &ar), shift + 1, "level out of range");
  lua_getinfo(other, "S", &ar);
  luaL_argcheck(L, other == L || clh_certain_stack(other, 1), 1, "stack overflow");
  const char *name = strcmp(ar.what, "C") == 0 ? NULL : lua_getlocal(other, &ar, number);
  if (!name) {
    luaL_pushfail(L);
    return 1;
  }
  lua_xmove(other, L, 1);
  lua_pushstring(L, name);
  lua_insert(L, -2);
  return 2;
}

static int get_upvalue(lua_State *L) {
  lua_Integer number = luaL_checkinteger(L, 2);
  luaL_checktype(L, 1, LUA_TFUNCTION);
  if (lua_iscfunction(L, 1) || number < 1 || number > 255) return 0;
  const char *name = lua_getupvalue(L, 1, (int)number);
  if (!name) return 0;
  lua_pushstring(L, name);
  lua_insert(L, -2);
  return 2;
}

CLH_JUMPS int clh_open_debug(lua_State *L) {
  static const luaL_Reg own[] = {{"getlocal", get_local}, {"getupvalue", get_upvalue}, {NULL, NULL}};
  lua_pushcfunction(L, luaopen_debug);
  lua_call(L, 0, 1);
  luaL_setfuncs(L, own, 0);
  lua_getfield(L, -1, "getinfo");
  lua_pushcclosure(L, get_info, 1);
  lua_setfield(L, -2, "getinfo");
  return 1;
}
