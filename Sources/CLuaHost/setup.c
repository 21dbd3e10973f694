// What the host adds to a fresh state, and its look at globals.
#include "internal.h"

#include <string.h>

typedef struct addition {
  clh_vm *vm;
  const char *module, *path;
  clh_method method;
  const clh_value *value;
} addition;

// Pushes a module's table, made on first use; an empty name means the globals.
CLH_JUMPS static void push_module(lua_State *L, const char *module) {
  if (!*module) {
    lua_pushglobaltable(L);
    return;
  }
  lua_rawgetp(L, LUA_REGISTRYINDEX, &clh_modules_key);
  luaL_getsubtable(L, -1, module);
  lua_remove(L, -2);
}

// Stores the value on top under a dotted path of the table below it.
CLH_JUMPS static void store(lua_State *L, const char *path) {
  for (const char *dot; (dot = strchr(path, '.')); path = dot + 1) {
    lua_pushlstring(L, path, (size_t)(dot - path));
    luaL_getsubtable(L, -3, lua_tostring(L, -1));
    lua_replace(L, -4);
    lua_pop(L, 1);
  }
  lua_setfield(L, -2, path);
}

static int add_function(lua_State *L) {
  addition *a = lua_touserdata(L, 1);
  push_module(L, a->module);
  clh_push_function(L, a->method.function, a->method.how);
  store(L, a->path);
  return 0;
}

static int add_value(lua_State *L) {
  addition *a = lua_touserdata(L, 1);
  size_t at = 0;
  if (a->vm->out.failed) return clh_raise_memory(L);
  if (*a->path) {
    push_module(L, a->module);
    clh_push(L, a->vm, &at);
    store(L, a->path);
  } else {
    lua_rawgetp(L, LUA_REGISTRYINDEX, &clh_modules_key);
    clh_push(L, a->vm, &at);
    lua_setfield(L, -2, a->module);
  }
  return 0;
}

static int add_module(lua_State *L) {
  addition *a = lua_touserdata(L, 1);
  push_module(L, a->module);
  return 0;
}

bool clh_add_function(clh_vm *vm, const char *module, const char *path, clh_method method) {
  addition a = {.vm = vm, .module = module, .path = path, .method = method};
  return clh_protect(vm, add_function, &a) == LUA_OK;
}

bool clh_add_value(clh_vm *vm, const char *module, const char *path) {
  addition a = {.vm = vm, .module = module, .path = path};
  return clh_protect(vm, add_value, &a) == LUA_OK;
}

bool clh_add_module(clh_vm *vm, const char *module) {
  addition a = {.vm = vm, .module = module};
  return clh_protect(vm, add_module, &a) == LUA_OK;
}

static int get_global(lua_State *L) {
  addition *a = lua_touserdata(L, 1);
  lua_pushglobaltable(L);
  lua_pushstring(L, a->path);
  lua_rawget(L, -2);
  a->vm->alloc.nofail++;
  clh_read_begin(a->vm, CLH_COPY_ALL);
  bool ok = clh_read(a->vm, L, -1, true);
  if (!ok) clh_read_abandon(a->vm, L);
  a->vm->alloc.nofail--;
  a->vm->alloc.over = false;
  if (!ok) return luaL_error(L, "%s", a->vm->message);
  a->value = a->vm->in;
  return 0;
}

// The value's strings are anchored by the globals: read them before Lua runs again.
bool clh_get_global(clh_vm *vm, const char *name, const clh_value **value) {
  addition a = {.vm = vm, .path = name};
  if (clh_protect(vm, get_global, &a) != LUA_OK) return false;
  *value = a.value;
  return true;
}

static int set_global(lua_State *L) {
  addition *a = lua_touserdata(L, 1);
  size_t at = 0;
  if (a->vm->out.failed) return clh_raise_memory(L);
  lua_pushglobaltable(L);
  lua_pushstring(L, a->path);
  clh_push(L, a->vm, &at);
  lua_rawset(L, -3);
  return 0;
}

bool clh_set_global(clh_vm *vm, const char *name) {
  addition a = {.vm = vm, .path = name};
  return clh_protect(vm, set_global, &a) == LUA_OK;
}

void clh_unref(clh_vm *vm, int64_t reference) {
  // Only the free list of a table that holds these keys is changed: no allocation, no error.
  if (clh_certain_stack(vm->L, 4)) luaL_unref(vm->L, LUA_REGISTRYINDEX, (int)reference);
}

void clh_forget_arguments(clh_vm *vm) { clh_read_abandon(vm, vm->L); }
