// An own `require`: what is loaded or preloaded, built-in modules, then whatever the host finds; text only, each loaded once.
#include "internal.h"

#include <string.h>

// What a look for a file counts for, in instructions.
#define SEARCH_STEPS 5000

// The longest name: it becomes a path.
#define NAME_LIMIT 1024

// A module that is being loaded has a guard in a table of its own. The guard's `__close` takes it away however the loading
// ends, so that a failed module can be required again. The guard holds the name, the coroutine of the task that loads, and the one in
// which `require` was called.
static int guard_close(lua_State *L) {
  lua_settop(L, 1);
  lua_rawgetp(L, LUA_REGISTRYINDEX, &clh_loading_key);
  lua_rawgeti(L, 1, 1);
  lua_pushvalue(L, -1);
  lua_rawget(L, 2);
  if (lua_rawequal(L, -1, 1)) {
    lua_pop(L, 1);
    lua_pushnil(L);
    lua_rawset(L, 2);
  }
  return 0;
}

static void push_guard(lua_State *L, clh_vm *vm) {
  lua_createtable(L, 3, 0);
  lua_pushvalue(L, 1);
  lua_rawseti(L, -2, 1);
  lua_rawgeti(L, LUA_REGISTRYINDEX, vm->task->reference);
  lua_rawseti(L, -2, 2);
  lua_pushthread(L);
  lua_rawseti(L, -2, 3);
  lua_createtable(L, 0, 1);
  lua_pushcfunction(L, guard_close);
  lua_setfield(L, -2, "__close");
  lua_setmetatable(L, -2);
}

// Whether the `require` that made the guard is still under way: its frame has the guard as local 3. A guard may outlive it, when it
// was ended inside a comparator, or when there was no memory for calling `__close`.
static bool is_loading(lua_State *L, const void *guard, lua_State *caller) {
  lua_Debug ar;
  if (lua_status(caller) != LUA_OK && lua_status(caller) != LUA_YIELD) return false;
  for (int level = caller == L; clh_certain_stack(caller, 2) && lua_getstack(caller, level, &ar); level++) {
    clh_charge(L, 1);
    lua_getinfo(caller, "f", &ar);
    bool requires = lua_tocfunction(caller, -1) == clh_require;
    lua_pop(caller, 1);
    if (!requires || !lua_getlocal(caller, &ar, 3)) continue;
    bool found = lua_topointer(caller, -1) == guard;
    lua_pop(caller, 1);
    if (found) return true;
  }
  return false;
}

// Raises if the module is being loaded.
static void check_guard(lua_State *L, clh_vm *vm) {
  lua_rawgetp(L, LUA_REGISTRYINDEX, &clh_loading_key);
  lua_pushvalue(L, 1);
  if (lua_rawget(L, -2) == LUA_TTABLE) {
    const void *guard = lua_topointer(L, -1);
    lua_rawgeti(L, -1, 2);
    lua_rawgeti(L, -2, 3);
    if (is_loading(L, guard, lua_tothread(L, -1))) {
      if (lua_tothread(L, -2) == vm->task->co)
        luaL_error(L, "module '%s' requires itself, directly or through others", lua_tostring(L, 1));
      luaL_error(L, "module '%s' is still being loaded by another task", lua_tostring(L, 1));
    }
  }
  lua_settop(L, 2);
}

// Stack: 1 name, 2 loaded, 3 guard, 4 where it is from, 5 the chunk's value. A chunk may have set its entry itself.
static int finish(lua_State *L, int status, lua_KContext context) {
  (void)status, (void)context;
  lua_settop(L, 5);
  lua_pushvalue(L, 1);
  if (lua_rawget(L, 2) == LUA_TNIL && lua_isnil(L, 5)) {
    lua_pushboolean(L, 1);
    lua_replace(L, 5);
  }
  if (!lua_isnil(L, 5)) {
    lua_pushvalue(L, 1);
    lua_pushvalue(L, 5);
    lua_rawset(L, 2);
    lua_pushvalue(L, 5);
  }
  lua_pushvalue(L, 4);
  return 2;
}

// Looks in a table of the registry; stack: 1 name.
static bool find_in(lua_State *L, const char *key) {
  if (lua_getfield(L, LUA_REGISTRYINDEX, key) != LUA_TTABLE) return false;
  lua_pushvalue(L, 1);
  return lua_rawget(L, -2) != LUA_TNIL;
}

