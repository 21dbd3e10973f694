// What is known about a function: for prompts and editors, not for scripts.
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
