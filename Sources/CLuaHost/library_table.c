// The table library as in Lua's manual, metamethods included, with each element charged: a `__len` may lie, and a range
// may be as large as it likes.
#include "internal.h"

#include <limits.h>

enum { READS = 1, WRITES = 2, MEASURES = 4 };

// Checks for a table, or for something whose metatable makes it do as one.
CLH_JUMPS static void check_table(lua_State *L, int index, int uses) {
  if (lua_type(L, index) == LUA_TTABLE) return;
  static const char *const events[] = {"__index", "__newindex", "__len"};
  bool fit = lua_getmetatable(L, index);
  int base = lua_gettop(L);
  for (int i = 0; i < 3 && fit; i++) {
    if (!(uses >> i & 1)) continue;
    lua_pushstring(L, events[i]);
    fit = lua_rawget(L, base) != LUA_TNIL;
  }
  if (!fit) luaL_checktype(L, index, LUA_TTABLE);
  lua_settop(L, base - 1);
}

CLH_JUMPS static lua_Integer measure(lua_State *L, int uses) {
  check_table(L, 1, uses | MEASURES);
  return luaL_len(L, 1);
}

// to[i] = from[k]
CLH_JUMPS static inline void copy(lua_State *L, int from, lua_Integer k, int to, lua_Integer i) {
  clh_charge(L, 1);
  lua_geti(L, from, k);
  lua_seti(L, to, i);
}

static int table_insert(lua_State *L) {
  lua_Integer end = (lua_Integer)((lua_Unsigned)measure(L, READS | WRITES) + 1), place = end;
  switch (lua_gettop(L)) {
    case 2: break;
    case 3:
      place = luaL_checkinteger(L, 2);
      luaL_argcheck(L, (lua_Unsigned)place - 1 < (lua_Unsigned)end, 2, "position out of bounds");
      for (lua_Integer i = end; i > place; i--) copy(L, 1, i - 1, 1, i);
      break;
    default: return luaL_error(L, "wrong number of arguments to 'insert'");
  }
  lua_seti(L, 1, place);
  return 0;
}

static int table_remove(lua_State *L) {
  lua_Integer size = measure(L, READS | WRITES), place = luaL_optinteger(L, 2, size);
  // Argument 1, as Lua 5.4.4 has it.
  if (place != size) luaL_argcheck(L, (lua_Unsigned)place - 1 <= (lua_Unsigned)size, 1, "position out of bounds");
  lua_geti(L, 1, place);
  for (; place < size; place++) copy(L, 1, place + 1, 1, place);
  lua_pushnil(L);
  lua_seti(L, 1, place);
  return 1;
}

static int table_move(lua_State *L) {
  lua_Integer first = luaL_checkinteger(L, 2), last = luaL_checkinteger(L, 3), target = luaL_checkinteger(L, 4);
  int to = lua_isnoneornil(L, 5) ? 1 : 5;
  check_table(L, 1, READS);
  check_table(L, to, WRITES);
  if (last >= first) {
    luaL_argcheck(L, first > 0 || last < LUA_MAXINTEGER + first, 3, "too many elements to move");
    lua_Integer count = last - first + 1;
    luaL_argcheck(L, target <= LUA_MAXINTEGER - count + 1, 4, "destination wrap around");
    // Upwards, unless that would overwrite what is still to be moved.
    if (target > last || target <= first || (to != 1 && !lua_compare(L, 1, to, LUA_OPEQ))) {
      for (lua_Integer i = 0; i < count; i++) copy(L, 1, first + i, to, target + i);
    } else {
      for (lua_Integer i = count - 1; i >= 0; i--) copy(L, 1, first + i, to, target + i);
    }
  }
  lua_pushvalue(L, to);
  return 1;
}

CLH_JUMPS static void add_element(lua_State *L, luaL_Buffer *buffer, lua_Integer i) {
  lua_geti(L, 1, i);
  if (!lua_isstring(L, -1))
    luaL_error(L, "invalid value (%s) at index %I in table for 'concat'", luaL_typename(L, -1), (LUAI_UACINT)i);
  clh_charge(L, 1 + (lua_rawlen(L, -1) >> 4));
  luaL_addvalue(buffer);
}

static int table_concat(lua_State *L) {
  lua_Integer size = measure(L, READS);
  size_t length;
  const char *separator = luaL_optlstring(L, 2, "", &length);
  lua_Integer i = luaL_optinteger(L, 3, 1), last = luaL_optinteger(L, 4, size);
  luaL_Buffer buffer;
  luaL_buffinit(L, &buffer);
  for (; i < last; i++) {
    add_element(L, &buffer, i);
    clh_charge(L, length >> 4);
    luaL_addlstring(&buffer, separator, length);
  }
  if (i == last) add_element(L, &buffer, i);
  luaL_pushresult(&buffer);
  return 1;
}

static int table_unpack(lua_State *L) {
  lua_Integer first = luaL_optinteger(L, 2, 1);
  lua_Integer last = lua_isnoneornil(L, 3) ? luaL_len(L, 1) : luaL_checkinteger(L, 3);
  if (first > last) return 0;
  lua_Unsigned count = (lua_Unsigned)last - (lua_Unsigned)first;
  if (count >= INT_MAX || !clh_find_stack(L, L, (int)++count)) return luaL_error(L, "too many results to unpack");
  for (lua_Unsigned i = 0; i < count; i++) {
    clh_charge(L, 1);
    lua_geti(L, 1, (lua_Integer)((lua_Unsigned)first + i));
  }
  return (int)count;
}

// Leaves the library with `pack` of Lua's own, whose work its arguments bound.
CLH_JUMPS void clh_open_table(lua_State *L) {
  static const luaL_Reg own[] = {{"insert", table_insert}, {"remove", table_remove}, {"move", table_move},
                                 {"concat", table_concat}, {"unpack", table_unpack}, {"sort", clh_table_sort},
                                 {NULL, NULL}};
  luaL_requiref(L, LUA_TABLIBNAME, luaopen_table, 0);
  luaL_setfuncs(L, own, 0);
}

CLH_JUMPS lua_Integer clh_table_measure(lua_State *L) { return measure(L, READS | WRITES); }
