// What scripts find as globals: Lua's own libraries where they are harmless, replacements where they are not.
//
// The lists below are closed: what they do not name is not there, so nothing that a newer Lua adds slips in. The original
// tables are dropped once the listed functions are taken from them.
#include "internal.h"

#include <limits.h>
#include <string.h>

// Who gets a function: everybody, trusted scripts, or trusted scripts that may use `io`, `os` or both.
enum { ALL, TRUSTED, WITH_IO, WITH_OS, WITH_BOTH };

typedef struct grant {
  const char *name;
  int who;
  lua_CFunction own;  // NULL: what Lua's library has under that name, if it has it
} grant;

typedef struct library {
  const char *name;
  int who;
  lua_CFunction open;
  const grant *grants;
} library;

// A finalizer runs with hooks off, whenever a collection happens, so nothing could end it: scripts get none.
static int set_metatable(lua_State *L) {
  int type = lua_type(L, 2);
  luaL_checktype(L, 1, LUA_TTABLE);
  luaL_argexpected(L, type == LUA_TNIL || type == LUA_TTABLE, 2, "nil or table");
  if (type == LUA_TTABLE) {
    lua_pushliteral(L, "__gc");
    if (lua_rawget(L, 2) != LUA_TNIL) return luaL_error(L, "'__gc' is not available to scripts; use '__close'");
    lua_pop(L, 1);
  }
  if (luaL_getmetafield(L, 1, "__metatable") != LUA_TNIL) return luaL_error(L, "cannot change a protected metatable");
  lua_settop(L, 2);
  lua_setmetatable(L, 1);
  return 1;
}

// Lua's own, with a full collection charged for: it takes as long as the heap is large.
static int collect_garbage(lua_State *L) {
  const char *option = luaL_optstring(L, 1, "collect");
  if (strcmp(option, "collect") == 0) clh_charge(L, clh_collection_cost(clh_vm_of(L)));
  return lua_tocfunction(L, lua_upvalueindex(1))(L);
}

// For those who are not trusted: a collection takes as long as the heap is large, and its modes have had bugs.
static int count_garbage(lua_State *L) {
  const char *option = luaL_optstring(L, 1, "collect");
  if (strcmp(option, "count") != 0)
    return luaL_error(L, "collectgarbage('%s') is not available in the sandbox; only 'count' is", option);
  lua_pushnumber(L, lua_gc(L, LUA_GCCOUNT) + lua_gc(L, LUA_GCCOUNTB) / 1024.0);
  return 1;
}

static const grant base_grants[] = {
    {"_VERSION", ALL, NULL}, {"assert", ALL, NULL}, {"collectgarbage", ALL, NULL}, {"dofile", WITH_IO, clh_dofile},
    {"error", ALL, NULL}, {"getmetatable", ALL, NULL}, {"ipairs", ALL, NULL}, {"load", ALL, clh_load},
    {"loadfile", WITH_IO, clh_loadfile}, {"next", ALL, NULL}, {"pairs", ALL, NULL}, {"pcall", ALL, clh_pcall},
    {"print", ALL, clh_print}, {"rawequal", ALL, NULL}, {"rawget", ALL, NULL}, {"rawlen", ALL, NULL},
    {"rawset", ALL, NULL}, {"require", ALL, clh_require}, {"select", ALL, NULL}, {"setmetatable", ALL, set_metatable},
    {"tonumber", ALL, NULL}, {"tostring", ALL, NULL}, {"type", ALL, NULL}, {"warn", TRUSTED, clh_warn},
    {"xpcall", ALL, clh_xpcall}, {NULL, 0, NULL}};

static const grant string_grants[] = {
    {"byte", ALL, NULL}, {"char", ALL, NULL}, {"find", ALL, NULL}, {"format", ALL, NULL}, {"gmatch", ALL, NULL},
    {"gsub", ALL, NULL}, {"len", ALL, NULL}, {"lower", ALL, NULL}, {"match", ALL, NULL}, {"pack", ALL, NULL},
    {"packsize", ALL, NULL}, {"rep", ALL, NULL}, {"reverse", ALL, NULL}, {"sub", ALL, NULL}, {"unpack", ALL, NULL},
    {"upper", ALL, NULL}, {NULL, 0, NULL}};