// Asks the host and compiles; pushes where the module is from, and its chunk.
static void find_chunk(lua_State *L, clh_vm *vm) {
  size_t length;
  const char *name = lua_tolstring(L, 1, &length);
  clh_charge(L, SEARCH_STEPS);
  vm->alloc.nofail++;
  if (vm->out.count) clh_out_reset(vm);
  vm->calling = L;
  int code = vm->callbacks.find_module(vm->callbacks.context, name, length, &vm->out);
  vm->calling = NULL;
  vm->alloc.nofail--;
  clh_check_memory(L, vm);
  if (code != CLH_RETURN) {  // a text, with the place in front, as Lua's own
    luaL_where(L, 1);
    lua_concat(L, 1 + clh_push_all(L, vm));
    lua_error(L);
  }
  clh_push_all(L, vm);  // 3 chunk name, 4 source
  const char *path = lua_tostring(L, 3), *source = lua_tolstring(L, 4, &length);
  bool was_in_grace = vm->in_grace;
  int status = clh_load_text(L, source, length, path);
  if (status != LUA_OK) {
    if (clh_is_doomed(vm, was_in_grace)) clh_end_task(L);
    if (status == LUA_ERRMEM) lua_error(L);
    luaL_error(L, "error loading module '%s' from file '%s':\n\t%s", name, path + 1, lua_tostring(L, -1));
  }
  lua_replace(L, 4);
  lua_pushstring(L, path + 1);  // without the "@" of a chunk name
  lua_replace(L, 3);
}

CLH_JUMPS int clh_require(lua_State *L) {
  clh_vm *vm = clh_vm_of(L);
  size_t length;
  luaL_checklstring(L, 1, &length);
  luaL_argcheck(L, length <= NAME_LIMIT, 1, "name too long");
  lua_settop(L, 1);
  luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
  lua_pushvalue(L, 1);
  lua_rawget(L, 2);
  if (lua_toboolean(L, -1)) return 1;
  lua_settop(L, 2);
  check_guard(L, vm);
  if (find_in(L, LUA_PRELOAD_TABLE)) {
    lua_pushliteral(L, ":preload:");
    lua_replace(L, 3);  // 3 where from, 4 loader
  } else {
    lua_settop(L, 2);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &clh_modules_key);
    lua_pushvalue(L, 1);
    if (lua_rawget(L, 3) != LUA_TNIL) {
      lua_pushvalue(L, 1);
      lua_pushvalue(L, 4);
      lua_rawset(L, 2);
      return 1;
    }
    lua_settop(L, 2);
    find_chunk(L, vm);
  }
  push_guard(L, vm);
  lua_insert(L, 3);  // 3 guard, 4 where from, 5 chunk
  lua_rawgetp(L, LUA_REGISTRYINDEX, &clh_loading_key);
  lua_pushvalue(L, 1);
  lua_pushvalue(L, 3);
  lua_rawset(L, -3);
  lua_pop(L, 1);
  lua_toclose(L, 3);
  lua_pushvalue(L, 1);
  lua_pushvalue(L, 4);
  lua_callk(L, 2, 1, 0, finish);
  return finish(L, LUA_OK, 0);
}

// MARK: package

static int package_fixed(lua_State *L) {
  return luaL_error(L, "package.%s cannot be set: where modules are looked for is fixed when the program starts",
                    luaL_tolstring(L, 2, NULL));
}

static int package_pairs(lua_State *L) {
  lua_rawgetp(L, LUA_REGISTRYINDEX, &clh_next_key);
  lua_newtable(L);
  lua_pushnil(L);
  while (lua_next(L, lua_upvalueindex(1))) {
    lua_pushvalue(L, -2);
    lua_insert(L, -2);
    lua_settable(L, -4);
  }
  lua_pushnil(L);
  return 3;
}

// What scripts read: `loaded` and `preload` are the real tables, `path` says where the host looks, and is set by it.
CLH_JUMPS void clh_open_package(lua_State *L) {
  lua_newtable(L);
  lua_createtable(L, 0, 4);
  lua_rawgetp(L, LUA_REGISTRYINDEX, &clh_modules_key);
  luaL_getsubtable(L, -1, LUA_LOADLIBNAME);
  lua_remove(L, -2);
  luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
  lua_pushvalue(L, -4);
  lua_setfield(L, -2, LUA_LOADLIBNAME);
  lua_setfield(L, -2, "loaded");
  luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_PRELOAD_TABLE);
  lua_setfield(L, -2, "preload");
  lua_pushliteral(L, "");
  lua_setfield(L, -2, "path");
  lua_pushliteral(L, "");
  lua_setfield(L, -2, "cpath");
  lua_pushliteral(L, "/\n;\n?\n!\n-\n");
  lua_setfield(L, -2, "config");
  lua_pushvalue(L, -1);
  lua_pushcclosure(L, package_pairs, 1);
  lua_setfield(L, -3, "__pairs");
  lua_setfield(L, -2, "__index");
  lua_pushcfunction(L, package_fixed);
  lua_setfield(L, -2, "__newindex");
  lua_pushboolean(L, 0);
  lua_setfield(L, -2, "__metatable");
  lua_setmetatable(L, -2);
  lua_setglobal(L, LUA_LOADLIBNAME);
}
