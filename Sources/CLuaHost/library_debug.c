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

// How many levels are looked at for calls that scripts should not have to know of.
#define LOOKED_AT 40

// The level that a script means: the function that calls the message handler of xpcall does not count.
static int real_level(lua_State *other, lua_Integer level) {
  if (level < 0 || level > INT32_MAX - LOOKED_AT) return -1;
  int real = (int)level;
  lua_Debug ar;
  for (int at = 0; at <= real && at < LOOKED_AT && clh_certain_stack(other, 1) && lua_getstack(other, at, &ar); at++) {
    lua_getinfo(other, "f", &ar);
    if (clh_is_message_handler(lua_tocfunction(other, -1))) real++;
    lua_pop(other, 1);
  }
  return real;
}

// Lua's own, except that a level of the stack does not give away a C function. Upvalue 1 = the original.
static int get_info(lua_State *L) {
  int shift;
  lua_State *other = get_thread(L, &shift);
  bool by_level = !lua_isfunction(L, shift + 1);
  if (by_level) {
    lua_pushinteger(L, real_level(other, luaL_checkinteger(L, shift + 1)));
    lua_replace(L, shift + 1);
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
  int level = real_level(other, luaL_checkinteger(L, shift + 1));
  lua_Debug ar;
  luaL_argcheck(L, level >= 0 && lua_getstack(other, level, &ar), shift + 1, "level out of range");
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

typedef struct calls {
  lua_State *of;
  int level;
  char text[CLH_TRACEBACK_SIZE];
} calls;

static int write_calls(lua_State *L) {
  calls *c = lua_touserdata(L, 1);
  clh_traceback(clh_vm_of(L), c->of, c->level, c->text, sizeof c->text);
  return 0;
}

// Not Lua's own, which looks for each function's name among all globals, however many a script makes.
static int traceback(lua_State *L) {
  clh_vm *vm = clh_vm_of(L);
  int shift;
  lua_State *other = get_thread(L, &shift);
  if (!lua_isnoneornil(L, shift + 1) && !lua_isstring(L, shift + 1)) {
    lua_pushvalue(L, shift + 1);
    return 1;
  }
  calls c = {.of = other, .level = real_level(other, luaL_optinteger(L, shift + 2, L == other ? 1 : 0))};
  if (c.level < 0) c.level = 0;
  vm->alloc.nofail++;
  clh_protect(vm, write_calls, &c);
  vm->alloc.nofail--;
  clh_check_memory(L, vm);
  if (lua_isstring(L, shift + 1)) {
    lua_pushvalue(L, shift + 1);
    lua_pushfstring(L, "\n%s", c.text);
    lua_concat(L, 2);
  } else {
    lua_pushstring(L, c.text);
  }
  return 1;
}

CLH_JUMPS int clh_open_debug(lua_State *L) {
  static const luaL_Reg own[] = {{"getlocal", get_local}, {"getupvalue", get_upvalue}, {"traceback", traceback}, {NULL, NULL}};
  lua_pushcfunction(L, luaopen_debug);
  lua_call(L, 0, 1);
  luaL_setfuncs(L, own, 0);
  lua_getfield(L, -1, "getinfo");
  lua_pushcclosure(L, get_info, 1);
  lua_setfield(L, -2, "getinfo");
  return 1;
}