static const grant table_grants[] = {
    {"concat", ALL, NULL}, {"insert", ALL, NULL}, {"move", ALL, NULL}, {"pack", ALL, NULL}, {"remove", ALL, NULL},
    {"sort", ALL, NULL}, {"unpack", ALL, NULL}, {NULL, 0, NULL}};

// Those for trusted scripts only are what Debian's Lua keeps of 5.2.
static const grant math_grants[] = {
    {"abs", ALL, NULL}, {"acos", ALL, NULL}, {"asin", ALL, NULL}, {"atan", ALL, NULL}, {"ceil", ALL, NULL},
    {"cos", ALL, NULL}, {"deg", ALL, NULL}, {"exp", ALL, NULL}, {"floor", ALL, NULL}, {"fmod", ALL, NULL},
    {"huge", ALL, NULL}, {"log", ALL, NULL}, {"max", ALL, NULL}, {"maxinteger", ALL, NULL}, {"min", ALL, NULL},
    {"mininteger", ALL, NULL}, {"modf", ALL, NULL}, {"pi", ALL, NULL}, {"rad", ALL, NULL}, {"random", ALL, NULL},
    {"randomseed", ALL, NULL}, {"sin", ALL, NULL}, {"sqrt", ALL, NULL}, {"tan", ALL, NULL}, {"tointeger", ALL, NULL},
    {"type", ALL, NULL}, {"ult", ALL, NULL}, {"cosh", TRUSTED, NULL}, {"frexp", TRUSTED, NULL}, {"ldexp", TRUSTED, NULL},
    {"log10", TRUSTED, NULL}, {"pow", TRUSTED, NULL}, {"sinh", TRUSTED, NULL}, {"tanh", TRUSTED, NULL}, {NULL, 0, NULL}};

static const grant utf8_grants[] = {
    {"char", ALL, NULL}, {"charpattern", ALL, NULL}, {"codepoint", ALL, NULL}, {"codes", ALL, NULL}, {"len", ALL, NULL},
    {"offset", ALL, NULL}, {NULL, 0, NULL}};

static const grant coroutine_grants[] = {
    {"close", ALL, NULL}, {"create", ALL, NULL}, {"isyieldable", ALL, NULL}, {"resume", ALL, NULL},
    {"running", ALL, NULL}, {"status", ALL, NULL}, {"wrap", ALL, NULL}, {"yield", ALL, NULL}, {NULL, 0, NULL}};

static const grant os_grants[] = {
    {"clock", ALL, NULL}, {"date", ALL, NULL}, {"difftime", ALL, NULL}, {"execute", WITH_OS, NULL},
    {"exit", ALL, clh_exit}, {"getenv", WITH_OS, NULL}, {"remove", WITH_OS, NULL}, {"rename", WITH_OS, NULL},
    {"setlocale", WITH_OS, clh_setlocale}, {"time", ALL, NULL}, {"tmpname", WITH_OS, NULL}, {NULL, 0, NULL}};

// Reading only, and nothing of C functions: see library_debug.c.
static const grant debug_grants[] = {
    {"getinfo", TRUSTED, NULL}, {"getlocal", TRUSTED, NULL}, {"getupvalue", TRUSTED, NULL}, {"traceback", ALL, NULL},
    {"upvalueid", TRUSTED, NULL},
    {NULL, 0, NULL}};

// A program is started with `popen`, so that `io` alone does not suffice.
static const grant io_grants[] = {
    {"close", WITH_IO, NULL}, {"flush", WITH_IO, NULL}, {"input", WITH_IO, NULL}, {"lines", WITH_IO, NULL},
    {"open", WITH_IO, NULL}, {"output", WITH_IO, NULL}, {"popen", WITH_BOTH, NULL}, {"read", WITH_IO, NULL},
    {"stderr", WITH_IO, NULL}, {"stdin", WITH_IO, NULL}, {"stdout", WITH_IO, NULL}, {"tmpfile", WITH_IO, NULL},
    {"type", WITH_IO, NULL}, {"write", WITH_IO, NULL}, {NULL, 0, NULL}};

