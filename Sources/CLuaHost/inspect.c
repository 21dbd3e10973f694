// What is known about a function, for prompts and editors, and about the state, for tests; not for scripts.
#include "internal.h"

// Nothing here can raise: the registry is read raw, and lua_getinfo with ">S" only copies from the function's prototype.
bool clh_describe_function(clh_vm *vm, int64_t reference, clh_origin *origin) {
  lua_State *L = vm->L;
  if (!lua_checkstack(L, 1)) return false;
  if (lua_rawgeti(L, LUA_REGISTRYINDEX, reference) != LUA_TFUNCTION) {
    lua_pop(L, 1);
    return false;
  }
  lua_Debug info;
  lua_getinfo(L, ">S", &info);
  origin->is_native = *info.what == 'C';
  origin->source = info.source;
  origin->length = info.srclen;
  origin->first_line = info.linedefined;
  origin->last_line = info.lastlinedefined;
  return true;
}

// Twice: what a finalizer held goes with the second.
size_t clh_memory_after_collection(clh_vm *vm) {
  vm->alloc.nofail++;
  lua_gc(vm->L, LUA_GCCOLLECT);
  lua_gc(vm->L, LUA_GCCOLLECT);
  vm->alloc.nofail--;
  vm->alloc.over = false;
  return vm->alloc.used;
}

// luaL_ref's numbers that are in use: their range, without the list of free ones, which begins behind the predefined values.
size_t clh_reference_count(clh_vm *vm) {
  lua_State *L = vm->L;
  size_t count = lua_rawlen(L, LUA_REGISTRYINDEX);
  int free_list = LUA_RIDX_LAST + 1;
  for (lua_Integer at = free_list; at; count--) {
    lua_rawgeti(L, LUA_REGISTRYINDEX, at);
    at = lua_tointeger(L, -1);
    lua_pop(L, 1);
  }
  return count;
}
