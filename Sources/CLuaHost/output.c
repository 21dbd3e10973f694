// What scripts write for people: print and warn. All of it goes through the host.
#include "internal.h"

#include <string.h>

CLH_JUMPS int clh_print(lua_State *L) {
  clh_vm *vm = clh_vm_of(L);
  int count = lua_gettop(L);
  luaL_Buffer buffer;
  luaL_buffinit(L, &buffer);
  for (int i = 1; i <= count; i++) {
    if (i > 1) luaL_addchar(&buffer, '\t');
    luaL_tolstring(L, i, NULL);
    luaL_addvalue(&buffer);
  }
  luaL_addchar(&buffer, '\n');
  luaL_pushresult(&buffer);
  size_t length;
  const char *bytes = lua_tolstring(L, -1, &length);
  clh_flush_io(vm);
  clh_count_output(L, length);
  vm->callbacks.print(vm->callbacks.context, bytes, length);
  return 0;
}

// As lua.c does it: off until `warn("@on")`, each warning a line of its own.
CLH_JUMPS int clh_warn(lua_State *L) {
  clh_vm *vm = clh_vm_of(L);
  int count = lua_gettop(L);
  luaL_checkstring(L, 1);
  for (int i = 2; i <= count; i++) luaL_checkstring(L, i);
  const char *text = lua_tostring(L, 1);
  if (count == 1 && *text == '@') {
    if (strcmp(text, "@on") == 0) vm->warns = true;
    if (strcmp(text, "@off") == 0) vm->warns = false;
    return 0;
  }
  if (!vm->warns) return 0;
  lua_concat(L, count);
  size_t length;
  text = lua_tolstring(L, -1, &length);
  clh_count_output(L, length);
  vm->callbacks.warn(vm->callbacks.context, text, length);
  return 0;
}