static int open_string(lua_State *L) {
  clh_open_string(L);
  return 1;
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

static int open_utf8(lua_State *L) {
  luaopen_utf8(L);
  lua_getfield(L, -1, "codepoint");
  lua_pushcclosure(L, code_point, 1);
  lua_setfield(L, -2, "codepoint");
  return 1;
}

static int open_table(lua_State *L) {
  clh_open_table(L);
  return 1;
}

static const library libraries[] = {
    {"string", ALL, open_string, string_grants}, {"table", ALL, open_table, table_grants},
    {"math", ALL, luaopen_math, math_grants}, {"utf8", ALL, open_utf8, utf8_grants},
    {"coroutine", ALL, clh_open_coroutine, coroutine_grants}, {"os", ALL, clh_open_os, os_grants},
    {"debug", ALL, clh_open_debug, debug_grants}, {"io", WITH_IO, clh_open_io, io_grants}, {NULL, 0, NULL, NULL}};

static bool granted(lua_State *L, int who) {
  uint32_t sandbox = clh_vm_of(L)->limits.sandbox, both = CLH_ALLOW_IO | CLH_ALLOW_OS;
  if (who == ALL) return true;
  if (sandbox & CLH_SANDBOXED) return false;
  switch (who) {
    case WITH_IO: return sandbox & CLH_ALLOW_IO;
    case WITH_OS: return sandbox & CLH_ALLOW_OS;
    case WITH_BOTH: return (sandbox & both) == both;
    default: return true;
  }
}

// Replaces the library on top by a table of what is granted of it.
static void take_granted(lua_State *L, const grant *grants) {
  lua_newtable(L);
  for (const grant *g = grants; g->name; g++) {
    if (!granted(L, g->who)) continue;
    if (g->own) {
      lua_pushcfunction(L, g->own);
    } else {
      lua_getfield(L, -2, g->name);
    }
    lua_setfield(L, -2, g->name);
  }
  lua_remove(L, -2);
}

static void open_base(lua_State *L, bool sandboxed) {
  lua_pushcfunction(L, luaopen_base);
  lua_call(L, 0, 1);
  take_granted(L, base_grants);
  if (sandboxed) {
    lua_pushcfunction(L, count_garbage);
  } else {
    lua_getfield(L, -1, "collectgarbage");
    lua_pushcclosure(L, collect_garbage, 1);
  }
  lua_setfield(L, -2, "collectgarbage");
  lua_getfield(L, -1, "next");
  lua_rawsetp(L, LUA_REGISTRYINDEX, &clh_next_key);
  lua_pushvalue(L, -1);
  lua_setfield(L, -2, LUA_GNAME);
  lua_rawseti(L, LUA_REGISTRYINDEX, LUA_RIDX_GLOBALS);
}

// Methods of strings are the functions granted. A trusted script may change that, and how strings add up.
static void set_string_metatable(lua_State *L, bool sandboxed) {
  lua_pushliteral(L, "");
  lua_getmetatable(L, -1);
  lua_getglobal(L, LUA_STRLIBNAME);
  lua_setfield(L, -2, "__index");
  if (sandboxed) {
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
  }
  lua_pop(L, 2);
}

CLH_JUMPS void clh_open_library(lua_State *L) {
  bool sandboxed = clh_vm_of(L)->limits.sandbox & CLH_SANDBOXED;
  open_base(L, sandboxed);
  lua_settop(L, 1);
  luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);  // where tracebacks find the names of functions, too
  lua_pushglobaltable(L);
  lua_setfield(L, 2, LUA_GNAME);
  for (const library *lib = libraries; lib->name; lib++) {
    if (!granted(L, lib->who)) continue;
    lua_pushcfunction(L, lib->open);
    lua_call(L, 0, 1);
    take_granted(L, lib->grants);
    lua_pushvalue(L, -1);
    lua_setfield(L, 2, lib->name);
    lua_setglobal(L, lib->name);
  }
  set_string_metatable(L, sandboxed);
  if (!sandboxed) clh_open_package(L);
  lua_settop(L, 1);
}
