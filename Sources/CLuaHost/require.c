// An own `require`: built-in modules, then whatever the host finds; text only, each loaded once.
#include "internal.h"

// What a look for a file counts for, in instructions.
#define SEARCH_STEPS 5000

// A module that is being loaded has a guard in the table of loaded ones. Its `__close` takes the guard away however the
// loading ends, so that a failed module can be required again. The guard holds the name, the coroutine of the task that loads, and the
// one in which `require` was called.
static int guard_close(lua_State *L) {
  lua_settop(L, 1);
  lua_rawgetp(L, LUA_REGISTRYINDEX, &clh_loaded_key);
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

static bool is_guard(lua_State *L, int index) {
  if (!lua_istable(L, index) || !lua_getmetatable(L, index)) return false;
  lua_pushliteral(L, "__close");
  lua_rawget(L, -2);
  bool found = lua_tocfunction(L, -1) == guard_close;
  lua_pop(L, 2);
  return found;
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

// Whether the `require` that made the guard is still under way: its frame, which is not that of the asking one, has the guard as local 3. A guard may outlive it, when it was
// ended inside a comparator, or when there was no memory for calling `__close`.
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
  int guard = lua_gettop(L);
  lua_rawgeti(L, guard, 2);
  lua_rawgeti(L, guard, 3);
  if (!is_loading(L, lua_topointer(L, guard), lua_tothread(L, -1))) return;
  if (lua_tothread(L, -2) == vm->task->co)
    luaL_error(L, "module '%s' requires itself, directly or through others", lua_tostring(L, 1));
  luaL_error(L, "module '%s' is still being loaded by another task", lua_tostring(L, 1));
}

// Stack: 1 name, 2 loaded, 3 guard, 4 path, 5 the chunk's value.
static int finish(lua_State *L, int status, lua_KContext context) {
  (void)status, (void)context;
  lua_settop(L, 5);
  if (lua_isnil(L, 5)) {
    lua_pushboolean(L, 1);
    lua_replace(L, 5);
  }
  lua_pushvalue(L, 1);
  lua_pushvalue(L, 5);
  lua_rawset(L, 2);
  lua_pushvalue(L, 5);
  lua_pushvalue(L, 4);
  return 2;
}

CLH_JUMPS int clh_require(lua_State *L) {
  clh_vm *vm = clh_vm_of(L);
  luaL_checktype(L, 1, LUA_TSTRING);
  lua_settop(L, 1);
  lua_rawgetp(L, LUA_REGISTRYINDEX, &clh_loaded_key);
  lua_pushvalue(L, 1);
  if (lua_rawget(L, 2) != LUA_TNIL) {
    if (!is_guard(L, -1)) return 1;
    check_guard(L, vm);
  }
  lua_settop(L, 2);
  lua_rawgetp(L, LUA_REGISTRYINDEX, &clh_modules_key);
  lua_pushvalue(L, 1);
  if (lua_rawget(L, -2) != LUA_TNIL) {
    lua_pushvalue(L, 1);
    lua_pushvalue(L, -2);
    lua_rawset(L, 2);
    return 1;
  }
  lua_settop(L, 2);

  size_t length;
  const char *name = lua_tolstring(L, 1, &length);
  clh_charge(L, SEARCH_STEPS);
  vm->alloc.nofail++;
  if (vm->out.count) clh_out_reset(vm);
  vm->calling = L;
  int code = vm->callbacks.find_module(vm->callbacks.context, name, length, &vm->out);
  vm->calling = NULL;
  vm->alloc.nofail--;
  if (code != CLH_RETURN) return clh_answer(L, vm, code);
  clh_check_memory(L, vm);
  clh_push_all(L, vm);  // 3 chunk name, 4 source
  const char *path = lua_tostring(L, 3), *source = lua_tolstring(L, 4, &length);
  bool was_in_grace = vm->in_grace;
  int status = clh_load_text(L, source, length, path);
  if (status != LUA_OK) {
    if (clh_is_doomed(vm, was_in_grace)) return clh_end_task(L);
    if (status == LUA_ERRMEM) return lua_error(L);
    return luaL_error(L, "error loading module '%s':\n\t%s", name, lua_tostring(L, -1));
  }
  lua_replace(L, 4);  // 3 chunk name, 4 chunk
  push_guard(L, vm);
  lua_insert(L, 3);  // 3 guard, 4 chunk name, 5 chunk
  lua_pushvalue(L, 1);
  lua_pushvalue(L, 3);
  lua_rawset(L, 2);
  lua_toclose(L, 3);
  lua_pushvalue(L, 1);
  lua_pushstring(L, lua_tostring(L, 4) + 1);  // without the "@" of a chunk name
  lua_copy(L, -1, 4);
  lua_callk(L, 2, 1, 0, finish);
  return finish(L, LUA_OK, 0);
}
